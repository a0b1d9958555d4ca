// Cells of one size in rows on a canvas: where each stands, which one is pointed at, and where the arrow keys lead.

import { arrowOf } from "./dom.js";

/**
 * @typedef {object} Grid in device pixels
 * @property {number} across cells in a row
 * @property {number} wide of a cell
 * @property {number} high
 * @property {number} gutter between two cells
 * @property {number} margin before the first
 * @property {number} ratio device pixels in a CSS pixel
 * @property {number} [below] room for words under a cell
 * @property {number} [beside] and to its right
 */

/** Left and top of a cell. @param {Grid} grid @param {number} n */
export function cornerOf({ across, wide, high, gutter, margin, below = 0, beside = 0 }, n) {
  const [column, row] = [n % across, Math.floor(n / across)];
  return [margin + column * (wide + beside + gutter), margin + row * (high + below + gutter)];
}

/**
 * The cell under the pointer, to the middle of the gutters; -1 where there is none.
 * @param {Grid} grid @param {MouseEvent} event @param {number} count
 */
export function cellAt({ across, wide, high, gutter, margin, ratio, below = 0, beside = 0 }, event, count) {
  const [x, y] = [event.offsetX, event.offsetY].map((place) => place * ratio - margin + gutter / 2);
  const column = Math.floor(x / (wide + beside + gutter));
  const n = Math.floor(y / (high + below + gutter)) * across + column;
  return column >= 0 && column < across && n >= 0 && n < count ? n : -1;
}

/**
 * Where an arrow key leads from a cell, or from none (-1); -1 for other keys.
 * @param {Grid} grid @param {KeyboardEvent} event @param {number} from @param {number} count
 */
export function nextCell({ across }, event, from, count) {
  const way = arrowOf(event);
  if (!way) return -1;
  event.preventDefault();
  const next = from < 0 ? 0 : from + way[0] + way[1] * across;
  return next < count ? Math.max(-1, next) : -1;
}

/**
 * Draw pictures that lie one under the other on a sheet, enlarged, each with a line round it.
 * @param {CanvasRenderingContext2D} context @param {Grid} grid @param {HTMLCanvasElement | null} sheet null for none yet
 * @param {{ count?: number, height: number, width: number }} picture @param {string} color @param {number} line
 */
export function paintCells(context, grid, sheet, { count = 1, height, width }, color, line) {
  const { wide, high } = grid;
  context.imageSmoothingEnabled = wide < width;
  context.fillStyle = color;
  for (let n = 0; n < count; n++) {
    const [left, top] = cornerOf(grid, n);
    if (line) context.fillRect(left - line, top - line, wide + 2 * line, high + 2 * line);
    if (sheet) context.drawImage(sheet, 0, n * height, width, height, left, top, wide, high);
  }
}

/**
 * Draw a frame round a cell.
 * @param {CanvasRenderingContext2D} context @param {Grid} grid @param {number} n @param {string} color
 * @param {number} thick
 */
export function frameCell(context, grid, n, color, thick) {
  const [left, top] = cornerOf(grid, n);
  context.strokeStyle = color;
  context.lineWidth = thick;
  context.strokeRect(left - thick / 2, top - thick / 2, grid.wide + thick, grid.high + thick);
}
