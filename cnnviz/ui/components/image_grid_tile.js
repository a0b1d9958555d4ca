// One tile of a grid: the picture, whether the prediction is right, and a few words. Built once, used for many images.

import { element, markPath } from "./elements.js";

const SHAPES = { right: "M4 12.5 L10 18 L20 6", wrong: "M5 5 L19 19 M19 5 L5 19" };

function set(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function makeTile(parent) {
  const tile = element("div", "tile", parent);
  tile.setAttribute("role", "option");
  tile.canvas = element("canvas", "", tile);
  tile.path = markPath(tile);
  tile.verdict = element("div", "verdict", tile);
  const said = element("div", "said", tile);
  tile.name = element("b", "", said);
  tile.value = element("i", "", said);
  tile.truth = element("div", "truth", tile);
  return tile;
}

/** Gives a tile its size: `shape` as in the view. */
export function sizeTile(tile, shape) {
  if (tile.shape === shape) return;
  tile.shape = shape;
  Object.assign(tile.style, { width: `${shape.wide}px`, height: `${shape.high}px` });
  Object.assign(tile.canvas, { width: shape.pixels.width, height: shape.pixels.height });
  Object.assign(tile.canvas.style, {
    width: `${shape.image.width}px`,
    height: `${shape.image.height}px`,
    marginTop: `${shape.inset.top}px`,
    marginLeft: `${shape.inset.left}px`,
  });
  tile.drawn = -1;
}

/** What a tile says of an image: `one` has right, name, value, truth, verdict and told. */
export function tellTile(tile, one) {
  const state = one.right ? "right" : "wrong";
  tile.classList.toggle("wrong", !one.right);
  tile.path.setAttribute("d", SHAPES[state]);
  set(tile.name, one.name);
  set(tile.value, one.value);
  set(tile.truth, one.truth);
  set(tile.verdict, one.verdict);
  tile.verdict.hidden = !one.verdict;
  tile.title = one.told;
  tile.setAttribute("aria-label", `${one.told}, ${state}${one.verdict ? `, marked ${one.verdict}` : ""}`);
}
