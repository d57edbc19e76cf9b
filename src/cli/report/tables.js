// Figures, classes, confusions, errors, config.
function header(content) {
  const m = content.metrics, layers = content.sequences[0]?.layers ?? [];
  const figure = (name, value) => el("div", {}, el("dt", {}, name), el("dd", {}, value));
  const data = {test: "test data", validation: "validation data, which also chose best.h5,"}[content.part] ??
      "data";
  const heads = layers.length === 0 ?
      "no attention heads" :
      `${counted(layers.length, "layer")} of ${counted(layers[0].length, "head")}`;
  const name = content.run.split("/").filter((part) => part !== "" && part !== ".").pop() ?? content.run;
  document.title = name + " \u2013 Orochi report";
  return [
    el("p", {class: "over"}, "Orochi report"), el("h1", {}, word(name)),
    el("p", {class: "lead"}, `${heads}, ${grouped(content.parameters)} parameters; `,
       word(content.checkpoint), ` of step ${grouped(content.step)}, on the ${data} `, word(content.data),
       `: ${counted(m.count, "sequence")}, ${content.summary}.`),
    ...(content.trained_on === "" ? [] : [el("p", {class: "lead"}, word(content.trained_on))]),
    el("dl", {class: "figures"}, m.figures.map(([name, v]) => figure(name, v === null ? "\u2013" : fixed(v, 4)))),
    ...(m.note === "" ? [] : [el("p", {class: "lead"}, word(m.note[0].toUpperCase() + m.note.slice(1) + "."))])
  ];
}

// The encoder and simple models on the same data.
function baselinesSection(baselines) {
  if (baselines.hint) return section("baselines", "Simple models", note(word(baselines.hint), "."));
  const rows = baselines.rows.map(
      (row) => el("tr", {}, el("th", {scope: "row"}, word(row.title)),
                  row.figures.map((v) => el("td", {class: "number"}, fixed(v, 4))), el("td", {}, word(row.settings))));
  return section(
      "baselines", "Simple models", note(word(baselines.sentence), "."),
      scroll(
          "Figures of the encoder and of simple models",
          el("table", {},
             el("thead", {},
                el("tr", {}, el("th", {scope: "col"}, `on ${baselines.part} data`),
                   baselines.metrics.map((name) => el("th", {scope: "col", class: "number"}, word(name))),
                   el("th", {scope: "col"}, "settings"))),
             el("tbody", {}, rows))));
}

function classesSection(content) {
  const bar = (value) => {
    const cell =
        el("td", {class: "number bar"}, el("span", {class: "track", "aria-hidden": "true"}, el("span")),
           fixed(value, 4));
    cell.querySelector(".track span").style.width = 100 * value + "%";
    return cell;
  };
  const rows = content.metrics.classes.map(
      (c) =>
          el("tr", {}, el("th", {scope: "row"}, word(c.label)), bar(c.precision), bar(c.recall), bar(c.f1),
             el("td", {class: "number"}, grouped(c.support))));
  return section(
      "classes", "Classes",
      rows.length < content.labels.length ?
          note(`The ${rows.length} of ${
              grouped(content.labels.length)} classes with the lowest F1; orochi evaluate --json lists all.`) :
          null,
      scroll(
          "Figures of each class",
          el("table", {class: "classes"},
             el("thead", {},
                el("tr", {},
                   ["class", "precision", "recall", "F1", "support"].map(
                       (name, i) => el("th", {scope: "col", class: i ? "number" : ""}, name)))),
             el("tbody", {}, rows))));
}

