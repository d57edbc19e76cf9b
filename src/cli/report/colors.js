// One sequential scale, even in lightness (OKLCH; the chroma stays within sRGB, so that nothing is clipped),
// from the paper's side to the ink's: light to dark on a light page, dark to light on a dark one.
const dark = matchMedia("(prefers-color-scheme: dark)");
const redraws = [];
let scale = [];

// Draws now and whenever the scheme changes.
function themed(draw) {
  redraws.push(draw);
  draw();
}

function oklch(lightness, chroma, hue) {
  const a = chroma * Math.cos((hue * Math.PI) / 180), b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((x) => {
    const c = Math.min(1, Math.max(0, x));
    return Math.round(255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055));
  });
}

function makeScale() {
  scale = Array.from({length: 256}, (_, i) => {
    const t = i / 255, hue = dark.matches ? 275 - 175 * t : 95 + 180 * t;
    const lightness = dark.matches ? 0.23 + 0.7 * t : 0.97 - 0.7 * t;
    return oklch(
        lightness, 0.012 + 0.075 * Math.sin(Math.PI * Math.min(1, 0.12 + 0.76 * t)) * Math.min(1, 3 * t),
        hue);
  });
}
makeScale();
dark.addEventListener("change", () => {
  makeScale();
  for (const draw of redraws) draw();
});

const byteOf = (t) => Math.round(255 * Math.min(1, Math.max(0, t)));
const color = (t) => "rgb(" + scale[byteOf(t)].join(",") + ")";
// Ink that can be read on the color: black or white, whichever has more contrast (WCAG's contrast).
function inkOn(t) {
  const linear =
      scale[byteOf(t)].map((c) => (c <= 10 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.179 ? "#000" : "#fff";
}
function shade(element, t) {
  themed(() => {
    element.style.backgroundColor = color(t);
    element.style.color = inkOn(t);
  });
}
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
