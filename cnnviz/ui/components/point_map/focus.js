// The one point that is looked at: under the pointer, held by a finger, or reached with the keys.

import { brush, resized } from "../kit/canvas.js";

// ---- What is told of one point: its picture, large, and its classes.

const CARD_PICTURE = 128; // CSS pixels
const AWAY = 16; // from the point

/**
 * @typedef {ReturnType<import("./scene.js").Scene["told"]>} Told
 * @typedef {import("../kit/sheets.js").SheetStore} SheetStore
 * @typedef {{ scene: import("./scene.js").Scene, view: import("./view.js").Viewport,
 *   places: import("./view.js").Places, store: SheetStore, paint: () => void,
 *   paintOver: () => void }} PointMap what the map gives
 */

class Card {
  /** @type {number | undefined} */ number;

  constructor(/** @type {any} */ root, /** @type {any} */ opened) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.button = root.querySelector("button");
    this.button.onclick = () => opened(this.number);
  }

  /**
   * @param {Told & { left: number, top: number }} point where it is, in CSS pixels
   * @param {SheetStore} store
   * @param {{ width: number, height: number }} room
   * @param {boolean} held whether a finger or a key holds it
   */
  show(point, store, room, held) {
    this.number = point.number;
    this.root.hidden = false;
    this.root.classList.toggle("held", held);
    this.root.dataset.image = point.number;
    this.root.querySelector(".truth").textContent = point.truth;
    const guess = this.root.querySelector(".guess");
    const said = point.right ? `predicted so, ${point.percent}` : `predicted ${point.guess}, ${point.percent}`;
    guess.textContent = `${point.right ? "✓" : "✗"} ${said}`;
    guess.classList.toggle("wrong", !point.right);
    this.root.querySelector(".number").textContent = `test image ${point.number}`;
    this.picture(point.number, store);
    this.place(point, room);
  }

  /** @param {number} number @param {SheetStore} store */
  picture(number, store) {
    this.canvas.hidden = !store.address;
    if (!store.address) return;
    const ratio = window.devicePixelRatio || 1;
    const zoom = Math.max(1, Math.floor((CARD_PICTURE * ratio) / Math.max(store.width, store.height)));
    const [width, height] = [store.width * zoom, store.height * zoom];
    Object.assign(this.canvas, { width, height }); // which clears it, too
    resized(this.canvas, width, height, ratio);
    const drawn = store.draw(brush(this.canvas), number, 0, 0, width, height);
    this.canvas.dataset.drawn = drawn ? number : "";
  }

  /** @param {{ left: number, top: number }} corner @param {{ width: number, height: number }} room */
  place({ left, top }, { width, height }) {
    const [wide, high] = [this.root.offsetWidth, this.root.offsetHeight];
    const x = left + AWAY + wide > width ? left - AWAY - wide : left + AWAY;
    const y = Math.min(height - high, Math.max(0, top - high / 2));
    this.root.style.transform = `translate(${Math.round(Math.max(0, Math.min(width - wide, x)))}px, ${Math.round(y)}px)`;
  }

  hide() {
    this.root.hidden = true;
    this.number = undefined;
  }
}

const NEAR = 14; // CSS pixels: how far from a point one may point at it
const FINGER = 1.8; // times as far with a finger
const [ROUND, ENOUGH] = [160, 40]; // pictures fetched round the pointer, once the nearest ones are not all here

export class Focus {
  /** @type {number | undefined} the point */ number;
  held = false;

  /** @param {any} root @param {PointMap} map @param {(number: number) => void} opened */
  constructor(root, map, opened) {
    this.map = map;
    this.over = root.querySelector(".over");
    this.spoken = root.querySelector(".spoken");
    this.opened = opened;
    this.card = new Card(root.querySelector(".card"), opened);
  }

  /** Where a point is, in CSS pixels. @param {number} number @returns {[number, number]} */
  place(number) {
    const { view, places } = this.map;
    return [view.left(places.now[2 * number]), view.top(places.now[2 * number + 1])];
  }

  /** @param {number} left @param {number} top */
  hover(left, top) {
    const { scene, store } = this.map;
    const near = scene.nearest(left, top, ROUND);
    if (!near.slice(0, ENOUGH).every(({ number }) => store.has(number))) store.want(near.map(({ number }) => number));
    if (near.length && near[0].distance <= NEAR) this.show(near[0].number, false);
    else this.leave();
  }

  /** @param {number} number @param {boolean} held */
  show(number, held) {
    const { scene, store, view } = this.map;
    Object.assign(this, { number, held });
    const [left, top] = this.place(number);
    store.want([number]);
    this.card.show({ ...scene.told(number), left, top }, store, view, held);
    this.over.style.cursor = "pointer";
    this.map.paintOver();
  }

  leave(heldToo = false) {
    if (this.number === undefined || (this.held && !heldToo)) return;
    Object.assign(this, { number: undefined, held: false });
    this.card.hide();
    this.over.style.cursor = "";
    this.map.paintOver();
  }

  /** A picture arrived. */
  pictured() {
    if (this.number !== undefined) this.card.picture(this.number, this.map.store);
  }

  /**
   * The mouse opens a point; a finger holds it first.
   * @param {number} left @param {number} top @param {boolean} finger
   */
  click(left, top, finger) {
    const [near] = this.map.scene.nearest(left, top, 1);
    if (!near || near.distance > NEAR * (finger ? FINGER : 1)) return this.leave(true);
    if (!finger) return this.opened(near.number);
    this.hover(left, top);
    this.show(near.number, true);
  }

  open() {
    if (this.number !== undefined) this.opened(this.number);
  }

  /**
   * To the next point in a direction; from the middle where none is looked at.
   * @param {number} right @param {number} down
   */
  step(right, down) {
    const { scene, view, places } = this.map;
    const from = this.number === undefined ? [view.width / 2, view.height / 2] : this.place(this.number);
    const number = scene.towards(from, [right, down], this.number);
    if (number === undefined) return;
    view.reveal(places.now[2 * number], places.now[2 * number + 1]);
    this.map.paint();
    this.show(number, true);
    const { truth, guess, percent, right: isRight } = scene.told(number);
    this.spoken.textContent = `test image ${number}: ${truth}, ${isRight ? "predicted so" : `predicted ${guess}`}, ${percent}`;
  }
}
