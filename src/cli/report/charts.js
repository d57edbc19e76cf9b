// Curves over epochs: SVG, read with the pointer or the arrow keys.
const frame = {
  width: 400,
  height: 230,
  left: 52,
  right: 12,
  top: 12,
  bottom: 30
};

function ticks(low, high, most) {
  const rough = (high - low) / most || 1, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999);
  const result = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + 1e-9 * step; ++n) result.push(n * step);
  return result;
}

function ranges(x, series) {
  const values = series.flatMap((s) => s.values).filter((v) => typeof v === "number");
  let low = Math.min(...values), high = Math.max(...values);
  if (!(high > low)) [low, high] = [low - Math.abs(low) / 10 - 1e-6, high + Math.abs(high) / 10 + 1e-6];
  const pad = (high - low) * 0.04, right = frame.width - frame.right, bottom = frame.height - frame.bottom;
  const first = x[0], last = x[x.length - 1];
  return {
    low: low - pad,
    high: high + pad,
    x: (v) =>
        (last > first ? frame.left + ((v - first) / (last - first)) * (right - frame.left) :
                        (frame.left + right) / 2),
    y: (v) => bottom - ((v - low + pad) / (high - low + 2 * pad)) * (bottom - frame.top),
  };
}

function axes(x, at) {
  const bottom = frame.height - frame.bottom;
  return [
    ...ticks(at.low, at.high, 4)
        .map(
            (v) =>
                [svg("line", {
                   class: "rule",
                   x1: frame.left,
                   x2: frame.width - frame.right,
                   y1: at.y(v),
                   y2: at.y(v)
                 }),
                 svg("text", {class: "tick", x: frame.left - 6, y: at.y(v) + 4, "text-anchor": "end"},
                     short(Number(v.toPrecision(6))))]),
    ...ticks(x[0], x[x.length - 1], 5)
        .filter(Number.isInteger)
        .map(
            (v) =>
                svg("text", {class: "tick", x: at.x(v), y: bottom + 16, "text-anchor": "middle"}, String(v))),
  ].flat();
}

// The points of a series as pieces of line: where a figure is missing, the line ends.
function pieces(x, values, at) {
  let path = "", pen = "M";
  values.forEach((v, i) => {
    if (typeof v !== "number")
      pen = "M";
    else
      [path, pen] = [path + pen + at.x(x[i]).toFixed(1) + " " + at.y(v).toFixed(1), "L"];
  });
  return path;
}

// Few points are marked, so that an epoch alone is seen.
function dots(x, series, at) {
  if (x.length > 12) return [];
  return series.flatMap((s, n) => s.values.map((v, i) => {
    return typeof v === "number" ?
        svg("circle", {class: "dot dot-" + n, cx: at.x(x[i]), cy: at.y(v), r: 2.5}) :
        null;
  }));
}

function legend(series) {
  if (series.length < 2) return null;
  return series.map((s, n) => {
    const sample = svg("path", {class: "curve curve-" + n, d: "M0 4L26 4"});
    const box = {viewBox: "0 0 26 8", width: 26, height: 8, "aria-hidden": "true"};
    return el("span", {class: "legend"}, svg("svg", box, sample), s.name);
  });
}

// The pointer and the arrow keys choose an epoch, from `first` on; `idle` when none is chosen.
function readable(picture, x, at, first, say, idle) {
  let shown = first;
  const show = (i) => say((shown = Math.min(x.length - 1, Math.max(0, i))));
  picture.addEventListener("pointermove", (event) => {
    const box = picture.getBoundingClientRect(), px = ((event.clientX - box.left) / box.width) * frame.width;
    show(x.reduce((near, v, i) => (Math.abs(at.x(v) - px) < Math.abs(at.x(x[near]) - px) ? i : near), 0));
  });
  for (const leave of ["pointerleave", "blur"]) picture.addEventListener(leave, idle);
  picture.addEventListener("keydown", (event) => {
    const step = {ArrowLeft: -1, ArrowRight: 1, Home: -x.length, End: x.length}[event.key];
    if (!step) return;
    event.preventDefault();
    show(shown + step);
  });
  idle();
}

const epochs = {
  unit: (v) => "epoch " + v,
  over: (x) => counted(x.length, "epoch")
};

