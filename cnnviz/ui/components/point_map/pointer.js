// What pointer, wheel, fingers and keys do to a map of points.

import { arrowOf } from "../kit/dom.js";

const CLICK = 5; // CSS pixels: what moved no further was a click
const [WHEEL, STEP] = [0.0016, 1.4];

/**
 * @typedef {[left: number, top: number]} Place on the canvas, in CSS pixels
 *
 * @typedef {object} Gestures
 * @property {(left: number, top: number) => void} hover
 * @property {() => void} leave
 * @property {(left: number, top: number, finger: boolean) => void} click
 * @property {(line: Place[] | null) => void} line while it is drawn
 * @property {(line: Place[]) => void} lassoed once it is
 * @property {(right: number, down: number) => void} moved
 * @property {(factor: number, left?: number, top?: number) => void} zoomed
 * @property {(right: number, down: number) => void} step to the next point
 * @property {() => void} fit
 * @property {() => void} open
 * @property {() => void} escape
 * @property {() => void} view chooses what is in view
 */

export class Hands {
  drag = "lasso";
  /** @type {Map<number, Place>} fingers and buttons that are down */ down = new Map();
  /** @type {Place[] | null} */ line = null;
  /** @type {Place} */ from = [0, 0];
  far = false;

  /** @param {HTMLCanvasElement} canvas @param {Gestures} does */
  constructor(canvas, does) {
    this.canvas = canvas;
    this.does = does;
    canvas.onpointerdown = (event) => this.press(event);
    canvas.onpointermove = (event) => this.move(event);
    canvas.onpointerup = (event) => this.release(event);
    canvas.onpointercancel = (event) => this.cancel(event);
    canvas.onpointerleave = () => this.down.size || does.leave();
    canvas.ondblclick = () => does.fit();
    canvas.onkeydown = (event) => this.key(event);
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.oncontextmenu = (event) => event.preventDefault();
  }

  /** What dragging does; with one finger, "move" scrolls the page. @param {string} drag */
  set(drag) {
    this.drag = drag;
    this.canvas.dataset.drag = drag;
    this.canvas.style.touchAction = drag === "lasso" ? "none" : "pan-y";
  }

  /** @param {PointerEvent} event */
  press(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.down.set(event.pointerId, [event.offsetX, event.offsetY]);
    this.from = [event.offsetX, event.offsetY];
    this.far = false;
    const draws = this.drag === "lasso" ? event.button === 0 && !event.shiftKey : event.shiftKey;
    this.line = draws && this.down.size === 1 ? [this.from] : null;
  }

  /** @param {PointerEvent} event */
  move(event) {
    /** @type {Place} */
    const at = [event.offsetX, event.offsetY];
    const before = this.down.get(event.pointerId);
    if (!before) return this.does.hover(...at);
    if (this.down.size === 2) return this.pinch(event.pointerId, before, at);
    this.far ||= Math.hypot(at[0] - this.from[0], at[1] - this.from[1]) > CLICK;
    if (!this.far) return;
    this.down.set(event.pointerId, at);
    this.does.leave();
    if (this.line) {
      for (const one of event.getCoalescedEvents?.() ?? []) this.line.push([one.offsetX, one.offsetY]);
      this.line.push(at);
      this.does.line(this.line);
    } else {
      this.does.moved(at[0] - before[0], at[1] - before[1]);
    }
  }

  /** @param {number} id @param {Place} before @param {Place} at */
  pinch(id, before, at) {
    this.line = null;
    this.far = true;
    this.does.line(null);
    const [, other] = [...this.down].find(([one]) => one !== id) ?? [id, at];
    const spread = (/** @type {Place} */ one) => Math.hypot(one[0] - other[0], one[1] - other[1]);
    this.down.set(id, at);
    this.does.moved((at[0] - before[0]) / 2, (at[1] - before[1]) / 2);
    this.does.zoomed(spread(at) / Math.max(1, spread(before)), (at[0] + other[0]) / 2, (at[1] + other[1]) / 2);
  }

  /** @param {PointerEvent} event */
  release(event) {
    if (!this.down.delete(event.pointerId)) return;
    if (!this.far && !this.down.size) this.does.click(event.offsetX, event.offsetY, event.pointerType === "touch");
    else if (this.line && !this.down.size) this.does.lassoed(this.line);
    this.line = null;
  }

  /** @param {PointerEvent} event */
  cancel(event) {
    this.down.delete(event.pointerId);
    this.line = null;
    this.does.line(null);
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode ? 20 : 1);
    this.does.zoomed(Math.exp(-pixels * WHEEL), event.offsetX, event.offsetY);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { does } = this;
    /** @type {Record<string, () => void>} */
    const keys = {
      "+": () => does.zoomed(STEP),
      "=": () => does.zoomed(STEP),
      "-": () => does.zoomed(1 / STEP),
      0: () => does.fit(),
      v: () => does.view(),
      Enter: () => does.open(),
      Escape: () => does.escape(),
    };
    const way = arrowOf(event);
    if (!way && !keys[event.key]) return;
    event.preventDefault();
    if (!way) keys[event.key]();
    else if (event.shiftKey) does.moved(-60 * way[0], -60 * way[1]);
    else does.step(...way);
  }
}
