// What every figure says: the ends of its scale with the colours between them, its caption, and how it is saved.

import { element } from "./dom.js";
import { saveButtons } from "./save.js";

/**
 * @typedef {{ caption: string, low?: string, high?: string, ramp?: string[],
 *   saved?: import("./save.js").Saved | null }} Figure
 */

/**
 * Write the ends of a scale, and the colours between them.
 * @param {any} node @param {string} [low] @param {string} [high] @param {string[]} [ramp]
 */
export function tellScale(node, low = "", high = "", ramp = []) {
  if (!node.querySelector(".ramp")) node.prepend(...["low", "ramp", "high"].map((part) => element("span", part)));
  node.querySelector(".low").textContent = low;
  node.querySelector(".high").textContent = high;
  node.querySelector(".ramp").style.background = ramp.length ? `linear-gradient(to right, ${ramp.join(", ")})` : "";
}

/** @param {any} root holds one figure @param {Figure} told @param {() => void} [repaint] draws its canvases anew */
export function tellFigure(root, { low, high, ramp, caption, saved = null }, repaint) {
  if (ramp) tellScale(root.querySelector(".scale"), low, high, ramp);
  root.querySelector("figcaption").textContent = caption;
  saveButtons(root.querySelector("figure"), saved, repaint);
}
