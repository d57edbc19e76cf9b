// Maps [T, T] and numeric inputs on canvases. A byte b of a map means largest x (b / 255)^2: colors are
// on a square-root scale, so that small weights are seen.
let alikeScale = true;  // one scale for all heads, 0 to 1

// The bytes of a map, taken out of base64 once.
function mapOf(head) {
  head.bytes ??= bytes(head.map);
  return head.bytes;
}
const weight = (head, rows, q, k) => head.largest * (mapOf(head)[q * rows + k] / 255) ** 2;
const shadeOf = (head, byte) => (byte / 255) * (alikeScale ? Math.sqrt(head.largest) : 1);

function paint(context, width, height, tone) {
  const image = context.createImageData(width, height);
  for (let i = 0; i < width * height; ++i) {
    const [r, g, b] = scale[byteOf(tone(i))];
    image.data.set([r, g, b, 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}

// One pixel a weight; the style enlarges it.
function drawThumbnail(canvas, head, rows) {
  canvas.width = canvas.height = rows;
  const map = mapOf(head);
  paint(canvas.getContext("2d"), rows, rows, (i) => shadeOf(head, map[i]));
}

// A canvas of `width` by `height` CSS pixels, sharp on fine screens.
function sharp(canvas, width, height) {
  const fine = Math.min(3, window.devicePixelRatio || 1);
  [canvas.width, canvas.height] = [Math.round(width * fine), Math.round(height * fine)];
  [canvas.style.width, canvas.style.height] = [width + "px", height + "px"];
  const context = canvas.getContext("2d");
  context.scale(fine, fine);
  return context;
}

const isPicture = (values) => values.channels > 4;

// [rows, channels] as a picture, a row a step, within a box.
function drawPicture(context, values, x, y, width, height) {
  const data = values.bytes ?? (values.bytes = bytes(values.values));
  const small = document.createElement("canvas");
  [small.width, small.height] = [values.channels, values.rows];
  paint(small.getContext("2d"), values.channels, values.rows, (i) => data[i] / 255);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, x, y, width, height);
}

// A line a channel, time to the right; the centre of step t lies at x + (t + 1/2) step.
function drawCurves(context, values, x, y, step, height) {
  const data = values.bytes ?? (values.bytes = bytes(values.values));
  for (let c = 0; c < values.channels; ++c) {
    context.strokeStyle = style(["--accent", "--second", "--right", "--wrong"][c]);
    context.setLineDash([[], [5, 3], [2, 2], [7, 2, 2, 2]][c]);
    context.lineWidth = 1.5;
    context.beginPath();
    for (let t = 0; t < values.rows; ++t)
      context.lineTo(x + (t + 0.5) * step, y + (height - 2) * (1 - data[t * values.channels + c] / 255) + 1);
    context.stroke();
  }
  context.setLineDash([]);
}

// A numeric input by itself.
function inputFigure(values, size) {
  const canvas = el("canvas", {
    class: "input",
    role: "img",
    "aria-label": (isPicture(values) ? "picture" : "curve") +
        ` of ${counted(values.rows, "step")} by ${counted(values.channels, "channel")}, from ${
                      short(values.low)} to ${short(values.high)}`
  });
  themed(() => {
    if (isPicture(values)) {
      const cell = size / Math.max(values.rows, values.channels);
      const width = Math.max(cell * values.channels, size / 8),
            height = Math.max(cell * values.rows, size / 8);
      drawPicture(sharp(canvas, width, height), values, 0, 0, width, height);
    } else {
      const width = 2 * size;
      drawCurves(sharp(canvas, width, size / 2), values, 0, 0, width / values.rows, size / 2);
    }
  });
  const cut = values.rows < values.of_rows || values.channels < values.of_channels ?
      `; drawn: ${values.rows} of ${counted(values.of_rows, "step")}, ${values.channels} of ${
          counted(values.of_channels, "channel")}` :
      "";
  return el(
      "figure", {class: "input"}, canvas,
      el("figcaption", {class: "muted"},
         (isPicture(values) ? "down: steps, across: channels; " : "") +
             `${short(values.low)} to ${short(values.high)}${cut}`));
}

const cut = (text, most) => (text.length > most ? text.slice(0, most - 1) + "\u2026" : text);
const visible = (text) => text.replace(/[ \u00a0]/g, "\u2423");  // a space is a token, too
const place = (sequence, t) =>
    (sequence.values ? `${sequence.rows[t]}` : `${t + 1} ${visible(sequence.rows[t])}`);