// Rows are labels, columns predictions; a color is the cell's share of its row.
function confusionTable(content) {
  const k = content.labels.length,
        counts = new Map(content.metrics.confusions.map(([r, c, n]) => [r * k + c, n]));
  const cell = (r, c) => {
    const n = counts.get(r * k + c) ?? 0, support = content.metrics.classes[r].support;
    const td =
        el("td", {
          class: r === c ? "hit" :
              n          ? "miss" :
                           "none",
          title: `${content.labels[r]} taken for ${content.labels[c]}: ${n} of ${support}`
        },
           n ? grouped(n) : "\u00b7");
    if (n) shade(td, Math.sqrt(n / support));
    return td;
  };
  return el(
      "table", {class: "confusion" + (k > 6 ? " many" : "")},
      el("thead", {},
         el("tr", {}, el("th", {scope: "col", class: "corner"}, "label \\ predicted"),
            content.labels.map((label) => el("th", {scope: "col"}, el("span", {}, word(label)))))),
      el("tbody", {},
         content.labels.map(
             (label, r) =>
                 el("tr", {}, el("th", {scope: "row"}, word(label)),
                    content.labels.map((_, c) => cell(r, c))))));
}

function confusionSection(content) {
  const k = content.labels.length, misses = content.metrics.confusions.filter(([r, c]) => r !== c);
  const list = misses.slice(0, 10).map(
      ([r, c, n]) =>
          el("li", {}, word(content.labels[r]), " taken for ", word(content.labels[c]), ": " + grouped(n)));
  return section(
      "confusion", "Confusion matrix",
      note(
          content.metrics.has_matrix ?
              "A row is a label, a column a prediction; the color is the share of the row (square-root scale)." :
              `The matrix of ${grouped(k)} classes would not be read; these are its most frequent confusions.`),
      content.metrics.has_matrix ? scroll("Confusion matrix", confusionTable(content)) : null,
      k <= 6 ? null :
               el("div", {}, el("h3", {}, "Most frequent confusions"),
                  list.length ? el("ol", {class: "plain"}, list) : note("None.")));
}

function probabilityBars(content, outcome) {
  return el(
      "ul", {class: "probabilities", "aria-label": "Probabilities"}, outcome.probabilities.map(([k, p]) => {
        const bar = el("span", {class: "track", "aria-hidden": "true"}, el("span"));
        bar.firstChild.style.width = 100 * p + "%";
        return el(
            "li", {class: k === outcome.label ? "is-label" : "", title: String(p)}, word(k), bar,
            el("span", {class: "number"}, fixed(p, 3)));
      }));
}

// "n taken for ei", or "ei, rightly"; of a text without a label "ei".
function verdict(content, outcome) {
  if (outcome.label === undefined)
    return el("span", {}, outcome.row_labels?.length ? "A label below each row" : word(outcome.prediction));
  const right = outcome.right;
  return el(
      "span", {class: right ? "right" : "wrong"},
      el("span", {"aria-hidden": "true"}, right ? "\u2713 " : "\u2717 "), word(outcome.label), ...(right ? [", rightly"] : [" taken for ", word(outcome.prediction)]));
}

function errorsSection(content, openSequence) {
  const items = content.errors.map((error) => {
    const drawn = content.sequences.findIndex((s) => s.number === error.number);
    const p = Object.fromEntries(error.probabilities);
    return el(
        "li", {},
        el("p", {}, el("strong", {}, verdict(content, error)),
           el("span", {class: "muted"},
              (p[error.prediction] === undefined ?
                   "" :
                   ` with ${fixed(p[error.prediction], 3)}, its label had ${fixed(p[error.label] ?? 0, 3)}`) +
                  `; loss ${fixed(error.loss, 2)}, no. ${error.number} `),
           drawn < 0 ?
               null :
               el("button", {type: "button", class: "link", click: () => openSequence(drawn)}, "its heads")),
        error.values ?
            inputFigure(error.values, 112) :
            el("p", {class: content.character_tokens ? "text letters" : "text"}, word(error.text)));
  });
  const wrong = content.metrics.wrong;
  return section(
      "errors", "Worst errors",
      note(
          wrong === 0 ?
              "Every sequence was classified rightly." :
              `${items.length} of ${
                  counted(
                      wrong,
                      "wrong answer")}, by falling loss. Sequences are numbered from 0, as orochi attend ` +
                  "--index counts them."),
      items.length ? el("ol", {class: content.errors[0].values ? "errors cards" : "errors"}, items) : null);
}

function configSection(content) {
  return section(
      "config", "Config",
      el("details", {}, el("summary", {}, "Every setting of this run"),
         el("pre", {tabindex: "0"}, content.config)));
}
