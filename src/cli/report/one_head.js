// One head, large: the map with its rows' names on both axes, and lines from a query to the keys it looks at.
function measure(texts, font) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = font;
  return Math.ceil(Math.max(...texts.map((text) => context.measureText(text).width)));
}

// Sizes in CSS pixels for a width to fill: the map's cells, its margins, the lines beside it or below.
function layout(sequence, width) {
  const rows = sequence.rows.length, names = sequence.rows.map((row) => cut(visible(row), 14)),
        font = "11px " + style("--mono");
  const name = Math.max(18, measure(names, font) + 8), wide = width >= 820,
        lines = wide ? Math.min(360, width * 0.32) : Math.min(width, 420);
  const picture = sequence.values && isPicture(sequence.values) ? (wide ? 180 : 60) : 0;
  const curve = sequence.values && !isPicture(sequence.values) ? 54 : 0, left = name + picture,
        top = name + curve;
  const cell = Math.max(
      3,
      Math.min(
          wide ? 64 : 48, (wide ? 760 : 480) / rows,
          ((wide ? width - lines - 24 : width) - left - 2) / rows));
  const aligned = wide && cell >= 10, row = aligned ? cell : 17, offset = aligned ? top : 24;  // of the lines
  return {
    rows,
    names,
    font,
    name,
    picture,
    curve,
    left,
    top,
    cell,
    row,
    offset,
    lines,
    width: left + rows * cell + 1,
    height: top + rows * cell + 1
  };
}

function drawNames(context, at, current) {
  const every = Math.ceil(10 / at.cell);
  context.font = at.font;
  context.textBaseline = "middle";
  for (let t = 0; t < at.rows; ++t) {
    if (t % every && t !== current.q && t !== current.k) continue;
    const centre = (t + 0.5) * at.cell,
          near = (own) => own !== null && own !== t && Math.abs(own - t) * at.cell < 10;
    context.textAlign = "right";
    context.fillStyle = style(t === current.q ? "--accent" : "--ink");
    if (!near(current.q)) context.fillText(at.names[t], at.left - 5, at.top + centre);
    context.fillStyle = style(t === current.k ? "--accent" : "--ink");
    if (near(current.k)) continue;
    context.save();
    context.translate(at.left + centre, at.top - 5);
    context.rotate(-Math.PI / 2);
    context.textAlign = "left";
    context.fillText(at.names[t], 0, 0);
    context.restore();
  }
}

function drawMap(canvas, sequence, head, at, current) {
  const context = sharp(canvas, at.width, at.height), map = mapOf(head), size = at.rows * at.cell;
  const small = document.createElement("canvas");
  drawThumbnail(small, head, at.rows);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, at.left, at.top, size, size);
  context.strokeStyle = style("--rule");
  context.strokeRect(at.left - 0.5, at.top - 0.5, size + 1, size + 1);
  if (at.picture)
    drawPicture(
        context, sequence.values, 0, at.top + (map.length ? (at.rows - sequence.values.rows) * at.cell : 0),
        at.picture - 8, sequence.values.rows * at.cell);
  if (at.curve)
    drawCurves(
        context, sequence.values, at.left + (at.rows - sequence.values.rows) * at.cell, 0, at.cell,
        at.curve - 8);
  drawNames(context, at, current);
  context.strokeStyle = style("--accent");
  context.lineWidth = 1.5;
  if (current.q !== null) context.strokeRect(at.left, at.top + current.q * at.cell, size, at.cell);
  if (current.k !== null) context.strokeRect(at.left + current.k * at.cell, at.top, at.cell, size);
}

// The links to be drawn: of the query, to the key, or, where neither is chosen, each query's strongest.
function links(head, rows, current) {
  const all = [];
  for (let q = 0; q < rows; ++q) {
    if (current.q !== null && q !== current.q) continue;
    const row = [];
    for (let k = 0; k < rows; ++k)
      if (current.q !== null || current.k === null || k === current.k)
        row.push({q, k, w: weight(head, rows, q, k)});
    row.sort((a, b) => b.w - a.w);
    all.push(...(current.q === null && current.k === null ? row.slice(0, 1) : row));
  }
  const strongest = Math.max(...all.map((link) => link.w));
  return {
    strongest,
    all: all.sort((a, b) => b.w - a.w).filter((link) => link.w > strongest / 40).slice(0, 80)
  };
}

