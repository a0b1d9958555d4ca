// A confusion matrix on a canvas: a click or the arrow keys choose a cell, the slider goes through a run's snapshots.

import { bytes, numbers } from "../kit/bytes.js";
import { brush, isLight, resized } from "../kit/canvas.js";
import { arrowOf } from "../kit/dom.js";
import { tellFigure } from "../kit/figure.js";
import { mount } from "../kit/mount.js";
import { count as counted, digits, percent } from "../kit/numbers.js";
import { drawingRatio } from "../kit/save.js";

const FADE_MS = 250;
const LARGEST = 150; // CSS pixels of a cell
const NUMBERED = 22; // a cell that holds its number
const NAMED = 11; // a row that holds its name
const PAUSE_MS = 150; // after an arrow key, before the server is told
const PLAY_MS = 700;
const TURN = 0.9; // radians of the names above the columns
const STEEP = 32; // narrower columns have their names upright
const BESIDES = 300; // pixels that the rest of the page takes on a screen

/**
 * @typedef {object} Matrix
 * @property {string} counts base64 of uint16 or, where `wide`, uint32 (moments, classes, classes); rows are true classes
 * @property {boolean} wide
 * @property {number} classes
 * @property {string[]} names
 * @property {string[]} moments
 * @property {number} at the moment that is shown
 * @property {[number, number] | null} chosen
 * @property {boolean} mistakes whether the colours are those of the mistakes
 * @property {number} room CSS pixels of height to fill at least
 * @property {string} table base64 of the 256 colours
 * @typedef {Matrix & import("../kit/figure.js").Figure} Data
 */

/** @typedef {ReturnType<View["plan"]>} Plan where everything lies */

class View {
  /** @type {Data} */ data;
  /** @type {Data["chosen"]} */ chosen = null;
  /** @type {Data["chosen"]} the cell under the pointer */ over = null;
  at = -1;
  told = "";
  look = "";
  top = 1;
  frames = new Uint32Array();
  counts = new Uint32Array();
  shown = new Float32Array();
  table = new Uint8Array();
  /** @type {number[]} */ totals = [];

  constructor(/** @type {any} */ root, /** @type {import("../kit/life.js").Life} */ life) {
    this.root = root;
    this.glide = life.glide();
    this.telling = life.later();
    this.playing = life.later();
    this.canvas = root.querySelector("canvas");
    this.stage = root.querySelector(".stage");
    this.readout = root.querySelector(".readout");
    this.moment = root.querySelector(".moment");
    this.time = root.querySelector(".time");
    this.play = root.querySelector(".play");
    this.range = root.querySelector("input");
    life.follow(this.stage, () => this.paint());
    this.canvas.onpointermove = (/** @type {any} */ event) => this.hover(this.cellAt(event));
    this.canvas.onpointerleave = () => this.hover(null);
    this.canvas.onclick = (/** @type {any} */ event) => this.pick(this.cellAt(event), 0);
    this.canvas.onkeydown = (/** @type {KeyboardEvent} */ event) => this.key(event);
    this.range.oninput = () => this.go(Number(this.range.value));
    this.range.onchange = () => this.rest();
    this.play.onclick = () => (this.playing.waiting ? this.halt() : this.start());
  }

  update(/** @type {Data} */ data, /** @type {any} */ send) {
    if (this.told !== data.counts) {
      this.frames = data.wide ? numbers(data.counts, Uint32Array) : new Uint32Array(numbers(data.counts, Uint16Array));
      this.told = data.counts;
      this.at = -1;
    }
    if (!this.table.length) this.table = bytes(data.table);
    this.data = data;
    this.send = send;
    if (!this.telling.waiting) this.chosen = data.chosen;
    this.time.hidden = data.moments.length < 2;
    this.range.max = data.moments.length - 1;
    if (!this.playing.waiting) this.go(data.at);
  }

  /** Shows a frame; the colours change over to it. @param {number} at */
  go(at) {
    const { classes, mistakes, moments } = this.data;
    const look = `${at} ${mistakes}`;
    if (this.look !== look || this.at < 0) {
      this.at = at;
      this.look = look;
      this.counts = this.frames.subarray(at * classes * classes, (at + 1) * classes * classes);
      this.totals = Array.from({ length: classes }, (_, row) =>
        this.counts.subarray(row * classes, (row + 1) * classes).reduce((a, b) => a + b, 0),
      );
      this.fade(this.levels());
    } else this.paint();
    this.range.value = at;
    this.range.setAttribute("aria-valuetext", moments[at]);
    this.moment.textContent = moments[at];
    const high = mistakes ? `${digits(100 * this.top)} % of the row` : "all of the row";
    tellFigure(this.root, { ...this.data, low: "0", high }, () => this.paint());
    this.hover(null);
  }

