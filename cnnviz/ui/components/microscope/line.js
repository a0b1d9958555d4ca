// The line under it all: numbers with their names, and what stands between them.

import { element } from "../kit/dom.js";

/** A number with its name over it. @param {HTMLElement} line @param {string} name @param {string} text */
export function chip(line, name, text, role = "") {
  const made = element("span", `chip ${role}`, line);
  element("small", "", made, name);
  return element("b", "", made, text);
}

/** @param {HTMLElement} line @param {string} text */
export function sign(line, text) {
  element("span", "op", line, text);
}
