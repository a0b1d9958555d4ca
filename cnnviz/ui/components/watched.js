// Eight watched images: the tiles are built once, afterwards only words, marks and bars change.

import { element, followSize, markPath } from "./elements.js";

const SHAPES = { right: "M4 12.5 L10 18 L20 6", wrong: "M5 5 L19 19 M19 5 L5 19", open: "" };
const ROOMY = 120; // CSS pixels: a tile in which every class name of CIFAR-10 fits
const NARROW = 88; // and the narrowest that is still read
const GAP = 12;
const EDGE = 20; // a tile's frame and padding, both sides

function build(list) {
  const tile = element("li", "tile", list);
  const path = markPath(tile);
  const truth = element("div", "truth", tile);
  const image = element("div", "image", tile);
  const guess = element("div", "guess", tile);
  const meter = element("div", "meter", tile);
  const bar = element("div", "bar", element("div", "track", meter));
  const percent = element("div", "percent", meter);
  tile.parts = { truth, image, path, guess, bar, percent };
  return tile;
}

/** Tiles in a row: all, half or a quarter of them where they have room, otherwise as many as can be read. */
function columns(count, width) {
  const fits = (across, least) => across * (least + GAP) - GAP <= width;
  const even = [1, 2, 4].map((part) => count / part).find((across) => Number.isInteger(across) && fits(across, ROOMY));
  return Math.max(1, even ?? Math.min(count, Math.floor((width + GAP) / (NARROW + GAP))));
}

/** Lays the tiles out for the width there is; small images are enlarged by a whole number. */
function arrange(list, { width, height, size, tiles }) {
  const style = getComputedStyle(list);
  const room = list.clientWidth - parseFloat(style.paddingRight);
  if (room <= 0) return;
  const across = columns(tiles.length, room);
  list.style.gridTemplateColumns = `repeat(${across}, minmax(0, 1fr))`;
  const inner = (room - GAP * (across - 1)) / across - EDGE;
  const fitting = Math.min(size / Math.max(width, height), inner / width);
  const factor = fitting < 1 ? fitting : Math.floor(fitting); // a photograph larger than its tile is made smaller
  [...list.children].forEach((tile, index) => {
    const image = tile.parts.image.style;
    image.imageRendering = factor < 1 ? "auto" : "";
    image.width = `${width * factor}px`;
    image.height = `${height * factor}px`;
    image.backgroundSize = `${width * factor * tiles.length}px ${height * factor}px`;
    image.backgroundPosition = `${-index * width * factor}px 0`;
  });
}

/** Gives every tile the sheet, once: setting the same one again would decode it again. */
function paint(list, sheet) {
  for (const { parts } of list.children) {
    if (parts.image.sheet === sheet) continue;
    parts.image.style.backgroundImage = `url("${sheet}")`;
    parts.image.sheet = sheet;
  }
}

function set(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function show(tile, { truth, guess, share, percent, right }) {
  const state = guess === null ? "open" : right ? "right" : "wrong";
  const parts = tile.parts;
  tile.className = `tile ${state}`;
  parts.path.setAttribute("d", SHAPES[state]);
  parts.bar.style.transform = `scaleX(${share})`;
  set(parts.truth, truth);
  set(parts.guess, guess ?? "no prediction yet");
  set(parts.percent, guess === null ? "" : percent);
  const told =
    guess === null ? `${truth}: no prediction yet` : `${truth}: predicted ${guess}, confidence ${percent}, ${state}`;
  tile.setAttribute("aria-label", told);
  tile.title = guess === null ? told : `${told} (confidence ${share.toPrecision(6)})`;
}

export default function ({ data, parentElement }) {
  const list = parentElement.querySelector(".tiles");
  while (list.children.length > data.tiles.length) list.lastChild.remove();
  while (list.children.length < data.tiles.length) build(list);
  list.data = data;
  paint(list, data.sheet);
  data.tiles.forEach((told, index) => show(list.children[index], told));
  arrange(list, data); // last, since measuring applies the styles: a new bar would then move to its first width
  return followSize(parentElement, list, () => arrange(list, list.data));
}
