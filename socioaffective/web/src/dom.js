const SVG = "http://www.w3.org/2000/svg";

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    // What is true is present in HTML, but "true" in ARIA.
    else node.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : value);
  }
  node.append(...children);
  return node;
}

/** Returns an HTML element. */
export const html = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);

/** Returns an SVG element. */
export const svg = (tag, attributes = {}, ...children) => filled(document.createElementNS(SVG, tag), attributes, children);

/** Sets the attributes that differ: setting one anew makes the browser lay out again. */
export function put(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null) node.removeAttribute(name);
    else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
  }
  return node;
}

/** Sets the text of a node where it differs. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

let made = 0;
/** Returns an id that no other element of the page has. */
export const fresh = (word) => `sa-${word}-${(made += 1)}-${Math.random().toString(36).slice(2, 7)}`;

/** Makes an element that can be focused safe from the shortcuts of JupyterLab, which would delete cells. */
export function safe(node) {
  node.setAttribute("data-lm-suppress-shortcuts", "true");
  return node;
}