function drawLines(picture, sequence, head, at, current) {
  const half = Math.min(at.name, at.lines / 3), height = at.offset + at.rows * at.row + 4,
        y = (t) => at.offset + (t + 0.5) * at.row;
  const {strongest, all} = links(head, at.rows, current);
  const x1 = half + 4, x2 = at.lines - half - 4, middle = (x1 + x2) / 2;
  const name = (t, x, anchor, own) =>
      svg("text", {class: "row" + (own ? " own" : ""), x, y: y(t) + 4, "text-anchor": anchor}, at.names[t]);
  picture.setAttribute("viewBox", `0 0 ${at.lines} ${height}`);
  picture.setAttribute("width", at.lines);
  picture.setAttribute("height", height);
  const looked = new Map();
  for (const link of all) looked.set(link.k, Math.max(looked.get(link.k) ?? 0, link.w));
  picture.replaceChildren(
      svg("text", {class: "tick", x: 2, y: 11}, "query"),
      svg("text", {class: "tick", x: at.lines - 2, y: 11, "text-anchor": "end"}, "key"),
      ...all.map(
          ({q, k, w}) => svg("path", {
            class: "link",
            d: `M${x1} ${y(q)}C${middle} ${y(q)} ${middle} ${y(k)} ${x2} ${y(k)}`,
            "stroke-width": 0.6 + 4 * w,
            "stroke-opacity": current.q === null && current.k === null ? 0.35 : 0.2 + (0.8 * w) / strongest
          })),
      ...sequence.rows.flatMap(
          (_, t) =>
              [name(t, half, "end", t === current.q),
               name(
                   t, at.lines - half, "start",
                   t === current.k || (current.q !== null && looked.get(t) > strongest / 2))]));
}

function readout(sequence, head, current) {
  const rows = sequence.rows.length, of = (link, t) => `${place(sequence, t)} (${short(link.w)})`;
  if (current.q === null && current.k === null)
    return "Lines: where each query looks most. Hover, tap, or focus the map and use the arrow keys, to see " +
        "one query\u2019s.";
  const best = links(head, rows, current).all.slice(0, 5);
  if (current.q === null)
    return `Key ${place(sequence, current.k)} is looked at by ` +
        best.map((link) => of(link, link.q)).join(", ");
  const chosen = current.k === null ? "looks most at" :
                                      `gives ${short(weight(head, rows, current.q, current.k))} to key ${
                                          place(sequence, current.k)}; most to`;
  return `Query ${place(sequence, current.q)} ${chosen} ` + best.map((link) => of(link, link.k)).join(", ");
}

function scaleBar(head) {
  const canvas = el("canvas", {"aria-hidden": "true", width: 256, height: 1}),
        top = alikeScale ? 1 : head.largest;
  paint(canvas.getContext("2d"), 256, 1, (i) => i / 255);
  return el(
      "div",
      {class: "scale", role: "img", "aria-label": `Colors from 0 to ${short(top)}, on a square-root scale`},
      canvas,
      el("div", {"aria-hidden": "true"},
         [0, 1 / 16, 1 / 4, 9 / 16, 1].map((part) => el("span", {}, short(part * top)))));
}

function headFigures(content, layer, head) {
  const h = content.ablation?.heads.find((f) => f.layer === layer + 1 && f.head === head + 1);
  return h ?
      `Over all sequences: ${content.score} without it ${
          content.in_points ? signed(-100 * h[scoreKey(content)].value, 2) + " points" :
                              signed(h[scoreKey(content)].value, 4)}; entropy ${
          fixed(h.entropy, 2)} bits; looks ${fixed(h.distance, 1)} rows away.` :
      "";
}

// What was pointed at: a cell of the map, or a row of the lines.
function pointed(event, at) {
  const box = event.currentTarget.getBoundingClientRect(), x = event.clientX - box.left,
        y = event.clientY - box.top;
  const inside = (t) => (t >= 0 && t < at.rows ? t : null);
  if (event.currentTarget.tagName === "CANVAS")
    return {q: inside(Math.floor((y - at.top) / at.cell)), k: inside(Math.floor((x - at.left) / at.cell))};
  const t = inside(Math.floor((y - at.offset) / at.row));
  return x < box.width / 2 ? {q: t, k: null} : {q: null, k: t};
}
