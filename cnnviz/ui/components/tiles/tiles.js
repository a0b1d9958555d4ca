// Pictures of equal size on a canvas: whole-number enlargement in device pixels, one of them chosen.

import { bytes } from "../kit/bytes.js";
import { brush, resized, sheetOf, valueAt } from "../kit/canvas.js";
import { cellAt, cornerOf, frameCell, nextCell, paintCells } from "../kit/cells.js";
import { tellFigure } from "../kit/figure.js";
import { mount } from "../kit/mount.js";
import { digits } from "../kit/numbers.js";
import { drawingRatio } from "../kit/save.js";
import { arrange } from "./layout.js";

const FADE_MS = 400;
const MOST_FADED = 200_000; // bytes; more would not be smooth
const PAUSE_MS = 150; // after an arrow key, before the server is told

/**
 * @typedef {object} Tiles
 * @property {string} pixels base64 of uint8 (count, height, width, channels)
 * @property {string} table base64 of the 256 colours
 * @property {number[]} lows
 * @property {number[]} highs
 * @property {boolean} photo whether they are photographs, whose values say nothing
 * @property {number[]} ids
 * @property {string[]} names
 * @property {number[]} dead
 * @property {number | null} chosen
 * @property {boolean} pickable
 * @property {string[]} ramp
 * @typedef {Tiles & import("./layout.js").Wish & import("../kit/canvas.js").Picture & import("../kit/figure.js").Figure} Data
 */

class View {
  /** @type {Data} */ data;
  /** @type {number | null} */ chosen = null;
  /** @type {import("./layout.js").Plan} */ plan;
  pixels = new Uint8Array();
  table = new Uint8Array();

  constructor(/** @type {any} */ root, /** @type {import("../kit/life.js").Life} */ life) {
    this.glide = life.glide();
    this.telling = life.later();
    this.root = root;
    this.canvas = root.querySelector("canvas");
    life.follow(root.querySelector("figure"), () => this.paint());
    this.canvas.onpointermove = (/** @type {PointerEvent} */ event) => this.tell(this.at(event), event);
    this.canvas.onpointerleave = () => this.tell(this.place(this.chosen));
    this.canvas.onclick = (/** @type {PointerEvent} */ event) => this.pick(this.at(event), 0);
    this.canvas.onkeydown = (/** @type {any} */ event) => this.move(event);
  }

  update(/** @type {Data} */ data, /** @type {any} */ send) {
    const before = this.data;
    const same = /** @type {const} */ (["pixels", "table", "count", "height"]).every(
      (name) => before?.[name] === data[name],
    );
    const fadeable = data.pixels.length === before?.pixels.length && data.table === before.table;
    this.data = data;
    this.send = send;
    if (!this.telling.waiting) this.chosen = data.chosen;
    this.words();
    if (same) return this.paint();
    const last = this.pixels;
    this.pixels = bytes(data.pixels);
    this.table = bytes(data.table);
    this.fade(last, this.pixels, fadeable && last.length <= MOST_FADED);
  }

  /** @param {any} before @param {any} after @param {boolean} slowly */
  fade(before, after, slowly) {
    const between = new Uint8ClampedArray(after.length);
    this.glide.run(slowly ? FADE_MS : 0, (/** @type {number} */ share) => {
      if (share < 1) for (let i = 0; i < after.length; i++) between[i] = before[i] + (after[i] - before[i]) * share;
      this.show(share < 1 ? between : after);
    });
  }

  show(/** @type {Uint8Array} */ pixels) {
    this.sheet = sheetOf(this.data, pixels, this.table);
    this.paint();
  }

