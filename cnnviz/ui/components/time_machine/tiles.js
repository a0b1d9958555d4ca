// Tiles on a canvas: one colour a value, enlarged by a whole number of device pixels wherever there is room.

import { brush, resized, sheet, wholeZoom } from "../kit/canvas.js";
import { cellAt, cornerOf, paintCells } from "../kit/cells.js";
import { element } from "../kit/dom.js";

const GAP = 3; // CSS pixels between tiles

/**
 * How many columns, and how much a value is enlarged, so that tiles are as large as the box allows.
 *
 * @param {number} count
 * @param {number} width of a tile, in values
 * @param {number} height
 * @param {{ width: number, height: number }} box in CSS pixels
 * @param {number} ratio device pixels in a CSS pixel
 * @param {boolean} line whether each has a line round it
 */
function arrange(count, width, height, box, ratio, line) {
  const gap = Math.max(1, Math.round(GAP * ratio)) + (line ? 2 * Math.max(1, Math.round(ratio)) : 0);
  let best = { across: 1, down: count, zoom: 0, empty: 0 };
  for (let across = 1; across <= count; across++) {
    const down = Math.ceil(count / across);
    const wide = (box.width * ratio - gap * across) / across / width;
    const high = (box.height * ratio - gap * down) / down / height;
    const zoom = wholeZoom(Math.max(Math.min(wide, high), 0.05));
    const empty = across * down - count;
    if (zoom > best.zoom || (zoom === best.zoom && empty < best.empty)) best = { across, down, zoom, empty };
  }
  return { ...best, gutter: gap, margin: Math.floor(gap / 2), ratio };
}

/** @typedef {(tile: number, place: number, pixels: Uint8ClampedArray, at: number) => void} Colour writes red, green, blue */

/** A grid of tiles that is painted again and again with other values. */
export class Tiles {
  /** @type {(ReturnType<typeof arrange> & import("../kit/cells.js").Grid) | undefined} */ plan;
  /** @type {Tiles | undefined} whose distances it takes, where it can */ like;

  /**
   * @param {HTMLElement} parent
   * @param {{ count: number, width: number, height: number, line?: boolean }} shape of the tiles
   * @param {(tile: number, place: number) => string} describe names what is under the pointer
   */
  constructor(parent, shape, describe) {
    this.shape = shape;
    this.parent = parent;
    this.canvas = element("canvas", "", parent);
    this.canvas.setAttribute("role", "img");
    this.canvas.onpointermove = (event) => {
      const found = this.under(event);
      this.canvas.title = found ? describe(found.tile, found.place) : "";
    };
    this.sheet = sheet(shape.width, shape.height * shape.count); // all tiles at one pixel a value, one under the other
    this.pixels = new ImageData(this.sheet.width, this.sheet.height);
  }

  /** Takes the place there is; called when the box changes. */
  fit() {
    const { count, width, height } = this.shape;
    const ratio = window.devicePixelRatio || 1;
    const box = { width: this.parent.clientWidth, height: this.parent.clientHeight };
    if (box.width < 8 || box.height < 8) return;
    const plan = arrange(count, width, height, box, ratio, this.shape.line ?? false);
    const [wide, high] = [Math.round(width * plan.zoom), Math.round(height * plan.zoom)];
    this.plan = { ...plan, wide, high };
    this.align(this.plan, box.height * ratio);
    const { across, down, gutter } = this.plan;
    resized(this.canvas, across * (wide + gutter), down * (high + gutter), ratio);
  }

  /**
   * Takes the distances of the tiles it is like, where as many stand in a row and there is room.
   * @param {any} own @param {any} room
   */
  align(own, room) {
    const other = this.like?.plan;
    if (!other || other.across !== own.across || own.zoom < 1) return;
    const gutter = other.wide + other.gutter - own.wide;
    if (gutter <= own.gutter || own.down * (own.high + gutter) > room) return;
    Object.assign(own, { gutter, margin: Math.floor(gutter / 2) });
  }

  /** @param {Colour} colour */
  paint(colour) {
    if (!this.plan) return;
    const { count, width, height } = this.shape;
    const size = width * height;
    for (let tile = 0; tile < count; tile++)
      for (let place = 0; place < size; place++) {
        const at = (tile * size + place) * 4;
        colour(tile, place, this.pixels.data, at);
        this.pixels.data[at + 3] = 255;
      }
    brush(this.sheet).putImageData(this.pixels, 0, 0);
    const context = brush(this.canvas);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const line = this.shape.line ? Math.max(1, Math.round(this.plan.ratio)) : 0;
    paintCells(context, this.plan, this.sheet, this.shape, getComputedStyle(this.canvas).color, line);
  }

  under(/** @type {any} */ event) {
    if (!this.plan) return null;
    const tile = cellAt(this.plan, event, this.shape.count);
    if (tile < 0) return null;
    const { zoom, ratio } = this.plan;
    const [left, top] = cornerOf(this.plan, tile);
    const within = (/** @type {any} */ at, /** @type {any} */ from, /** @type {any} */ size) =>
      Math.min(size - 1, Math.max(0, Math.floor((at * ratio - from) / zoom)));
    const column = within(event.offsetX, left, this.shape.width);
    const row = within(event.offsetY, top, this.shape.height);
    return { tile, place: row * this.shape.width + column };
  }
}
