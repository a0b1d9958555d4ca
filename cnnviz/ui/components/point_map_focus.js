// The one point that is looked at: under the pointer, held by a finger, or reached with the keys.

import { Card } from "./point_map_card.js";

const NEAR = 14; // CSS pixels: how far from a point one may point at it
const FINGER = 1.8; // times as far with a finger
const [ROUND, ENOUGH] = [160, 40]; // pictures fetched round the pointer, once the nearest ones are not all here

export class Focus {
  /** map: scene, view, places, store and paintOver, see PointMap; opened: called with a point's number. */
  constructor(root, map, opened) {
    this.map = map;
    this.over = root.querySelector(".over");
    this.spoken = root.querySelector(".spoken");
    this.opened = opened;
    this.card = new Card(root.querySelector(".card"), opened);
  }

  /** Where a point is, in CSS pixels. */
  place(number) {
    const { view, places } = this.map;
    return [view.left(places.now[2 * number]), view.top(places.now[2 * number + 1])];
  }

  hover(left, top) {
    const { scene, store } = this.map;
    const near = scene.nearest(left, top, ROUND);
    if (!near.slice(0, ENOUGH).every(({ number }) => store.has(number))) store.want(near.map(({ number }) => number));
    if (near.length && near[0].distance <= NEAR) this.show(near[0].number, false);
    else this.leave();
  }

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

  /** The mouse opens a point; a finger holds it first, since it cannot hover. */
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

  /** To the next point in a direction; from the middle where none is looked at. */
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
