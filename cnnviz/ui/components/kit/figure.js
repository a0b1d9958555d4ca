// What every figure says: the ends of its scale with the colours between them, its caption, and how it is saved.

import { saveButtons } from "./save.js";

/**
 * @typedef {{ caption: string, low?: string, high?: string, ramp?: string[],
 *   saved?: import("./save.js").Saved | null }} Figure
 */

/** The background of a scale's bar. @param {string[]} colors */
export function rampOf(colors) {
  return colors.length ? `linear-gradient(to right, ${colors.join(", ")})` : "";
}

/** @param {any} root holds one figure @param {Figure} told @param {() => void} [repaint] draws its canvases anew */
export function tellFigure(root, { low, high, ramp, caption, saved = null }, repaint) {
  if (ramp) {
    root.querySelector(".low").textContent = low;
    root.querySelector(".high").textContent = high;
    root.querySelector(".ramp").style.background = rampOf(ramp);
  }
  root.querySelector("figcaption").textContent = caption;
  saveButtons(root.querySelector("figure"), saved, repaint);
}