  /** Each cell's place on the colour scale, 0 to 1. */
  levels() {
    const { classes, mistakes } = this.data;
    const shares = Float32Array.from(
      this.counts,
      (count, cell) => count / Math.max(1, this.totals[Math.floor(cell / classes)]),
    );
    const diagonal = (/** @type {number} */ cell) => cell % (classes + 1) === 0;
    this.top = mistakes
      ? shares.reduce((most, value, cell) => (diagonal(cell) ? most : Math.max(most, value)), 0) || 1
      : 1;
    return shares.map((value) => Math.min(1, value / this.top));
  }

  /** @param {Float32Array<ArrayBuffer>} after a colour a cell, from 0 to 1 */
  fade(after) {
    const before = this.shown;
    this.glide.run(before.length === after.length ? FADE_MS : 0, (/** @type {number} */ part) => {
      this.shown = part < 1 ? after.map((value, cell) => before[cell] + (value - before[cell]) * part) : after;
      this.paint();
    });
  }

  plan(/** @type {CanvasRenderingContext2D} */ context, /** @type {string} */ family) {
    const ratio = drawingRatio();
    const { names } = this.data;
    const width = this.stage.clientWidth;
    const room = Math.max(this.data.room, window.innerHeight - BESIDES);
    const count = names.length;
    const fits = (/** @type {number} */ left, /** @type {number} */ top, right = 0) =>
      Math.max(2, Math.min(LARGEST, Math.floor(Math.min((width - left - right - 2) / count, (room - top) / count))));
    context.font = `14px ${family}`;
    const most = Math.min(118, width * 0.3);
    const longest = Math.min(most, Math.max(...names.map((name) => context.measureText(name).width)) + 6);
    let [left, top, right, turn] = [longest + 20, 44, 0, 0];
    let cell = fits(left, top);
    if (longest > cell) {
      turn = cell < STEEP ? Math.PI / 2 : TURN;
      const last = Math.min(longest, context.measureText(names[count - 1]).width);
      right = Math.max(0, last * Math.cos(turn) - 8); // what a turned name needs beside the last column
      top = longest * Math.sin(turn) + 24;
      cell = fits(left, top, right);
    }
    const named = cell >= NAMED;
    if (!named) {
      [left, top, right] = [22, 22, 0];
      cell = fits(left, top);
    }
    return { ratio, cell, left, top, right, named, turn, count, size: Math.min(14, cell - 1) };
  }

  paint() {
    if (!this.shown.length || !this.stage.clientWidth) return;
    const context = brush(this.canvas);
    const style = getComputedStyle(this.canvas);
    const plan = this.plan(context, style.fontFamily);
    this.grid = plan;
    const { ratio, cell, left, top, right, count } = plan;
    const [wide, high] = [left + count * cell + right + 2, top + count * cell + 2];
    resized(this.canvas, Math.round(wide * ratio), Math.round(high * ratio), ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, wide, high);
    this.cells(context, style, plan);
    this.words(context, style, plan);
    this.canvas.dataset.cell = this.chosen?.join("-") ?? "";
    this.canvas.dataset.at = this.at;
    if (this.over) this.frameOf(context, this.over, style.color, 2, plan);
    if (this.chosen) this.frameOf(context, this.chosen, style.outlineColor, 3, plan);
  }

