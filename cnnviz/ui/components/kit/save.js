// Saving a figure as it is on the page, with its scale and caption: two small buttons that show when it is pointed at.

import { brush, sheet } from "./canvas.js";
import { button, element } from "./dom.js";
import { figureSvg } from "./svg.js";

/** @typedef {{ file: string, source: string }} Saved the file's name without an ending, and what the figure is of */

const SAVED_WIDTH = 1600; // pixels of a PNG, about: sharp on a slide
const SAVED_RATIO = 3; // of canvas pixels to CSS pixels while a figure is saved
const ICON =
  '<svg viewBox="0 0 24 24" width="14" height="14" aria-hidden="true"><path fill="currentColor" ' +
  'd="M5 20h14v-2H5v2zM19 9h-4V3H9v6H5l7 7 7-7z"/></svg>';

let savingRatio = 0;

/** How many pixels of a canvas make a pixel of the page: more while a figure is saved, for the words on it. */
export function drawingRatio() {
  return savingRatio || window.devicePixelRatio || 1;
}

/** @param {string} name @param {Blob} blob */
function handOver(name, blob) {
  const href = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

/** The SVG in pixels, enlarged by a whole number. @param {ReturnType<typeof figureSvg>} drawing */
async function pngOf({ text, wide, high }) {
  const zoom = Math.max(2, Math.min(4, Math.round(SAVED_WIDTH / wide)));
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await picture.decode();
  const canvas = sheet(wide * zoom, high * zoom);
  brush(canvas).drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((/** @type {(blob: any) => void} */ resolve) => canvas.toBlob(resolve, "image/png"));
}

/**
 * Save an element as `file`.png or `file`.svg.
 *
 * @param {HTMLElement} root
 * @param {"png" | "svg"} kind
 * @param {Saved} told
 * @param {() => void} [repaint] draws its canvases anew, for `drawingRatio()`
 */
export async function saveFigure(root, kind, { file, source }, repaint = () => {}) {
  savingRatio = SAVED_RATIO;
  repaint();
  const drawing = figureSvg(root, source);
  savingRatio = 0;
  repaint();
  const blob = kind === "png" ? await pngOf(drawing) : new Blob([drawing.text], { type: "image/svg+xml" });
  handOver(`${file}.${kind}`, blob);
}

/**
 * Give an element its buttons, once; it is positioned, so that they stand in its lower right corner.
 *
 * @param {any} root
 * @param {Saved | null} told null for a figure that is not saved
 * @param {() => void} [repaint] as in `saveFigure`
 */
export function saveButtons(root, told, repaint) {
  let bar = root.querySelector(":scope > .save-figure");
  if (!told) return bar?.remove();
  if (!bar) {
    bar = element("div", "save-figure", root);
    bar.dataset.unsaved = "";
    bar.innerHTML = ICON; // made here, from nothing that anybody typed
    for (const kind of /** @type {const} */ (["png", "svg"])) {
      const made = button("", bar, kind.toUpperCase());
      made.title = `Save this figure as ${kind.toUpperCase()}, with its scale and caption`;
      made.setAttribute("aria-label", made.title);
      made.onclick = () => saveFigure(root, kind, bar.told, repaint);
    }
  }
  bar.told = told;
}