  paint() {
    const available = this.root.querySelector("figure").clientWidth;
    if (!available || !this.sheet) return;
    const { count, labels, ids, dead } = this.data;
    const plan = arrange(this.data, available, drawingRatio());
    this.plan = plan;
    const down = Math.ceil(count / plan.across);
    const tall = down * (plan.high + plan.gutter + plan.below) + plan.gutter;
    resized(this.canvas, plan.across * (plan.wide + plan.gutter) + plan.gutter, tall, plan.ratio);
    const context = brush(this.canvas);
    const style = getComputedStyle(this.canvas);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = `${13 * plan.ratio}px ${style.fontFamily}`;
    const line = Math.max(1, Math.round(plan.ratio));
    paintCells(context, plan, this.sheet, this.data, style.color, line);
    context.fillStyle = style.textDecorationColor;
    for (let n = 0; n < count; n++) {
      const [left, top] = cornerOf(plan, n);
      if (dead.includes(ids[n])) this.strike(context, left, top, style);
      const [middle, below] = [left + plan.wide / 2, top + plan.high + plan.below / 2 + line];
      if (labels.length) context.fillText(labels[n], middle, below, plan.wide + plan.gutter);
    }
    const place = this.place(this.chosen);
    if (place >= 0) frameCell(context, plan, place, style.outlineColor, Math.round(3 * plan.ratio));
  }

  /**
   * @param {CanvasRenderingContext2D} context @param {number} left @param {number} top
   * @param {CSSStyleDeclaration} style
   */
  strike(context, left, top, style) {
    context.strokeStyle = style.caretColor;
    context.lineWidth = 2 * this.plan.ratio;
    context.beginPath();
    context.moveTo(left, top + this.plan.high);
    context.lineTo(left + this.plan.wide, top);
    context.stroke();
  }

  words() {
    const { ramp, caption, pickable, names } = this.data;
    tellFigure(this.root, this.data, () => this.paint());
    this.root.querySelector(".ramp").hidden = !ramp.length;
    this.root.querySelector(".scale").hidden = !ramp.length && !names.length;
    this.canvas.setAttribute("aria-label", caption + (pickable ? " The arrow keys choose one." : ""));
    this.canvas.setAttribute("role", "img");
    this.canvas.tabIndex = pickable ? 0 : -1;
    this.canvas.classList.toggle("pickable", pickable);
    this.canvas.dataset.chosen = this.chosen ?? "";
    this.canvas.dataset.ids = this.data.ids.join(" ");
    this.tell(this.place(this.chosen));
  }

  place(/** @type {any} */ id) {
    return this.data.ids.indexOf(id);
  }

  at(/** @type {PointerEvent} */ event) {
    return this.plan ? cellAt(this.plan, event, this.data.count) : -1;
  }

  /**
   * Names what is under the pointer, or what is chosen, with the value of the pixel.
   * @param {number} place @param {PointerEvent} [event]
   */
  tell(place, event) {
    const name = place >= 0 ? (this.data.names[place] ?? "") : "";
    const value = event && place >= 0 ? this.value(place, event) : "";
    this.root.querySelector(".readout").textContent = [name, value].filter(Boolean).join(": ");
  }

  value(/** @type {number} */ place, /** @type {PointerEvent} */ event) {
    const { height, width, channels, photo } = this.data;
    const [left, top] = cornerOf(this.plan, place);
    const column = Math.floor((event.offsetX * this.plan.ratio - left) / this.plan.zoom);
    const row = Math.floor((event.offsetY * this.plan.ratio - top) / this.plan.zoom);
    if (photo || column < 0 || row < 0 || column >= width || row >= height) return "";
    const at = ((place * height + row) * width + column) * channels;
    const values = Array.from(this.pixels.slice(at, at + channels), (byte) => valueAt(this.data, place, byte));
    return values.map((value, c) => (channels === 3 ? `${"RGB"[c]} ` : "") + digits(value)).join("  ");
  }

  pick(/** @type {any} */ place, /** @type {number} */ pause) {
    if (!this.data.pickable || place < 0) return;
    this.chosen = this.data.ids[place];
    this.canvas.dataset.chosen = this.chosen;
    this.paint();
    this.tell(place);
    this.telling.after(pause, () => this.send("picked", this.chosen));
  }

  move(/** @type {any} */ event) {
    if (!this.data.pickable) return;
    const next = nextCell(this.plan, event, this.place(this.chosen), this.data.count);
    if (next >= 0) this.pick(next, PAUSE_MS);
  }
}

export default mount(View);
