// Rows of thumbnails cut from one sheet. Names and labels are inserted as text only.

import { arrowOf, button, element } from "../kit/dom.js";
import { mount } from "../kit/mount.js";

/**
 * @typedef {{ label: string, note: string, images: number[] }} Row
 * @typedef {object} Data
 * @property {string} sheet address of the picture that they are cut from
 * @property {number} columns of the sheet
 * @property {number} count of thumbnails
 * @property {number} height of each, in CSS pixels
 * @property {number} width
 * @property {Row[]} rows
 * @property {string[]} names
 * @property {string} alt
 * @property {number | null} lines that a row may fill; null for as many as it needs
 * @property {boolean} pickable
 */

function head(/** @type {any} */ row, /** @type {HTMLElement} */ parent) {
  const made = element("div", "head", parent);
  element("div", "label cut", made, row.label);
  element("div", "note", made, row.note);
  made.title = row.label;
}

class View {
  shown = "";
  picked = -1; // none, until somebody picks one

  constructor(/** @type {any} */ root) {
    this.rows = root.querySelector(".rows");
  }

  /** @param {Data} data @param {unknown} _ @param {import("../kit/mount.js").Tell} keep */
  update(data, _, keep) {
    const shown = JSON.stringify([data.sheet.length, data.sheet.slice(-64), data.rows, data.lines, data.names]);
    if (this.shown !== shown) {
      this.build(data);
      this.size(data);
      this.shown = shown;
      if (this.picked >= data.count) this.picked = -1;
    }
    this.rows.onclick = (/** @type {any} */ event) => {
      const tile = event.target.closest("button.tile");
      if (!tile) return;
      this.picked = tile.image;
      this.mark();
      keep("picked", tile.image);
    };
    this.rows.onkeydown = (/** @type {any} */ event) => this.move(event);
    this.mark();
  }

  /** @param {Data} data */
  build(data) {
    const labelled = data.rows.some((row) => row.label);
    this.rows.replaceChildren();
    this.rows.className = `rows ${labelled && data.lines === 1 ? "" : "whole"} ${data.lines === null ? "" : "cut"}`;
    for (const row of data.rows) {
      if (row.label) head(row, this.rows);
      const tiles = element(data.pickable ? "div" : "ul", "tiles", this.rows);
      tiles.setAttribute("role", data.pickable ? "group" : "img");
      tiles.setAttribute("aria-label", row.label ? `${row.label}: ${data.alt}` : data.alt);
      for (const image of row.images) this.thumbnail(data, image, tiles);
    }
    const first = this.rows.querySelector("button.tile");
    if (first) first.tabIndex = 0;
  }

  /** @param {Data} data @param {number} image @param {HTMLElement} parent */
  thumbnail(data, image, parent) {
    const tile = data.pickable ? button("tile", parent) : element("li", "tile", parent);
    const [column, line] = [image % data.columns, Math.floor(image / data.columns)];
    tile.style.backgroundPosition = `${-column * data.width}px ${-line * data.height}px`;
    const name = data.names[image];
    if (name) tile.title = name;
    if (!data.pickable) return;
    Object.assign(tile, { image, tabIndex: -1 });
    tile.setAttribute("aria-label", name || `image ${image + 1}`);
  }

  /** @param {Data} data */
  size(data) {
    const values = {
      "--sheet": `url("${data.sheet}")`,
      "--width": `${data.width}px`,
      "--height": `${data.height}px`,
      "--lines": String(data.lines ?? 1),
      "--sheet-width": `${data.width * data.columns}px`,
      "--sheet-height": `${data.height * Math.ceil(data.count / data.columns)}px`,
    };
    for (const [name, value] of Object.entries(values)) this.rows.style.setProperty(name, value);
  }

  mark() {
    for (const tile of this.rows.querySelectorAll("button.tile"))
      tile.setAttribute("aria-pressed", String(tile.image === this.picked));
  }

  /** The arrow keys go to the nearest visible thumbnail in their direction. @param {any} event */
  move(event) {
    const way = arrowOf(event);
    if (!way || !event.target.matches("button.tile")) return;
    event.preventDefault();
    const from = event.target.getBoundingClientRect();
    let least = Infinity;
    /** @type {any} */
    let best;
    for (const tile of this.rows.querySelectorAll("button.tile")) {
      const to = tile.getBoundingClientRect();
      if (to.top >= tile.parentElement.getBoundingClientRect().bottom) continue; // left out
      const [right, down] = [to.left - from.left, to.top - from.top];
      const along = right * way[0] + down * way[1];
      const distance = along + 4 * (Math.abs(right * way[1]) + Math.abs(down * way[0]));
      if (along > 1 && distance < least) [best, least] = [tile, distance];
    }
    if (!best) return;
    event.target.tabIndex = -1;
    best.tabIndex = 0;
    best.focus();
  }
}

export default mount(View);
