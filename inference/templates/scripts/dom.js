// Elements are made here and nowhere else, from text: no string of an article is ever parsed as markup.

/** An element. `attributes`: `on…` are listeners, `data` a dataset, true and false switch an attribute. */
function el(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function furnish(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "value" || name === "checked") node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const byId = (id) => document.getElementById(id);

/** Text that keeps its own direction, whatever stands around it. */
const bdi = (text, attributes = {}) => el("bdi", attributes, text);

const hidden = (text) => el("span", { class: "hidden" }, text);

const percent = (share) => `${Math.round(share * 100)}%`;

const plural = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;

function fillSelect(select, options) {
  select.replaceChildren(...options.map(([value, label]) => el("option", { value }, label)));
}

function toast(message, action = null) {
  const box = el("div", { class: "toast" }, el("p", {}, message));
  const close = () => box.remove();
  if (action) box.append(el("button", { type: "button", onclick: () => (close(), action.run()) }, action.label));
  box.append(el("button", { type: "button", onclick: close }, "Close"));
  byId("toasts").append(box);
  if (!action) setTimeout(close, 8000);
}
