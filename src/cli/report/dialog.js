// The dialog of one head. Arrow keys: in the figure from row to row, elsewhere in the dialog from head to
// head.
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
    const [dq, dk] =
        {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[event.key] ?? [0, 0];
    if (!dq && !dk) return;
    event.preventDefault();
    event.stopPropagation();
    const move = (own, step) =>
        (own === null ? (step ? 0 : null) : Math.min(at.rows - 1, Math.max(0, own + step)));
    show((pinned = {q: move(pinned.q, dq) ?? 0, k: move(pinned.k, dk)}));
  });
  return {figure, draw};
}

function showHead(content, sequence, layer, head) {
  const dialog = document.getElementById("head"), layers = sequence.layers, heads = layers[0].length;
  let draw = () => {};
  const onKey = (event) => {
    const [dl, dh] =
        {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[event.key] ?? [0, 0];
    if (!dl && !dh) return;
    event.preventDefault();
    go(layer + dl, head + dh);
  };
  function go(l, h) {
    if (!layers[l]?.[h]) return;
    [layer, head] = [l, h];
    render(document.activeElement?.id);
  }
  const step = (by) => {
    const next = (layer * heads + head + by + layers.length * heads) % (layers.length * heads);
    go(Math.floor(next / heads), next % heads);
  };
  const button = (id, name, label, act) =>
      el("button", {type: "button", id, "aria-label": label, click: act}, name);
  function render(focused) {
    const data = layers[layer][head], line = el("p", {id: "readout", "aria-live": "polite"});
    const made = headFigure(sequence, data, (text) => (line.textContent = text));
    const title = el("h2", {id: "head-title", tabindex: "-1"}, `Layer ${layer + 1}, head ${head + 1}`);
    dialog.replaceChildren(
        el("div", {class: "above"},
           el("div", {class: "bar"}, title,
              el("div", {}, button("previous", "\u2190", "Previous head", () => step(-1)),
                 button("next", "\u2192", "Next head", () => step(1)),
                 button("close", "\u00d7", "Close", () => dialog.close()))),
           line),
        el("p", {}, verdict(content, sequence),
           el("span", {class: "muted"}, ` no. ${sequence.number}. ${headFigures(content, layer, head)}`)),
        made.figure, scaleBar(data),
        note("Arrow keys: from head to head; with the map in focus (Tab), from row to row. Escape closes."));
    draw = made.draw;
    draw();
    (document.getElementById(focused) ?? title).focus({preventScroll: true});
  }
  const redraw = () => draw();
  const themeChanged = () => render(document.activeElement?.id);
  dialog.showModal();
  render("");
  dialog.addEventListener("keydown", onKey);
  window.addEventListener("resize", redraw);
  dark.addEventListener("change", themeChanged);
  dialog.addEventListener("close", () => {
    dialog.removeEventListener("keydown", onKey);
    window.removeEventListener("resize", redraw);
    dark.removeEventListener("change", themeChanged);
    const opener = document.querySelector(`#sequence [data-head="${layer + 1}.${head + 1}"]`);
    opener?.focus();
  }, {once: true});
}
