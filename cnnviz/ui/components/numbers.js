// Tables of numbers, each on its colour; names and numbers are inserted as text only.

import { saveButtons } from "./save_figure.js";

const NARROW = 5; // columns that fit in full size

function made(tag, parent, text) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
}

export default function ({ data, parentElement }) {
  const figure = parentElement.querySelector("figure");
  const list = figure.querySelector(".tables");
  list.replaceChildren();
  list.classList.toggle("wide", data.tables.some(({ rows }) => rows[0].length > NARROW));
  for (const { name, rows } of data.tables) {
    const table = made("table", list);
    made("caption", table, name);
    for (const row of rows) {
      const line = made("tr", table);
      for (const { text, exact, color, ink } of row) {
        const cell = made("td", line, text);
        cell.title = exact;
        cell.style.background = color;
        cell.style.color = ink;
      }
    }
  }
  figure.querySelector("figcaption").textContent = data.caption;
  saveButtons(figure, data.saved);
}
