// Elements, and the keys that move among them.

const SVG = "http://www.w3.org/2000/svg";

/** @type {Record<string, [number, number]>} to the right and down */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The shapes of marks, 24 units wide. */
export const MARKS = { right: "M4 12.5 L10 18 L20 6", wrong: "M5 5 L19 19 M19 5 L5 19", open: "" };

/** Where an arrow key leads, to the right and down; undefined for other keys. @param {KeyboardEvent} event */
export function arrowOf(event) {
  return ARROWS[event.key];
}

/**
 * A new element with a class and a text, at the end of its parent; each of the three may be left out.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {ParentNode | null} [parent]
 * @param {string | number} [text]
 */
export function element(tag, className, parent, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = String(text);
  parent?.append(made);
  return made;
}

/**
 * A button that does nothing but what it is told to.
 * @param {string} className @param {ParentNode | null} parent @param {string} [text]
 */
export function button(className, parent, text) {
  const made = element("button", className, parent, text);
  made.type = "button";
  return made;
}

/** Change a text where it is another one. @param {Element} node @param {string} text */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Take parts away or make new ones until there are so many.
 *
 * @template {{ node: Element }} T
 * @param {T[]} parts
 * @param {number} wanted
 * @param {() => T} make
 */
export function matchCount(parts, wanted, make) {
  for (const { node } of parts.splice(wanted)) node.remove();
  while (parts.length < wanted) parts.push(make());
}

/**
 * A new element of a drawing.
 *
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} attributes
 * @param {ParentNode | null} [parent]
 * @param {string | number} [text]
 */
export function drawn(tag, attributes, parent, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text !== undefined) made.textContent = String(text);
  parent?.append(made);
  return made;
}

/**
 * A drawing of one path, 24 units wide, such as a mark.
 * @param {ParentNode | null} parent @param {string} [d] @param {string} [className]
 */
export function pathIn(parent, d = "", className = "mark") {
  const svg = drawn("svg", { class: className, viewBox: "0 0 24 24", "aria-hidden": "true" }, parent);
  return drawn("path", { d }, svg);
}
