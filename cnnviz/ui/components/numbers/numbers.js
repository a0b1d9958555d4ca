// Tables of numbers, each on its colour; names and numbers are inserted as text only.

import { element } from "../kit/dom.js";
import { tellFigure } from "../kit/figure.js";
import { mount } from "../kit/mount.js";

const NARROW = 5; // columns that fit in full size

/**
 * @typedef {{ text: string, exact: string, color: string, ink: string }} Cell
 * @typedef {{ name: string, rows: Cell[][] }} Table
 * @typedef {{ tables: Table[], caption: string, saved: import("../kit/save.js").Saved | null }} Data
 */

class View {
  constructor(/** @type {any} */ root) {
    this.root = root;
  }

  /** @param {Data} data */
  update(data) {
    const list = this.root.querySelector(".tables");
    list.replaceChildren();
    list.classList.toggle(
      "wide",
      data.tables.some(({ rows }) => rows[0].length > NARROW),
    );
    for (const { name, rows } of data.tables) {
      const table = element("table", "", list);
      element("caption", "", table, name);
      for (const row of rows) {
        const line = element("tr", "", table);
        for (const { text, exact, color, ink } of row) {
          const cell = element("td", "", line, text);
          cell.title = exact;
          Object.assign(cell.style, { background: color, color: ink });
        }
      }
    }
    tellFigure(this.root, data);
  }
}

export default mount(View);
