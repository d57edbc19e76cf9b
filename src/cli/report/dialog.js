// The dialog of one head. Arrow keys: in the figure from row to row, elsewhere in the dialog from head to
// head.
// Rows down and columns to the right.
const arrows = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1]
};

function headFigure(sequence, head, say) {
  const canvas = el("canvas", {role: "img", "aria-label": "Attention map, queries down, keys across"});
  const picture = svg("svg", {class: "lines", role: "img", "aria-label": "Lines from queries to keys"});
  const figure =
      el("div", {
        class: "figure",
        id: "figure",
        tabindex: "0",
        role: "group",
        "aria-describedby": "readout",
        "aria-label": "Map of this head. Up and down choose the query, left and right the key."
      },
         canvas, picture);
  let at, pinned = {q: null, k: null};
  const show = (current) => {
    drawMap(canvas, sequence, head, at, current);
    drawLines(picture, sequence, head, at, current);
    say(readout(sequence, head, current));
  };
  const draw = () => {
    at = layout(sequence, figure.clientWidth);
    show(pinned);
  };
  for (const part of [canvas, picture]) {
    part.addEventListener("pointermove", (event) => show(pointed(event, at)));
    part.addEventListener("pointerleave", () => show(pinned));
    part.addEventListener("click", (event) => show((pinned = pointed(event, at))));
  }
  figure.addEventListener("keydown", (event) => {
    const [dq, dk] = arrows[event.key] ?? [0, 0];
    if (!dq && !dk) return;
    event.preventDefault();
    event.stopPropagation();
    const move = (own, step) =>
        (own === null ? (step ? 0 : null) : Math.min(at.rows - 1, Math.max(0, own + step)));
    show((pinned = {q: move(pinned.q, dq) ?? 0, k: move(pinned.k, dk)}));
  });
  return {figure, draw};
}

// Listens while the dialog is open.
function whileOpen(dialog, listeners, closed) {
  for (const [target, event, act] of listeners) target.addEventListener(event, act);
  dialog.addEventListener("close", () => {
    for (const [target, event, act] of listeners) target.removeEventListener(event, act);
    closed();
  }, {once: true});
}

// What is above a head: its name, the buttons, what is read in its map. It stays in sight.
function aboveHead(title, line, step, close) {
  const button = (id, name, label, act) =>
      el("button", {type: "button", id, "aria-label": label, click: act}, name);
  return el(
      "div", {class: "above"},
      el("div", {class: "bar"}, title,
         el("div", {}, button("previous", "\u2190", "Previous head", () => step(-1)),
            button("next", "\u2192", "Next head", () => step(1)), button("close", "\u00d7", "Close", close))),
      line);
}

// Fills the dialog with one head; returns how to draw it again.
function renderHead(dialog, content, sequence, layer, head, step) {
  const focused = document.activeElement?.id, data = sequence.layers[layer][head];
  const line = el("p", {id: "readout", "aria-live": "polite"});
  const title = el("h2", {id: "head-title", tabindex: "-1"}, `Layer ${layer + 1}, head ${head + 1}`);
  const made = headFigure(sequence, data, (text) => (line.textContent = text));
  const number = sequence.number === undefined ? "" : ` no. ${sequence.number}`;
  const about = el("span", {class: "muted"}, `${number}. ${headFigures(content, layer, head)}`);
  dialog.replaceChildren(
      aboveHead(title, line, step, () => dialog.close()), el("p", {}, verdict(content, sequence), about),
      made.figure, scaleBar(data),
      note("Arrow keys: from head to head; with the map in focus (Tab), from row to row. Escape closes."));
  made.draw();
  const stays = focused && dialog.contains(document.getElementById(focused));
  (stays ? document.getElementById(focused) : title).focus({preventScroll: true});
  return made.draw;
}

// `home`: the selector of what the head was opened in.
function showHead(content, sequence, layer, head, home) {
  const dialog = document.getElementById("head"), layers = sequence.layers, heads = layers[0].length;
  let draw = () => {};
  const render = () => (draw = renderHead(dialog, content, sequence, layer, head, step));
  const go = (l, h) => {
    if (!layers[l]?.[h]) return;
    [layer, head] = [l, h];
    render();
  };
  function step(by) {
    const next = (layer * heads + head + by + layers.length * heads) % (layers.length * heads);
    go(Math.floor(next / heads), next % heads);
  }
  const onKey = (event) => {
    const [down, right] = arrows[event.key] ?? [0, 0];
    if (!down && !right) return;
    event.preventDefault();
    go(layer + down, head + right);
  };
  dialog.showModal();
  render();
  const listeners = [[dialog, "keydown", onKey], [window, "resize", () => draw()], [dark, "change", render]];
  whileOpen(
      dialog, listeners,
      () => document.querySelector(`${home} [data-head="${layer + 1}.${head + 1}"]`)?.focus());
}
