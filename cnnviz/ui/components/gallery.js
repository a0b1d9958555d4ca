// Rows of thumbnails cut from one sheet. Names and labels are inserted as text only.

import { element } from "./elements.js";

function head(row, parent) {
  const made = element("div", "head", parent);
  element("div", "label", made).textContent = row.label;
  element("div", "note", made).textContent = row.note;
  made.title = row.label;
}

function thumbnail(data, image, parent) {
  const tile = element(data.pickable ? "button" : "li", "tile", parent);
  const column = image % data.columns;
  const line = Math.floor(image / data.columns);
  tile.style.backgroundPosition = `${-column * data.width}px ${-line * data.height}px`;
  tile.image = image;
  const name = data.names[image];
  if (name) tile.title = name;
  if (data.pickable) {
    tile.type = "button";
    tile.tabIndex = -1;
    tile.setAttribute("aria-label", name || `image ${image + 1}`);
  }
  return tile;
}

function build(root, data) {
  root.replaceChildren();
  const labelled = data.rows.some((row) => row.label);
  root.className = `rows ${labelled && data.lines === 1 ? "" : "whole"} ${data.lines === null ? "" : "cut"}`;
  for (const row of data.rows) {
    if (row.label) head(row, root);
    const tiles = element(data.pickable ? "div" : "ul", "tiles", root);
    tiles.setAttribute("role", data.pickable ? "group" : "img");
    tiles.setAttribute("aria-label", row.label ? `${row.label}: ${data.alt}` : data.alt);
    for (const image of row.images) thumbnail(data, image, tiles);
  }
  const first = root.querySelector("button.tile");
  if (first) first.tabIndex = 0;
}

function size(root, data) {
  const lines = Math.ceil(data.count / data.columns);
  const values = {
    "--sheet": `url("${data.sheet}")`,
    "--width": `${data.width}px`,
    "--height": `${data.height}px`,
    "--lines": String(data.lines ?? 1),
    "--sheet-width": `${data.width * data.columns}px`,
    "--sheet-height": `${data.height * lines}px`,
  };
  for (const [name, value] of Object.entries(values)) root.style.setProperty(name, value);
}

function mark(root, image) {
  for (const tile of root.querySelectorAll("button.tile")) tile.setAttribute("aria-pressed", String(tile.image === image));
}

/** The arrow keys go to the nearest visible thumbnail in their direction. */
function move(root, event) {
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const way = ways[event.key];
  const from = event.target.getBoundingClientRect?.();
  if (!way || !from || !event.target.matches("button.tile")) return;
  event.preventDefault();
  let best = null;
  for (const tile of root.querySelectorAll("button.tile")) {
    const to = tile.getBoundingClientRect();
    if (to.top >= tile.parentElement.getBoundingClientRect().bottom) continue; // left out
    const [right, down] = [to.left - from.left, to.top - from.top];
    const along = right * way[0] + down * way[1];
    const beside = Math.abs(right * way[1]) + Math.abs(down * way[0]);
    if (along > 1 && (!best || along + 4 * beside < best.distance)) best = { tile, distance: along + 4 * beside };
  }
  if (!best) return;
  event.target.tabIndex = -1;
  best.tile.tabIndex = 0;
  best.tile.focus();
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".rows");
  const shown = JSON.stringify([data.sheet.length, data.sheet.slice(-64), data.rows, data.lines, data.names]);
  if (root.shown !== shown) {
    build(root, data);
    size(root, data);
    root.shown = shown;
    root.picked = root.picked < data.count ? root.picked : 0; // as in Python, the first until another one is picked
  }
  root.onclick = (event) => {
    const tile = event.target.closest("button.tile");
    if (!tile) return;
    root.picked = tile.image;
    mark(root, tile.image);
    setStateValue("picked", tile.image);
  };
  root.onkeydown = (event) => move(root, event);
  mark(root, root.picked);
}
