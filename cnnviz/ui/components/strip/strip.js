// A network from left to right, a canvas a layer; names and words are inserted as text only.

import { bytes } from "../kit/bytes.js";
import { brush, resized, sheetOf, valueAt } from "../kit/canvas.js";
import { cellAt, cornerOf, frameCell, nextCell, paintCells } from "../kit/cells.js";
import { element, matchCount } from "../kit/dom.js";
import { tellFigure, tellScale } from "../kit/figure.js";
import { mount } from "../kit/mount.js";
import { digits } from "../kit/numbers.js";
import { drawingRatio } from "../kit/save.js";

const GUTTER = 3; // CSS pixels
const IMAGE = 100; // CSS pixels of the side of the image itself, about
const LEAST = 36; // CSS pixels of a word beside a number
const LINE = 26; // CSS pixels of its height
const SCROLLED = "cnnviz-strip-scrolled";
const PAUSE_MS = 150;

/**
 * @typedef {object} Maps
 * @property {string} name
 * @property {string} shape of its output, in words
 * @property {string} pixels base64 of uint8 (count, height, width, channels); empty while they are still to come
 * @property {string} table base64 of the 256 colours
 * @property {number} count
 * @property {number[]} lows
 * @property {number[]} highs
 * @property {boolean} [photo]
 * @property {number[]} ids
 * @property {string[]} words a word for each where they are a short list of numbers
 * @property {string} note
 * @property {string} low
 * @property {string} high
 * @property {string[]} ramp
 * @typedef {Maps & import("../kit/canvas.js").Picture} Column
 *
 * @typedef {object} Network
 * @property {Column[]} columns
 * @property {number} rows maps below each other
 * @property {number} size of a map's longer side, in CSS pixels, about
 * @property {[string, number] | null} chosen
 * @property {boolean} pickable
 * @typedef {Network & import("../kit/figure.js").Figure} Data
 */

class Layer {
  /** @type {Column} */ data;
  /** @type {ReturnType<typeof sheetOf> | null} */ sheet = null;
  bytes = new Uint8Array();
  /** @type {ReturnType<Layer["plan"]>} as it is drawn */ drawn;

  /** @param {HTMLElement} parent @param {View} view */
  constructor(parent, view) {
    this.view = view;
    this.node = element("div", "layer", parent);
    this.name = element("div", "name", this.node);
    this.shape = element("div", "shape", this.node);
    this.canvas = element("canvas", "", this.node);
    this.scale = element("div", "scale", this.node);
    this.note = element("div", "note", this.node);
    this.canvas.onclick = (event) => this.pick(this.at(event), 0);
    this.canvas.onkeydown = (event) => this.move(event);
    this.canvas.onpointermove = (event) => this.tell(this.at(event));
  }

  /** @param {Column} data */
  update(data) {
    const before = this.data;
    const same = /** @type {const} */ (["pixels", "table", "count"]).every((name) => before?.[name] === data[name]);
    this.data = data;
    for (const part of /** @type {const} */ (["name", "shape", "note"])) this[part].textContent = data[part];
    this.scale.hidden = !data.ramp.length;
    tellScale(this.scale, data.low, data.high, data.ramp);
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", `${data.name}, ${data.shape}`);
    this.canvas.dataset.layer = data.name;
    this.canvas.tabIndex = this.view.data.pickable ? 0 : -1;
    this.canvas.classList.toggle("pickable", this.view.data.pickable);
    if (!same) this.fill();
    this.paint();
  }

  /** The layer's values as colours, one picture under the other. */
  fill() {
    this.bytes = bytes(this.data.pixels);
    const coming = !this.bytes.length;
    this.sheet = coming ? null : sheetOf(this.data, this.bytes, bytes(this.data.table));
  }

  /** Maps go down the column, as many as there are rows; single numbers are small squares or lines with a word. */
  plan() {
    const ratio = drawingRatio();
    const { count, height, width, words } = this.data;
    const { rows, size } = this.view.data;
    const gutter = Math.round(GUTTER * ratio);
    const even = { ratio, gutter, margin: gutter, across: 1, beside: 0 };
    const long = Math.max(height, width);
    const room = rows * (size + GUTTER);
    if (words.length) {
      const line = Math.min(LINE, Math.floor(room / count));
      const letters = this.pen(ratio);
      const longest = Math.max(...words.map((_, n) => letters.measureText(this.word(n)).width), LEAST * ratio);
      return { ...even, wide: line * ratio, high: line * ratio - gutter, beside: longest + 2 * gutter };
    }
    if (long > 1 && count <= 3) {
      const zoom = Math.max(1, Math.floor((IMAGE * ratio) / long)); // the image itself
      return { ...even, wide: width * zoom, high: height * zoom };
    }
    const wanted = long > 1 ? size : Math.max(3, Math.min(size, Math.floor(Math.sqrt((160 * room) / count)) - GUTTER));
    const zoom = Math.max(1, Math.floor((wanted * ratio) / long));
    const down = Math.max(1, Math.floor((room * ratio) / (height * zoom + gutter)));
    const across = Math.ceil(count / (long > 1 ? Math.min(rows, down) : down));
    return { ...even, across, wide: width * zoom, high: height * zoom };
  }

