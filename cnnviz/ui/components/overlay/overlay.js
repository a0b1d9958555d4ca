// A map over an image, each value a square; how much shines through is chosen here.

import { bytes } from "../kit/bytes.js";
import { brush, resized, sheetOf, valueAt, wholeZoom } from "../kit/canvas.js";
import { tellFigure } from "../kit/figure.js";
import { mount } from "../kit/mount.js";
import { digits } from "../kit/numbers.js";
import { drawingRatio } from "../kit/save.js";

/**
 * @typedef {import("../kit/canvas.js").Picture & { pixels: string, table: string, lows: number[], highs: number[],
 *   low: string, high: string, ramp: string[] }} Packed
 * @typedef {object} Layers
 * @property {Packed} image
 * @property {Packed} map
 * @property {[number, number, number, number]} place of the map on the image: top, left, height, width in its pixels
 * @property {string} title
 * @property {number} size of the longer side, at most, in CSS pixels
 * @typedef {Layers & import("../kit/figure.js").Figure} Data
 */

class View {
  /** @type {Data} */ data;
  bytes = new Uint8Array();
  zoom = 1;
  ratio = 1;

  constructor(/** @type {any} */ root, /** @type {import("../kit/life.js").Life} */ life) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.range = root.querySelector("input");
    this.readout = root.querySelector(".readout");
    this.range.oninput = () => this.paint();
    life.follow(root.querySelector("figure"), () => this.paint());
    this.canvas.onpointermove = (/** @type {PointerEvent} */ event) => this.tell(event);
    this.canvas.onpointerleave = () => (this.readout.textContent = "");
  }

  /** @param {Data} data */
  update(data) {
    this.data = data;
    this.image = sheetOf(data.image, bytes(data.image.pixels), bytes(data.image.table));
    this.bytes = bytes(data.map.pixels);
    this.map = sheetOf(data.map, this.bytes, bytes(data.map.table));
    this.root.querySelector(".title").textContent = data.title;
    tellFigure(this.root, { ...data.map, caption: data.caption, saved: data.saved }, () => this.paint());
    this.canvas.setAttribute("aria-label", `${data.title}. ${data.caption}`);
    this.paint();
  }

  paint() {
    const available = this.root.querySelector("figure").clientWidth - 2;
    if (available <= 0 || !this.image || !this.map) return;
    const ratio = drawingRatio();
    const { width, height } = this.image;
    const zoom = wholeZoom((Math.min(available, this.data.size) * ratio) / Math.max(width, height));
    const [wide, high] = [Math.round(width * zoom), Math.round(height * zoom)];
    resized(this.canvas, wide, high, ratio);
    const context = brush(this.canvas);
    const [top, left, tall, broad] = this.data.place;
    context.imageSmoothingEnabled = false;
    context.globalAlpha = 1;
    context.drawImage(this.image, 0, 0, wide, high);
    context.globalAlpha = this.range.value / 100;
    context.drawImage(this.map, left * zoom, top * zoom, broad * zoom, tall * zoom);
    Object.assign(this, { zoom, ratio });
  }

  tell(/** @type {PointerEvent} */ event) {
    const [top, left, tall, broad] = this.data.place;
    const { width, height } = this.data.map;
    const column = Math.floor((((event.offsetX * this.ratio) / this.zoom - left) / broad) * width);
    const row = Math.floor((((event.offsetY * this.ratio) / this.zoom - top) / tall) * height);
    const inside = row >= 0 && column >= 0 && row < height && column < width;
    const value = inside ? digits(valueAt(this.data.map, 0, this.bytes[row * width + column])) : "";
    this.readout.textContent = inside ? `row ${row}, column ${column}: ${value}` : "";
  }
}

export default mount(View);
