// Elements and numbers. Text only ever becomes a text node or an attribute.
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function")
      element.addEventListener(name, value);
    else if (value === true)
      element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined)
      element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}
function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}
function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

const grouped = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
const counted = (n, noun) => grouped(n) + " " + noun + (n === 1 ? "" : "s");
const fixed = (x, digits) => (typeof x === "number" ? x.toFixed(digits).replace("-", "\u2212") : "\u2013");
const signed = (x, digits) => (x > 0 ? "+" : "") + fixed(x, digits);
// Three telling digits, as axes and weights need them.
function short(x) {
  if (x === 0) return "0";
  return Math.abs(x) < 1e-4 || Math.abs(x) >= 1e5 ? x.toExponential(2) : String(Number(x.toPrecision(3)));
}

function bytes(base64) {
  const text = atob(base64);
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

// A user's word: it keeps its direction of writing to itself.
const word = (text, kind = "") => el("bdi", {class: ("word " + kind).trim()}, text);

const section = (id, title, ...children) =>
    el("section", {id, "aria-labelledby": id + "-title"}, el("h2", {id: id + "-title"}, title), ...children);
const note = (...children) => el("p", {class: "note"}, ...children);
// What may be wider than a phone scrolls by itself, also from the keyboard.
const scroll = (label, child) =>
    el("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": label}, child);

// Moves the focus among elements laid out in rows of `columns`, of which one is in the tab order.
function rove(elements, columns) {
  const focus = (to) => {
    for (const element of elements) element.tabIndex = element === to ? 0 : -1;
    to.focus();
  };
  elements.forEach((element, i) => {
    element.tabIndex = i === 0 ? 0 : -1;
    element.addEventListener("keydown", (event) => {
      const step = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns}[event.key];
      const to = event.key === "Home" ? 0 : event.key === "End" ? elements.length - 1 : i + (step ?? NaN);
      if (!elements[to]) return;
      event.preventDefault();
      focus(elements[to]);
    });
  });
  return focus;
}
