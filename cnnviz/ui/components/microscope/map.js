// One map on a canvas: whole-number enlargement in device pixels, hatched padding, outlines, and the pixel pointed at.

import { brush, isLight, resized, sheet, wholeZoom } from "../kit/canvas.js";
import { tellScale } from "../kit/figure.js";
import { short } from "../kit/numbers.js";
import { largest, largestProduct } from "./arithmetic.js";

/** @typedef {import("./arithmetic.js").Bench} Bench */

// ---- Scales from numbers to colours. The stops come from cnnviz/figures/theme.py.

const STEPS = 255;
const BROKEN = [140, 146, 160]; // what is not finite

function channels(/** @type {string} */ hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/** @param {string[]} stops */
function table(stops) {
  const colors = stops.map(channels);
  return Array.from({ length: STEPS }, (_, step) => {
    const at = (step / (STEPS - 1)) * (colors.length - 1);
    const low = Math.min(Math.floor(at), colors.length - 2);
    return colors[low].map((value, channel) => Math.round(value + (at - low) * (colors[low + 1][channel] - value)));
  });
}

/** A scale from `low` to `high`; what lies beyond has the colour of the end. */
export class Scale {
  /** @param {string[]} stops @param {number} low @param {number} high */
  constructor(stops, low, high) {
    this.stops = stops;
    this.low = low;
    this.high = high;
    this.colors = table(stops);
  }

  /** @param {number} value */
  color(value) {
    if (!Number.isFinite(value)) return BROKEN;
    const share = this.high > this.low ? (value - this.low) / (this.high - this.low) : 0;
    return this.colors[Math.round(Math.max(0, Math.min(1, share)) * (STEPS - 1))];
  }

  /** Background and a colour of letters that is readable on it. @param {HTMLElement} element @param {number} value */
  paint(element, value) {
    const color = this.color(value);
    element.style.background = `rgb(${color.join(" ")})`;
    element.style.color = isLight(color) ? "#12151d" : "#ffffff";
  }
}

/** @param {string[]} stops @param {number} limit */
export function signedScale(stops, limit) {
  return new Scale(stops, -limit, limit);
}

/**
 * Grey levels, or the sequential scale, or the signed one where there are negative values.
 *
 * @param {Iterable<number>} values
 * @param {{ diverging: string[], sequential: string[] }} stops
 * @param {boolean} grey
 */
export function scaleFor(values, { diverging, sequential }, grey) {
  let [low, high] = [0, 0];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high && value !== Infinity) high = value;
  }
  if (low < -1e-6 * (high || 1) && !(grey && low >= -1)) return signedScale(diverging, Math.max(-low, high));
  if (grey) return new Scale(["#000000", "#FFFFFF"], low < 0 ? -1 : 0, Math.max(high, 1));
  return new Scale(sequential, 0, high || 1);
}

/**
 * @typedef {[row: number, column: number]} Place
 * @typedef {{ row: number, column: number, height: number, width: number, strong?: boolean }} Outline a box of pixels
 */

const NONE = { top: 0, left: 0, bottom: 0, right: 0 };

export class MapView {
  height = 0;
  width = 0;
  padding = NONE;
  zoom = 0;
  ratio = 1;
  /** @type {Outline[]} */ outlines = [];
  /** @type {Place[]} */ marks = [];
  ringed = false; // whether a frame goes round all marks
  shown = Infinity; // pixels that are drawn in full; the rest is still to come
  /** @type {((place: Place | null) => void) | undefined} */ onpoint;
  /** @type {((place: Place) => void) | undefined} */ onpick;

  /**
   * `figure` holds a title, a canvas and a scale; `ink` gives the theme's colours.
   * @param {any} figure @param {any} ink
   */
  constructor(figure, ink) {
    this.figure = figure;
    this.ink = ink;
    this.canvas = figure.querySelector("canvas");
    this.bitmap = sheet(1, 1);
    this.canvas.onpointermove = (/** @type {PointerEvent} */ event) =>
      event.pointerType !== "touch" && this.onpoint?.(this.at(event));
    this.canvas.onpointerleave = (/** @type {PointerEvent} */ event) =>
      event.pointerType !== "touch" && this.onpoint?.(null);
    this.canvas.onclick = (/** @type {PointerEvent} */ event) => {
      const place = this.at(event);
      if (place) this.onpick?.(place);
    };
  }

