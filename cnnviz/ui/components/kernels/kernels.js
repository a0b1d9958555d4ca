// Kernels on a canvas: whole-number enlargement in device pixels, a fade from the weights before to the new ones.

import { bytes } from "../kit/bytes.js";
import { brush, resized, sheetOf } from "../kit/canvas.js";
import { cellAt, cornerOf } from "../kit/cells.js";
import { tellFigure } from "../kit/figure.js";
import { mount } from "../kit/mount.js";

const FADE_MS = 600;
const GUTTER = 4; // CSS pixels, of which the lines round kernels take two
const LARGEST = 96; // CSS pixels: larger kernels show nothing more

/**
 * @typedef {object} Kernels
 * @property {string} tiles base64 of uint8 (filters, height, width, 3)
 * @property {number} filters
 * @property {number} height
 * @property {number} width
 * @property {number} columns kernels in a row, at most
 * @property {number} smallest of a kernel's side, in CSS pixels
 * @typedef {Kernels & import("../kit/figure.js").Figure} Data
 */

/** How the kernels lie, for a width in CSS pixels; the margin is the line round each. @param {Data} data */
function arrange({ filters, height, width, columns, smallest }, available, ratio) {
  const long = Math.max(height, width);
  const fitting = Math.max(1, Math.floor((available + GUTTER) / (smallest + GUTTER)));
  const across = Math.min(columns, fitting, filters);
  const line = Math.max(1, Math.round(ratio));
  const gutter = Math.round(GUTTER * ratio);
  const room = Math.floor((available * ratio - gutter * (across - 1) - 2 * line) / across);
  const zoom = Math.max(1, Math.floor(Math.min(room / width, (LARGEST * ratio) / long)));
  const size = { wide: width * zoom, high: height * zoom };
  return { across, down: Math.ceil(filters / across), ...size, gutter, margin: line, ratio };
}

class View {
  /** @type {Data} */ data;
  /** @type {Uint8ClampedArray | undefined} the colours on the canvas now */ shown;

  constructor(root, life) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.glide = life.glide();
    life.follow(root.querySelector("figure"), () => this.paint());
    this.canvas.onpointermove = (event) => this.name(event);
  }

  /** @param {Data} data */
  update(data) {
    const target = new Uint8ClampedArray(bytes(data.tiles));
    const before = this.shown?.length === target.length ? Float32Array.from(this.shown) : target;
    const same = this.data?.tiles === data.tiles;
    this.data = data;
    tellFigure(this.root, data);
    this.canvas.setAttribute("aria-label", data.caption);
    if (same) return this.paint();
    const shown = Uint8ClampedArray.from(before);
    this.shown = shown;
    this.paint();
    this.glide.run(before === target ? 0 : FADE_MS, (share) => {
      const eased = share * (2 - share);
      for (let i = 0; i < target.length; i++) shown[i] = before[i] + (target[i] - before[i]) * eased;
      this.paint();
    });
  }

  paint() {
    const available = this.root.querySelector("figure").clientWidth;
    if (!available || !this.shown) return;
    const { filters, height, width } = this.data;
    const ratio = window.devicePixelRatio || 1;
    const plan = arrange(this.data, available, ratio);
    this.plan = plan;
    const { across, down, wide, high, gutter, margin: line } = plan;
    const [row, column] = [across * (wide + gutter), down * (high + gutter)];
    resized(this.canvas, row - gutter + 2 * line, column - gutter + 2 * line, ratio);
    const context = brush(this.canvas);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.fillStyle = getComputedStyle(this.canvas).color;
    context.imageSmoothingEnabled = false;
    const sheet = sheetOf({ count: filters, height, width, channels: 3 }, this.shown, []);
    for (let filter = 0; filter < filters; filter++) {
      const [left, top] = cornerOf(plan, filter);
      context.fillRect(left - line, top - line, wide + 2 * line, high + 2 * line);
      context.drawImage(sheet, 0, filter * height, width, height, left, top, wide, high);
    }
  }

  /** Tells the number of the kernel under the pointer, by the browser's own tooltip. */
  name(event) {
    const filter = this.plan ? cellAt(this.plan, event, this.data.filters) : -1;
    this.canvas.title = filter < 0 ? "" : `filter ${filter}`;
  }
}

export default mount(View);
