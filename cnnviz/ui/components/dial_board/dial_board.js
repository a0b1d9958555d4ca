// Seven dials and one curve. A dial that is turned moves the cursor at once; the answers follow from the server.

import { element } from "../kit/dom.js";
import { tellFigure } from "../kit/figure.js";
import { mount } from "../kit/mount.js";
import { percent } from "../kit/numbers.js";
import { Curve, dialWords, shareAt } from "./curve.js";

const EVERY_MS = 90; // between two messages while a dial is turned

/**
 * @typedef {import("./curve.js").Dial & { title: string, rest: number }} Dial
 * @typedef {object} Board
 * @property {Dial[]} dials
 * @property {Record<string, number>} values how they stand, by name
 * @property {string} charted the one that the curve is drawn against
 * @property {string} stamp a new one takes the place of what was turned here
 * @typedef {Board & import("./curve.js").Drawn & import("../kit/figure.js").Figure} Data
 */

class View {
  /** @type {Data} */ data;
  /** @type {(Dial & { row: HTMLElement, input: HTMLInputElement, value: HTMLElement })[]} */ dials = [];
  /** @type {Record<string, number>} */
  values = {};
  charted = "";
  stamp = "";
  pressed = false;
  /** @type {number | null} the value of the curve's dial under the pointer */ hovered = null;

  constructor(/** @type {any} */ root, /** @type {import("../kit/life.js").Life} */ life) {
    this.messages = life.often(EVERY_MS);
    this.root = root;
    this.rows = root.querySelector(".rows");
    this.plot = root.querySelector(".plot");
    this.legend = root.querySelector(".legend");
    this.curve = new Curve(root.querySelector("svg"));
    root.querySelector(".rest").onclick = () => this.toRest();
    this.plot.onpointermove = (/** @type {PointerEvent} */ event) => this.point(event);
    this.plot.onpointerleave = () => this.point(null);
    this.plot.onpointerdown = (/** @type {PointerEvent} */ event) => this.press(event);
    this.plot.onpointerup = this.plot.onpointercancel = () => this.release();
    life.follow(this.plot, () => this.draw());
  }

  /** @param {Data} data @param {unknown} _ @param {any} keep */
  update(data, _, keep) {
    this.data = data;
    this.keep = keep;
    if (!this.dials.length) this.dials = data.dials.map((dial) => this.build(dial));
    if (this.stamp !== data.stamp) {
      this.stamp = data.stamp;
      this.values = { ...data.values };
      this.charted = data.charted;
    }
    tellFigure(this.root, data);
    this.draw();
  }

  /** @param {Dial} dial */
  build(dial) {
    const row = element("label", "dial", this.rows);
    element("span", "title", row, dial.title);
    const input = element("input", "", row);
    Object.assign(input, { type: "range", min: dial.least, max: dial.most, step: dial.step });
    input.dataset.dial = dial.name;
    const value = element("output", "value", row);
    input.oninput = () => this.turn(dial, Number(input.value), false);
    input.onchange = () => this.turn(dial, Number(input.value), true);
    input.onfocus = () => this.chart(dial.name);
    row.ondblclick = () => this.turn(dial, dial.rest, true);
    row.title = "Double-click puts it to rest";
    return { ...dial, row, input, value };
  }

  /** @param {Dial} dial @param {number} value @param {boolean} settled */
  turn(dial, value, settled) {
    this.values[dial.name] = value;
    this.charted = dial.name;
    this.draw();
    this.tell(settled);
  }

  chart(/** @type {string} */ name) {
    if (this.charted === name) return;
    this.charted = name;
    this.draw();
    this.tell(true);
  }

  toRest() {
    for (const { name, rest } of this.dials) this.values[name] = rest;
    this.draw();
    this.tell(true);
  }

  draw() {
    if (!this.data) return;
    for (const { name, rest, unit, row, input, value } of this.dials) {
      const now = this.values[name];
      if (Number(input.value) !== now) input.value = String(now);
      value.textContent = dialWords({ name, unit }, now);
      row.classList.toggle("turned", now !== rest);
      row.classList.toggle("charted", name === this.charted);
    }
    this.root.querySelector(".rest").disabled = this.dials.every(({ name, rest }) => this.values[name] === rest);
    const known = this.data.charted === this.charted && this.data.places.length > 0;
    this.plot.classList.toggle("waits", !known);
    const dial = this.dial;
    const width = Math.max(this.plot.clientWidth, 200);
    const at = this.values[this.charted];
    const shown = known ? this.data : { ...this.data, lines: [], places: [] };
    const unit = dial.unit.length > 1 ? ` (${dial.unit.trim()})` : "";
    this.root.querySelector(".head").textContent = `Probability against ${dial.title.toLowerCase()}${unit}`;
    this.curve.draw(dial, shown, at, this.hovered, width);
    this.curve.svg.setAttribute("aria-label", this.data.caption);
    this.words(shown, this.hovered ?? at);
  }

  /** @param {{ lines: any[], places: number[] }} shown @param {number} at */
  words({ lines, places }, at) {
    while (this.legend.children.length > lines.length) this.legend.lastChild.remove();
    lines.forEach((/** @type {any} */ { name, colors, shares }, /** @type {number} */ n) => {
      const entry = this.legend.children[n] ?? element("span", "entry", this.legend);
      if (!entry.firstChild) ["swatch", "name", "share"].forEach((part) => element("span", part, entry));
      const [swatch, title, share] = entry.children;
      swatch.style.background = `light-dark(${colors.join(", ")})`;
      title.textContent = name;
      share.textContent = percent(shareAt(places, shares, at));
    });
  }

  /** The one that the curve is drawn against. */
  get dial() {
    return this.dials.find(({ name }) => name === this.charted) ?? this.dials[0];
  }

  // --- the curve is a dial, too ---

  point(/** @type {PointerEvent | null} */ event) {
    this.hovered = event && this.data?.places.length ? this.curve.valueAt(event) : null;
    if (this.pressed && this.hovered !== null) this.turn(this.dial, this.hovered, false);
    else this.draw();
  }

  press(/** @type {PointerEvent} */ event) {
    if (event.button || event.pointerType === "touch" || !this.data?.places.length) return; // a finger scrolls
    this.plot.setPointerCapture(event.pointerId);
    this.pressed = true;
    this.point(event);
  }

  release() {
    if (this.pressed) this.tell(true);
    this.pressed = false;
  }

  /** Tell the server, now and then while a dial is turned, and at its end in any case. @param {boolean} settled */
  tell(settled) {
    const { charted, stamp } = this;
    this.messages.do(() => this.keep("turned", { values: { ...this.values }, charted, stamp, settled }), settled);
  }
}

export default mount(View);