  /**
   * Take new pixels.
   *
   * @param {{ height: number, width: number, padding?: typeof NONE }} size
   * @param {(place: number) => number[]} color of one, row after row
   */
  load({ height, width, padding = NONE }, color) {
    Object.assign(this, { height, width, padding });
    Object.assign(this.bitmap, { height, width });
    const context = brush(this.bitmap);
    const picture = context.createImageData(width, height);
    for (let place = 0; place < height * width; place++) {
      const [red, green, blue] = color(place);
      picture.data.set([red, green, blue, 255], place * 4);
    }
    context.putImageData(picture, 0, 0);
  }

  get columns() {
    return this.width + this.padding.left + this.padding.right;
  }

  get lines() {
    return this.height + this.padding.top + this.padding.bottom;
  }

  /**
   * The largest enlargement, in device pixels, that fits; whole where it enlarges.
   * @param {number} width @param {number} height @param {number} ratio @param {number} most
   */
  fitting(width, height, ratio, most) {
    return wholeZoom(Math.min((width * ratio) / this.columns, (height * ratio) / this.lines, most));
  }

  /** @param {Scale | null} scale @param {string} low @param {string} high */
  scaleBar(scale, low, high) {
    const bar = this.figure.querySelector(".scale");
    tellScale(bar, low, high, scale?.stops);
    bar.classList.toggle("none", !scale);
  }

  paint(/** @type {number} */ zoom, /** @type {number} */ ratio) {
    Object.assign(this, { zoom, ratio });
    const [wide, high] = [Math.round(this.columns * zoom), Math.round(this.lines * zoom)];
    resized(this.canvas, wide, high, ratio);
    const context = brush(this.canvas);
    context.clearRect(0, 0, wide, high);
    const { left, top } = this.padding;
    if (this.columns > this.width || this.lines > this.height) this.hatch(context, wide, high);
    context.imageSmoothingEnabled = zoom < 1;
    context.drawImage(this.bitmap, left * zoom, top * zoom, this.width * zoom, this.height * zoom);
    this.veil(context);
    for (const { row, column, height, width, strong } of this.outlines)
      this.frame(context, row, column, height, width, this.ink(strong ? "accent" : "muted"), strong ? 2.5 : 1.5);
    this.mark(context);
  }

  /** Single pixels, each framed inside, and a frame round them all. @param {CanvasRenderingContext2D} context */
  mark(context) {
    if (!this.marks.length) return;
    const { zoom, ratio, padding } = this;
    const line = Math.max(1, Math.min(2.5 * ratio, zoom / 7));
    context.strokeStyle = this.ink("mark");
    context.lineWidth = line;
    const side = zoom - line;
    for (const [row, column] of this.marks)
      context.strokeRect((column + padding.left) * zoom + line / 2, (row + padding.top) * zoom + line / 2, side, side);
    if (!this.ringed) return;
    const [rows, columns] = [0, 1].map((axis) => this.marks.map((mark) => mark[axis]));
    const [top, left] = [Math.min(...rows), Math.min(...columns)];
    this.frame(context, top, left, Math.max(...rows) - top + 1, Math.max(...columns) - left + 1, this.ink("mark"), 2);
  }

  /**
   * The padding round the image: nothing was ever there.
   * @param {CanvasRenderingContext2D} context @param {number} wide @param {number} high
   */
  hatch(context, wide, high) {
    context.save();
    context.fillStyle = this.ink("surface");
    context.fillRect(0, 0, wide, high);
    context.strokeStyle = this.ink("line");
    context.lineWidth = this.ratio;
    context.beginPath();
    for (let x = -high; x < wide; x += 5 * this.ratio) {
      context.moveTo(x, high);
      context.lineTo(x + high, 0);
    }
    context.stroke();
    context.restore();
  }

  /** What is still to be computed while a scan runs is only hinted at. @param {CanvasRenderingContext2D} context */
  veil(context) {
    if (this.shown >= this.height * this.width) return;
    const [row, column] = [Math.floor(this.shown / this.width), this.shown % this.width];
    context.save();
    context.globalAlpha = 0.86;
    context.fillStyle = this.ink("background");
    context.fillRect(column * this.zoom, row * this.zoom, (this.width - column) * this.zoom, this.zoom);
    context.fillRect(0, (row + 1) * this.zoom, this.width * this.zoom, (this.height - row - 1) * this.zoom);
    context.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} context @param {number} row @param {number} column @param {number} height
   * @param {number} width @param {string} color @param {number} thick
   */
  frame(context, row, column, height, width, color, thick) {
    const { zoom, ratio, padding } = this;
    const line = Math.max(1, Math.round(thick * ratio));
    const box = [(column + padding.left) * zoom, (row + padding.top) * zoom, width * zoom, height * zoom];
    for (const grow of [line, 0]) {
      context.strokeStyle = grow ? this.ink("background") : color;
      context.lineWidth = line;
      const out = grow + line / 2;
      const left = Math.max(line / 2, box[0] - out);
      const top = Math.max(line / 2, box[1] - out);
      const right = Math.min(this.canvas.width - line / 2, box[0] + box[2] + out);
      const bottom = Math.min(this.canvas.height - line / 2, box[1] + box[3] + out);
      context.strokeRect(left, top, right - left, bottom - top);
    }
  }

