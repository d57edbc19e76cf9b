// The sequences, and the grid of their heads.
function rowsText(content, sequence) {
  if (sequence.values) return inputFigure(sequence.values, 150);
  const unknown = new Set(sequence.unknown), letters = content.character_tokens || sequence.joined;
  const cutNote = sequence.rows.length < sequence.length ?
      el("span", {class: "muted"},
         ` (the first ${sequence.rows.length} of ${counted(sequence.length, "row")} are drawn)`) :
      null;
  return el(
      "p", {class: content.character_tokens ? "text letters" : "text"},
      (sequence.joined || sequence.rows)
          .map((row, t) => {
            const shown = el("bdi", unknown.has(t) ? {class: "unknown", title: "not in the vocabulary"} : {}, row);
            const label = sequence.row_labels?.[t - sequence.class_token];
            return [label === undefined ? shown : el("ruby", {}, shown, el("rt", {}, label)), letters ? null : " "];
          })
          .flat(),
      cutNote);
}

function sequenceCard(content, sequence) {
  const unknown = sequence.unknown.length ? note("Dotted: tokens that are not in the vocabulary.") : null;
  const cutRows = sequence.rows.length < sequence.length ?
      note(`Cut for drawing: the maps show the first ${sequence.rows.length} of ${
          counted(sequence.length, "row")}.`) :
      null;
  const windows = sequence.windows > 1 ?
      note(`Read as ${sequence.windows} windows: rows and maps are of the first, the answer is the mean of all.`) :
      null;
  return el(
      "div", {class: "sequence"},
      el("div", {},
         el("p", {}, el("strong", {}, verdict(content, sequence)),
            el("span", {class: "muted"}, ` no. ${sequence.number}, loss ${fixed(sequence.loss, 3)}`)),
         rowsText(content, sequence), unknown, windows, cutRows),
      probabilityBars(content, sequence));
}

function headButton(sequence, layer, head, open) {
  const data = sequence.layers[layer][head], canvas = el("canvas", {"aria-hidden": "true"});
  const draw = () => drawThumbnail(canvas, data, sequence.rows.length);
  const button =
      el("button", {
        type: "button",
        class: "map",
        "data-head": `${layer + 1}.${head + 1}`,
        click: () => open(layer, head),
        "aria-label":
            `Layer ${layer + 1}, head ${head + 1}: attention map, largest weight ${short(data.largest)}`
      },
         canvas,
         el("span", {}, `${layer + 1}.${head + 1}`,
            el("span", {class: "muted"}, ` \u2264 ${short(data.largest)}`)));
  return {button, draw, layer, head};
}

// Layers down, heads across; one head is in the tab order, arrows go to the others. `below` makes what
// is shown under a head.
function headGrid(sequence, open, below = () => null) {
  const made = sequence.layers.flatMap(
      (heads, layer) => heads.map((_, head) => headButton(sequence, layer, head, open)));
  const grid =
      el("div", {class: "grid", role: "group", "aria-label": "Heads: arrow keys move, Enter opens"},
         made.map((m) => el("div", {}, m.button, below(m.layer, m.head))));
  grid.style.setProperty("--heads", sequence.layers[0].length);
  rove(made.map((m) => m.button), sequence.layers[0].length);
  return {grid, draw: () => made.forEach((m) => m.draw())};
}

function scaleChoice(changed) {
  const option = (text, value) =>
      el("label", {}, el("input", {
           type: "radio",
           name: "scale",
           checked: value === alikeScale,
           change: () => {
             alikeScale = value;
             changed();
           }
         }),
         " " + text);
  return el(
      "fieldset", {}, el("legend", {}, "Colors"), option("the same for all heads, up to 1", true),
      option("of each head up to its largest weight", false));
}

function pickerButton(content, sequence, pick) {
  const right = sequence.right;
  return el(
      "button", {type: "button", click: pick, "aria-pressed": "false"},
      el("span", {class: right ? "right" : "wrong"}, right ? "\u2713 " : "\u2717 "),
      word(sequence.label), ...(right ? [] : [" as ", word(sequence.prediction)]),
      el("span", {class: "muted"}, ` no. ${sequence.number}`));
}

// Returns the section and how others open a sequence or a head.
function headsSection(content) {
  const body = el("div", {id: "sequence"});
  let current = 0, draw = () => {};
  const openHead = (layer, head) => showHead(content, content.sequences[current], layer, head, "#sequence");
  const buttons = content.sequences.map((sequence, i) => pickerButton(content, sequence, () => pick(i)));
  function pick(i) {
    current = i;
    const sequence = content.sequences[i];
    buttons.forEach((button, n) => button.setAttribute("aria-pressed", String(n === i)));
    body.replaceChildren(sequenceCard(content, sequence));
    if (sequence.layers.length === 0) return;
    const made = headGrid(sequence, openHead);
    draw = made.draw;
    draw();
    body.append(el("div", {class: "scroll"}, made.grid));
  }
  if (buttons.length) pick(0);
  redraws.push(() => draw());
  const openSequence = (i) => {
    pick(i);
    buttons[i].focus();
    buttons[i].scrollIntoView({block: "start"});
  };
  const has = content.sequences.some((s) => s.layers.length);
  return {
    openHead,
    openSequence,
    element: section(
        "heads", "Heads",
        note(
            has ?
                "Each square is a head\u2019s attention weights on this sequence: a row is a query, a column " +
                    "a key, and the more of its attention a query gives to a key, the stronger the color. " +
                    "Layer and head are counted from 1. Open one with a click or Enter; arrow keys go from " +
                    "head to head." :
                "The model has no multi-head attention, so there are no maps.",
            has && content.linear_model ? " They show the encoder alone; answers add a linear model." : ""),
        el("div", {class: "picker", role: "group", "aria-label": "Sequence"}, buttons), body,
        has ? scaleChoice(() => redraws.forEach((redraw) => redraw())) : null)
  };
}
