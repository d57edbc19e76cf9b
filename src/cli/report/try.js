// Texts that are typed in, answered by the model itself (browser.js), with any of its heads switched off.
const headName = (layer, head) => `${layer + 1}.${head + 1}`;

// What is typed into, a field a text of the sequence; it begins as the first sequence of the report.
function textFields(content) {
  const known = content.sequences[0]?.text ?? "", texts = known.endsWith(" ...") ? [] : known.split("\\x09");
  return Array.from({length: content.try.texts}, (_, i) => {
    const name = content.try.texts === 1 ? "Text" : `Text ${i + 1}`;
    return el("textarea", {rows: 3, spellcheck: "false", "aria-label": name}, texts[i] ?? "");
  });
}

function answerCard(content, answer, off) {
  const before = answer.all_heads, p = Object.fromEntries(before.probabilities)[before.prediction];
  return el(
      "div", {class: "sequence"},
      el("div", {},
         el("p", {class: "answer", "aria-live": "polite"}, el("strong", {}, verdict(content, answer)),
            el("span", {class: "muted"},
               off.length === 0 ? " with all heads" : ` without ${off.map(([l, h]) => headName(l, h)).join(", ")}`)),
         off.length === 0 ? null :
                            note("With all heads: ", word(before.prediction),
                                 p === undefined ? "" : ` with ${fixed(p, 3)}`, "."),
         rowsText(content, answer),
         answer.unknown.length ? note("Dotted: tokens that are not in the vocabulary.") : null,
         answer.unknown_note ? note(word(answer.unknown_note)) : null,
         answer.cut ? note("The text is longer than the model reads; these are the tokens that it has read.") : null),
      probabilityBars(content, answer));
}

// The heads of the answer, each with a switch; `change(layer, head, on)`. `watched`: a row, counted from
// the end where it is below 0; below a head the page says where that row looks most.
function switchedHeads(content, answer, off, change, {home, watched}) {
  const open = (layer, head) => showHead(content, answer, layer, head, `#${home} .tried`);
  const row = watched === null ? null : (watched + answer.rows.length) % answer.rows.length;
  return headGrid(answer, open, (layer, head) => {
    const at = answer.attention[layer], name = headName(at, head);
    const box = el("input", {
      type: "checkbox",
      checked: !off.some(([l, h]) => l === at && h === head),
      "data-switch": name,
      "aria-label": `Layer ${at + 1}, head ${head + 1} is on`,
      change: (event) => change(at, head, event.target.checked)
    });
    return el("div", {}, el("label", {}, box, "on"), row === null ? null : lookedAt(answer, answer.layers[layer][head], row));
  });
}

// "[cls] looks most at 5 redL (0.97)"
function lookedAt(sequence, head, row) {
  const best = links(head, sequence.rows.length, {q: row, k: null}).all[0];
  return el("p", {class: "looks"}, word(visible(sequence.rows[row])), " looks most at ", word(place(sequence, best.k)), ` (${short(best.w)})`);
}

// Fields to type into, and what the model makes of it; they are in the element with the id `home`. `ask` answers.
function tryParts(content, {home, watched = null}) {
  const fields = textFields(content), out = el("div", {class: "tried"});
  let model = null, off = [], draw = () => {}, waiting = 0;
  const show = (answer) => {
    const focused = out.contains(document.activeElement) ? document.activeElement.dataset.switch : undefined;
    out.replaceChildren(answerCard(content, answer, off));
    if (answer.layers.length === 0) return;
    const change = (layer, head, on) => {
      off = off.filter(([l, h]) => l !== layer || h !== head);
      if (!on) off.push([layer, head]);
      ask();
    };
    const made = switchedHeads(content, answer, off, change, {home, watched});
    draw = made.draw;
    out.append(el("div", {class: "scroll"}, made.grid));
    draw();
    if (focused) out.querySelector(`[data-switch="${focused}"]`)?.focus();
  };
  const ask = async () => {
    try {
      model ??= startModel(content.try).catch((error) => {
        throw new Error(`this browser cannot run the model (${error.message}); Chrome 97, Firefox 113, Safari 16.4 and later can`);
      });
      const answer = await model;
      show(answer(fields.map((field) => field.value.replace(/[\t\r\n]+/g, " ")), off));
    } catch (error) {
      out.replaceChildren(el("p", {class: "answer wrong"}, word(error.message)));
    }
  };
  for (const field of fields)
    field.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(ask, 200);
    });
  redraws.push(() => draw());
  return {
    ask,
    elements: [el("div", {class: "texts"}, fields), el("button", {type: "button", class: "ask", click: ask}, "Answer"), out]
  };
}

function trySection(content) {
  if (content.try.reason)
    return section("try", "Try it", note("The model is not in this page: ", word(content.try.reason), "."));
  return section(
      "try", "Try it",
      note("Type a text: the model is in this file, and its answer comes from it alone. A head that is " +
           "switched off gives zeros in place of what it has read, as in the section below."),
      ...tryParts(content, {home: "try"}).elements);
}