function chart({title, x, series, best, format, along = epochs}) {
  series = series.filter((s) => s.values.some((v) => typeof v === "number"));
  if (series.length === 0) return null;
  const at = ranges(x, series), bottom = frame.height - frame.bottom, last = x.length - 1;
  const upright = (kind, i) =>
      svg("line", {class: kind, x1: at.x(x[i]), x2: at.x(x[i]), y1: frame.top, y2: bottom});
  const values = (i) => series.map((s) => s.name + " " + format(s.values[i])).join(", ");
  const lines = series.map((s, n) => svg("path", {class: "curve curve-" + n, d: pieces(x, s.values, at)}));
  const cursor = upright("cursor", last), readout = el("p", {class: "readout", "aria-live": "polite"});
  const name = `${title} over ${along.over(x)}; at the end ${values(last)}. Arrow keys read it.`;
  const box = {viewBox: `0 0 ${frame.width} ${frame.height}`, tabindex: "0", role: "img", "aria-label": name};
  const picture = svg(
      "svg", box, axes(x, at), best < 0 ? [] : [upright("best", best)], lines, dots(x, series, at), cursor);
  const say = (i) => {
    for (const end of ["x1", "x2"]) cursor.setAttribute(end, at.x(x[i]));
    cursor.setAttribute("visibility", "visible");
    readout.textContent = along.unit(x[i]) + ": " + values(i);
  };
  const idle = () => {
    cursor.setAttribute("visibility", "hidden");
    readout.textContent = best < 0 ? "" : "best.h5: epoch " + x[best] + ", " + values(best);
  };
  readable(picture, x, at, best < 0 ? last : best, say, idle);
  return el(
      "figure", {class: "chart"}, el("figcaption", {}, el("strong", {}, title), legend(series)), picture,
      readout);
}

function trainingSection(content) {
  const lines = content.curves, x = lines.map((line) => line.epoch);
  const column = (name) => lines.map((line) => line[name]);
  if (lines.length === 0)
    return section("training", "Training", note("The run folder holds no metrics.jsonl."));
  const best = lines.findIndex((line) => line.step === content.step);
  const metric = content.monitor === "loss" ? content.score : content.monitor,
        named = metric.replace("_f1", " F1");
  const both = (name) => [{name: "training", values: column("train_" + name)}, {
    name: "validation",
    values: column("validation_" + name)
  }];
  const metrics = both(metric).filter((s) => s.values.some((v) => typeof v === "number"));
  return section(
      "training", "Training",
      note(
          `${counted(lines.length, "epoch")}, ${
              counted(lines[lines.length - 1].step, "step")}. Training figures are means over the ` +
          "epoch with dropout on. The dotted line marks the epoch of best.h5. Hover, or focus a chart and " +
          "use the arrow keys."),
      el("div", {class: "charts"},
         chart({title: "Loss", x, best, series: both("loss"), format: (v) => fixed(v, 4)}), chart({
           title: named[0].toUpperCase() + named.slice(1),
           x,
           best,
           series: metrics,
           format: (v) => fixed(v, 4)
         }),
         chart({
           title: "Learning rate",
           x,
           best,
           series: [{name: "rate", values: column("learning_rate")}],
           format: (v) => (typeof v === "number" ? short(v) : "\u2013")
         })));
}

// What the probabilities are worth: whether they are as right as they claim to be, and what a threshold brings.
function probabilitiesSection(content) {
  const p = content.probabilities, points = p.roc.map((_, i) => i), format = (v) => fixed(v, 1) + " %";
  const drawn = (title, along, x, series) => chart(
      {title, x, series, best: -1, format, along: {unit: (v) => `${along} ${fixed(v, 1)} %`, over: () => along}});
  return section(
      "probabilities", "Probabilities",
      note(
          "In percent. Answers of a confidence should be right as often as that: on the dashed line. Below " +
          "it the model is too sure of itself, above it not sure enough (task.calibrate mends both); points of " +
          "few answers jump. ROC and precision are of each class against the others, means over the classes."),
      el("div", {class: "charts"},
         drawn("Accuracy by confidence", "confidence", p.confidence,
               [{name: "accuracy", values: p.accuracy}, {name: "as claimed", values: p.confidence}]),
         drawn("Wrong answers among the surest", "answers given", points, [{name: "wrong", values: p.risk}]),
         drawn("ROC", "others taken for the class", points, [{name: "found", values: p.roc}]),
         drawn("Precision by recall", "recall", points, [{name: "precision", values: p.precision}])));
}