  /** The pixel under the pointer, or null in the padding. @param {MouseEvent} event @returns {Place | null} */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.columns) - this.padding.left;
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.lines) - this.padding.top;
    return row >= 0 && column >= 0 && row < this.height && column < this.width ? [row, column] : null;
  }

  /**
   * Where a box of pixels lies in the window, in CSS pixels.
   * @param {number} row @param {number} column @param {number} height @param {number} width
   */
  area(row, column, height, width) {
    const box = this.canvas.getBoundingClientRect();
    const size = box.width / this.columns;
    const top = box.top + (row + this.padding.top) * size;
    const left = box.left + (column + this.padding.left) * size;
    return { top, left, right: left + width * size, bottom: top + height * size };
  }
}

// ---- The scales of a bench, settled once for all its pixels, and the two maps drawn with them.

/** @typedef {ReturnType<typeof scalesOf>} Scales */

/** @param {Bench} bench */
export function scalesOf(bench) {
  const all = scaleFor(bench.values, bench, bench.picture);
  const signed = (/** @type {number} */ limit) => signedScale(bench.diverging, limit);
  const scales = {
    patch: all,
    kernel: signed(largest(bench.kernel ?? [])),
    product: signed(largestProduct(bench)),
    sum: signed(largest(bench.before ?? [])),
    after: all,
  };
  const pooling = bench.kind === "max" || bench.kind === "average"; // what comes out is measured as what goes in
  if (!pooling) scales.after = bench.after ? scaleFor(bench.after, bench, false) : scales.sum;
  const total = (bench.kernel ?? new Float32Array()).reduce((sum, weight) => sum + weight, 0);
  if (bench.kind === "playground" && Math.abs(total) > 1e-4) scales.after = new Scale(["#000000", "#FFFFFF"], 0, 1); // such a kernel keeps brightness
  return scales;
}

/**
 * Draw what goes in: the image in its colours, or a channel alone.
 *
 * @param {MapView} map
 * @param {Bench} bench
 * @param {Scales} scales
 * @param {number | null} k the channel
 */
export function drawInput(map, bench, scales, k) {
  const { values, height, width } = bench;
  const count = bench.channels.length;
  const scale = scales.patch;
  const color =
    k === null
      ? (/** @type {number} */ place) => [0, 1, 2].map((channel) => scale.color(values[place * 3 + channel])[channel])
      : (/** @type {number} */ place) => scale.color(values[place * count + k]);
  map.load(bench, color);
  map.scaleBar(k === null ? null : scale, short(scale.low), short(scale.high));
  map.figure.querySelector(".name").textContent = bench.inputName;
  const range = `${height}×${width}, ${short(scale.low)} to ${short(scale.high)}`;
  map.figure.querySelector(".detail").textContent = k === null ? range : labelled(bench, k);
  map.canvas.setAttribute("aria-label", `${bench.inputName}, ${height} by ${width} pixels`);
}

/** @param {Bench} bench @param {number} k */
function labelled(bench, k) {
  if (bench.kind === "playground") return `${bench.height}×${bench.width}`;
  const count = bench.channels.length + bench.hidden;
  return count > 1 ? `${bench.channels[k]} of ${count}` : bench.channels[k];
}

/**
 * Draw what comes out, before or after the activation.
 * @param {MapView} map @param {Bench} bench @param {Scales} scales @param {string} stage
 */
export function drawOutput(map, bench, scales, stage) {
  const before = stage === "before" || !bench.after ? bench.before : null;
  const values = before ? before : (bench.after ?? []);
  const scale = before && bench.kind === "convolution" ? scales.sum : scales.after;
  map.load({ height: bench.high, width: bench.wide }, (place) => scale.color(values[place]));
  map.scaleBar(scale, short(scale.low), short(scale.high));
  map.figure.querySelector(".name").textContent = bench.outputName;
  map.figure.querySelector(".detail").textContent = `${bench.high}×${bench.wide}`;
  const keys = "Arrow keys step, Space scans, Enter pins.";
  map.canvas.setAttribute("aria-label", `${bench.outputName}, ${bench.high} by ${bench.wide} pixels. ${keys}`);
}
