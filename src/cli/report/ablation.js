// What is lost without each head: bars with the middle 95 % of a bootstrap.
function bar(figure, low, high, format) {
  const width = 130, x = (v) => 4 + ((v - low) / (high - low || 1)) * (width - 8);
  const from = Math.min(x(0), x(figure.value)), to = Math.max(x(0), x(figure.value));
  const text = `${format(figure.value)} [${format(figure.low)}, ${format(figure.high)}]`;
  return [
    svg("svg", {class: "bar", viewBox: `0 0 ${width} 18`, width, height: 18, role: "img", "aria-label": text},
        svg("line", {class: "zero", x1: x(0), x2: x(0), y1: 0, y2: 18}), svg("rect", {
          class: figure.low > 0 ? "sure" : "unsure",
          x: from,
          y: 5,
          width: Math.max(to - from, 0.5),
          height: 8
        }),
        svg("line", {class: "whisker", x1: x(figure.low), x2: x(figure.high), y1: 9, y2: 9})),
    el("span", {class: "number interval"}, text)
  ];
}

function bounds(heads, key) {
  return [Math.min(0, ...heads.map((h) => h[key].low)), Math.max(0, ...heads.map((h) => h[key].high))];
}

// By how much a head's score is worse without it.
function scoreKey(content) {
  return content.score + (content.in_points ? "_drop" : "_rise");
}

function alike(ablation) {
  const pairs = [];
  ablation.heads.forEach((a, i) => ablation.heads.forEach((b, j) => {
    if (i < j) pairs.push([ablation.similarity[i][j], `${a.layer}.${a.head} and ${b.layer}.${b.head}`]);
  }));
  const nearest = pairs.sort((a, b) => b[0] - a[0]).slice(0, 3);
  return nearest.length === 0 ? null :
                                note(
                                    "Heads whose maps are most alike (correlation): ",
                                    nearest.map(([r, names]) => `${names} ${fixed(r, 2)}`).join("; "), ".");
}

function ablationSection(content, openHead) {
  const ablation = content.ablation;
  if (!ablation)
    return section(
        "ablation", "Without a head",
        note(
            content.sequences[0]?.layers.length ? "Left out by --no-ablation." :
                                                  "The model has no multi-head attention."));
  const heads = ablation.heads, linear = ablation.linear_model ? [ablation.linear_model] : [],
        loss = (v) => signed(v, 4), points = content.in_points ? (v) => signed(100 * v, 2) : loss,
        worse = scoreKey(content);
  const [dropLow, dropHigh] = bounds([...heads, ...linear], worse),
                  [riseLow, riseHigh] = bounds([...heads, ...linear], "loss_rise");
  const rows = heads.map(
      (h) =>
          el("tr", {},
             el("th", {scope: "row"},
                el("button", {
                  type: "button",
                  class: "link",
                  click: () => openHead(h.layer - 1, h.head - 1),
                  "aria-label": `Open layer ${h.layer}, head ${h.head}`
                },
                   `${h.layer}.${h.head}`)),
             el("td", {}, bar(h[worse], dropLow, dropHigh, points)),
             el("td", {}, bar(h.loss_rise, riseLow, riseHigh, loss)),
             el("td", {class: "number"}, fixed(h.importance, 4)),
             el("td", {class: "number"}, fixed(h.entropy, 2)),
             el("td", {class: "number"}, fixed(h.distance, 1))));
  rows.push(...linear.map(
      (without) =>
          el("tr", {}, el("th", {scope: "row"}, "linear model"),
             el("td", {}, bar(without[worse], dropLow, dropHigh, points)),
             el("td", {}, bar(without.loss_rise, riseLow, riseHigh, loss)), el("td"), el("td"), el("td"))));
  const names =
      ["head", content.in_points ? `points of ${content.score} lost` : `${content.score} gained`, "loss gained", "importance", "entropy, bits", "distance, rows"];
  return section(
      "ablation", "Without a head",
      note(
          "Each head by turns gives nothing: its output is zeros. Lines and brackets are the " +
          "middle 95 % of a bootstrap over sequences; a bar is filled where all of it is above 0. " +
          "Importance: |head output x gradient|. Entropy: 0 looks at one row. Distance: between a query " +
          "and where it looks."),
      scroll(
          "What is lost without each head",
          el("table", {class: "ablation"},
             el("thead", {},
                el("tr", {},
                   names.map((name, i) => el("th", {scope: "col", class: i > 2 ? "number" : ""}, name)))),
             el("tbody", {}, rows))),
      alike(ablation));
}