  /** The canvas, ready to write words on. @param {number} ratio */
  pen(ratio) {
    const context = brush(this.canvas);
    context.font = `${13 * ratio}px ${getComputedStyle(this.canvas).fontFamily}`;
    context.textBaseline = "middle";
    return context;
  }

  /** What stands beside a number: its class, or the number itself. @param {number} n */
  word(n) {
    return this.data.words[n] || (this.sheet ? digits(valueAt(this.data, n, this.bytes[n])) : "");
  }

  paint() {
    const { count, words } = this.data;
    const plan = this.plan();
    this.drawn = plan;
    const { ratio, gutter, across, wide, high } = plan;
    const down = Math.ceil(count / across);
    const [w, h] = [across * (wide + gutter) + gutter + plan.beside, down * (high + gutter) + gutter];
    resized(this.canvas, w, h, ratio);
    const context = this.pen(ratio);
    const style = getComputedStyle(this.canvas);
    context.clearRect(0, 0, w, h);
    paintCells(context, plan, this.sheet, this.data, style.color, gutter > 1 ? 1 : 0);
    context.fillStyle = style.textDecorationColor;
    for (let n = 0; this.sheet && n < words.length; n++) {
      const [left, top] = cornerOf(plan, n);
      context.fillText(this.word(n), left + wide + 2 * gutter, top + high / 2, plan.beside);
    }
    if (this.chosen < 0) return;
    frameCell(context, plan, this.chosen, style.outlineColor, Math.min(3, Math.max(1, gutter)) * ratio);
  }

  /** The place of the map that is chosen, or -1. */
  get chosen() {
    const [name, id] = this.view.chosen ?? [];
    return name === this.data.name && id !== undefined ? this.data.ids.indexOf(id) : -1;
  }

  at(/** @type {PointerEvent} */ event) {
    return cellAt(this.drawn, event, this.data.count);
  }

  tell(/** @type {number} */ place) {
    const { ids, name, words, height, width, photo } = this.data;
    if (place < 0 || photo || !this.sheet) return this.canvas.removeAttribute("title");
    const value = height * width === 1 ? `: ${digits(valueAt(this.data, place, this.bytes[place]))}` : "";
    const unit = height * width === 1 ? "unit" : "filter";
    this.canvas.title = words.length ? words[place] : `${name}, ${unit} ${ids[place]}${value}`;
  }

  pick(/** @type {number} */ place, /** @type {number} */ pause) {
    if (place >= 0) this.view.pick([this.data.name, this.data.ids[place]], pause);
  }

  move(/** @type {any} */ event) {
    if (!this.view.data.pickable) return;
    const next = nextCell(this.drawn, event, this.chosen, this.data.count);
    if (next >= 0) this.pick(next, PAUSE_MS);
  }
}

class View {
  /** @type {Data} */ data;
  /** @type {Data["chosen"]} */ chosen = null;
  /** @type {Layer[]} */ layers = [];
  left = 0;

  constructor(/** @type {any} */ root, /** @type {import("../kit/life.js").Life} */ life) {
    this.root = root;
    this.telling = life.later();
    this.network = root.querySelector(".network");
    this.network.onscroll = () => this.scrolled();
    life.follow(this.network, () => this.scrolled());
    life.listen(window, SCROLLED, (/** @type {any} */ { detail }) => (this.network.scrollLeft = detail));
  }

  /** Fades what goes on to the right; the other networks of the page scroll along. */
  scrolled() {
    const { scrollLeft, clientWidth, scrollWidth } = this.network;
    this.network.classList.toggle("on", scrollLeft + clientWidth < scrollWidth - 4);
    if (this.left === scrollLeft) return;
    this.left = scrollLeft;
    window.dispatchEvent(new CustomEvent(SCROLLED, { detail: scrollLeft }));
  }

  update(/** @type {Data} */ data, /** @type {any} */ send) {
    this.data = data;
    this.send = send;
    if (!this.telling.waiting) this.chosen = data.chosen;
    this.network.setAttribute("aria-label", data.caption);
    matchCount(this.layers, data.columns.length, () => new Layer(this.network, this));
    data.columns.forEach((column, n) => this.layers[n].update(column));
    tellFigure(this.root, { caption: data.caption, saved: data.saved }, () => this.paint());
    this.scrolled();
  }

  pick(/** @type {any} */ chosen, /** @type {number} */ pause) {
    if (!this.data.pickable) return;
    this.chosen = chosen;
    this.paint();
    this.telling.after(pause, () => this.send("picked", chosen));
  }

  paint() {
    for (const layer of this.layers) layer.paint();
  }
}

export default mount(View);