  /** @param {CanvasRenderingContext2D} context @param {CSSStyleDeclaration} style @param {Plan} plan */
  cells(context, style, { cell, left, top, count }) {
    const gap = cell >= 18 ? 1 : 0;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (let place = 0; place < count * count; place++) {
      const [row, column] = [Math.floor(place / count), place % count];
      const [x, y] = [left + column * cell, top + row * cell];
      const hollow = this.data.mistakes && row === column;
      const at = 3 * Math.round(255 * this.shown[place]);
      const [red, green, blue] = this.table.subarray(at, at + 3);
      context.fillStyle = hollow ? style.textDecorationColor : `rgb(${red} ${green} ${blue})`;
      context.fillRect(x, y, cell - gap, cell - gap);
      if (cell < NUMBERED || !this.counts[place]) continue;
      const text = counted(this.counts[place]);
      context.font = `${Math.min(16, cell * 0.36, (cell - 4) / (text.length * 0.6))}px ${style.fontFamily}`;
      context.fillStyle = hollow ? style.caretColor : isLight([red, green, blue]) ? "#1B1F2A" : "#E9ECF5";
      context.fillText(text, x + cell / 2, y + cell / 2 + 0.5);
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {CSSStyleDeclaration} style @param {Plan} plan */
  words(context, style, { cell, left, top, named, turn, size }) {
    context.font = `12px ${style.fontFamily}`;
    context.fillStyle = style.caretColor;
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
    context.fillText("predicted →", left, 12);
    context.save();
    context.translate(12, top);
    context.rotate(-Math.PI / 2);
    context.textAlign = "right";
    context.fillText("← true", 0, 0);
    context.restore();
    if (!named) return;
    context.textBaseline = "middle";
    this.data.names.forEach((name, index) => {
      const middle = (index + 0.5) * cell;
      const marked = (/** @type {number} */ place) => (this.over ?? this.chosen)?.[place] === index;
      context.fillStyle = this.totals[index] ? style.color : style.caretColor;
      context.font = `${marked(0) ? 600 : 400} ${size}px ${style.fontFamily}`;
      context.textAlign = "right";
      context.fillText(this.cut(context, name, left - 24), left - 6, top + middle);
      context.fillStyle = style.color;
      context.font = `${marked(1) ? 600 : 400} ${size}px ${style.fontFamily}`;
      context.save();
      context.translate(left + middle, top - 6);
      context.rotate(-turn);
      context.textAlign = turn ? "left" : "center";
      context.fillText(this.cut(context, name, turn ? (top - 24) / Math.sin(turn) : cell), 0, turn ? 0 : -6);
      context.restore();
    });
  }

  /** @param {CanvasRenderingContext2D} context @param {string} name @param {number} room */
  cut(context, name, room) {
    if (context.measureText(name).width <= room) return name;
    let short = name;
    while (short.length > 1 && context.measureText(`${short}…`).width > room) short = short.slice(0, -1);
    return `${short}…`;
  }

  /**
   * @param {CanvasRenderingContext2D} context @param {[number, number]} place row and column @param {string} color
   * @param {number} width @param {Plan} plan
   */
  frameOf(context, [row, column], color, width, { cell, left, top }) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.strokeRect(left + column * cell - 1, top + row * cell - 1, cell + 1, cell + 1);
  }

  /** @param {PointerEvent} event @returns {[number, number] | null} */
  cellAt(event) {
    if (!this.grid) return null;
    const { cell, left, top, count } = this.grid;
    const [row, column] = [Math.floor((event.offsetY - top) / cell), Math.floor((event.offsetX - left) / cell)];
    return row >= 0 && column >= 0 && row < count && column < count ? [row, column] : null;
  }

  /** @param {[number, number] | null} cell row and column */
  hover(cell) {
    if (String(cell) !== String(this.over ?? null)) {
      this.over = cell;
      this.paint();
    }
    const told = cell ?? this.chosen;
    this.readout.textContent = told ? this.tell(told) : "";
    this.canvas.setAttribute(
      "aria-label",
      `Confusion matrix, ${this.data.moments[this.at]}; the arrow keys choose a cell. ${this.readout.textContent}`,
    );
  }

  /** @param {[number, number]} place row and column */
  tell([row, column]) {
    const { names, classes } = this.data;
    const [count, of] = [this.counts[row * classes + column], this.totals[row]];
    const what = row === column ? `${names[row]} recognised` : `${names[row]} taken for ${names[column]}`;
    return `${what}: ${counted(count)} of ${counted(of)}${of ? ` (${percent(count / of, 1)})` : ""}`;
  }

  /** @param {[number, number] | null} cell row and column @param {number} pause in ms */
  pick(cell, pause) {
    if (!cell) return;
    this.chosen = cell;
    this.over = null;
    this.paint();
    this.hover(null);
    this.telling.after(pause, () => this.send("picked", cell));
  }

  key(/** @type {KeyboardEvent} */ event) {
    const way = arrowOf(event);
    if (!way) return;
    event.preventDefault();
    const [row, column] = this.chosen ?? [0, -1];
    const within = (/** @type {number} */ value) => Math.min(this.data.classes - 1, Math.max(0, value));
    this.pick([within(row + way[1]), within(column + way[0])], PAUSE_MS);
  }

  rest() {
    this.halt();
    if (this.at !== this.data.at) this.send("moved", this.at);
  }

  /** Go on to the next moment; from the last one it begins again, and rests when it is there. */
  start() {
    const last = this.data.moments.length - 1;
    this.go(this.at >= last ? 0 : this.at + 1);
    this.playing.after(PLAY_MS, () => (this.at >= last ? this.rest() : this.start()));
    this.label();
  }

  halt() {
    this.playing.stop();
    this.label();
  }

  label() {
    this.play.setAttribute("aria-label", this.playing.waiting ? "Pause" : "Play");
    this.play.classList.toggle("going", this.playing.waiting);
  }
}

export default mount(View);
