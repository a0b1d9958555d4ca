// Saving a figure as it is on the page, with its scale and caption: two small buttons that show when it is pointed at.

import { figureSvg } from "./figure_svg.js";

const SAVED_WIDTH = 1600; // pixels of a PNG, about: sharp on a slide
const SAVED_ICON =
  '<svg viewBox="0 0 24 24" width="14" height="14" aria-hidden="true"><path fill="currentColor" ' +
  'd="M5 20h14v-2H5v2zM19 9h-4V3H9v6H5l7 7 7-7z"/></svg>';

const SAVED_RATIO = 3; // of canvas pixels to CSS pixels while a figure is saved
let savingRatio = 0;

/** How many pixels of a canvas make a pixel of the page: more while a figure is saved, for the words on it. */
export function drawingRatio() {
  return savingRatio || window.devicePixelRatio || 1;
}

function handOver(name, blob) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The SVG in pixels, enlarged by a whole number. */
async function pngOf({ text, wide, high }) {
  const zoom = Math.max(2, Math.min(4, Math.round(SAVED_WIDTH / wide)));
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: wide * zoom, height: high * zoom });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** Save an element as `file`.png or `file`.svg; `repaint` draws its canvases anew, for `drawingRatio()`. */
export async function saveFigure(root, kind, { file, source }, repaint = () => {}) {
  savingRatio = SAVED_RATIO;
  repaint();
  const drawn = figureSvg(root, source);
  savingRatio = 0;
  repaint();
  const blob = kind === "png" ? await pngOf(drawn) : new Blob([drawn.text], { type: "image/svg+xml" });
  handOver(`${file}.${kind}`, blob);
}

/**
 * Give an element its buttons, once; it is positioned, so that they stand in its lower right corner.
 * `told` is null for a figure that is not saved, else {file, source}: the file's name without an ending, and the line
 * below the saved figure that says what it is of. `repaint` as in `saveFigure`.
 */
export function saveButtons(root, told, repaint) {
  let bar = root.querySelector(":scope > .save-figure");
  if (!told) return bar?.remove();
  if (!bar) {
    bar = document.createElement("div");
    bar.className = "save-figure";
    bar.dataset.unsaved = "";
    bar.innerHTML = SAVED_ICON; // made here, from nothing that anybody typed
    for (const kind of ["png", "svg"]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = kind.toUpperCase();
      button.title = `Save this figure as ${kind.toUpperCase()}, with its scale and caption`;
      button.setAttribute("aria-label", button.title);
      button.onclick = () => saveFigure(root, kind, bar.told, repaint);
      bar.append(button);
    }
    root.append(bar);
  }
  bar.told = told;
}
