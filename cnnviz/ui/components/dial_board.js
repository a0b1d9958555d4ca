// Seven dials and one curve. A dial that is turned moves the cursor at once; the answers follow from the server.

import { element } from "./elements.js";
import { saveButtons } from "./save_figure.js";
import { Curve, dialWords, shareAt } from "./dial_curve.js";

const EVERY_MS = 90; // between two messages while a dial is turned
const boards = new WeakMap(); // parentElement -> View

function percentOf(share) {
  const whole = Math.round(100 * share);
  return whole === 100 && share < 1 ? "> 99 %" : whole === 0 && share > 0 ? "< 1 %" : `${whole} %`;
}

class View {
  constructor(root) {
    this.root = root;
    this.rows = root.querySelector(".rows");
    this.plot = root.querySelector(".plot");
    this.legend = root.querySelector(".legend");
    this.curve = new Curve(root.querySelector("svg"));
    this.hovered = null;
    root.querySelector(".rest").onclick = () => this.toRest();
    this.plot.onpointermove = (event) => this.point(event);
    this.plot.onpointerleave = () => this.point(null);
    this.plot.onpointerdown = (event) => this.press(event);
    this.plot.onpointerup = this.plot.onpointercancel = () => this.release();
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.plot);
  }

  update(data, send) {
    this.data = data;
    this.send = send;
    if (!this.dials) this.dials = data.dials.map((dial) => this.build(dial));
    if (this.stamp !== data.stamp) {
      this.stamp = data.stamp;
      this.values = { ...data.values };
      this.charted = data.charted;
    }
    this.root.querySelector("figcaption").textContent = data.caption;
    saveButtons(this.root.querySelector("figure"), data.saved);
    this.draw();
  }

  build(dial) {
    const row = element("label", "dial", this.rows);
    const title = element("span", "title", row);
    title.textContent = dial.title;
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

  turn(dial, value, settled) {
    this.values[dial.name] = value;
    this.charted = dial.name;
    this.draw();
    this.tell(settled);
  }

  chart(name) {
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
      if (Number(input.value) !== now) input.value = now;
      value.textContent = dialWords({ name, unit }, now);
      row.classList.toggle("turned", now !== rest);
      row.classList.toggle("charted", name === this.charted);
    }
    this.root.querySelector(".rest").disabled = this.dials.every(({ name, rest }) => this.values[name] === rest);
    const known = this.data.charted === this.charted && this.data.places.length > 0;
    this.plot.classList.toggle("waits", !known);
    const dial = this.dials.find(({ name }) => name === this.charted);
    const width = Math.max(this.plot.clientWidth, 200);
    const at = this.values[this.charted];
    const shown = known ? this.data : { ...this.data, lines: [], places: [] };
    this.root.querySelector(".head").textContent = `Probability against ${dial.title.toLowerCase()}${dial.unit.length > 1 ? ` (${dial.unit.trim()})` : ""}`;
    this.curve.draw(dial, shown, at, this.hovered, width);
    this.curve.svg.setAttribute("aria-label", this.data.caption);
    this.words(shown, this.hovered ?? at);
  }

  words({ lines, places }, at) {
    while (this.legend.children.length > lines.length) this.legend.lastChild.remove();
    lines.forEach(({ name, colors, shares }, n) => {
      const entry = this.legend.children[n] ?? element("span", "entry", this.legend);
      if (!entry.firstChild) ["swatch", "name", "share"].forEach((part) => element("span", part, entry));
      const [swatch, title, share] = entry.children;
      swatch.style.background = `light-dark(${colors.join(", ")})`;
      title.textContent = name;
      share.textContent = percentOf(shareAt(places, shares, at));
    });
  }

  // --- the curve is a dial, too ---

  point(event) {
    this.hovered = event && this.data?.places.length ? this.curve.valueAt(event) : null;
    if (this.pressed && event) this.turn(this.dials.find(({ name }) => name === this.charted), this.hovered, false);
    else this.draw();
  }

  press(event) {
    if (event.button || event.pointerType === "touch" || !this.data?.places.length) return; // a finger scrolls
    this.plot.setPointerCapture(event.pointerId);
    this.pressed = true;
    this.point(event);
  }

  release() {
    if (this.pressed) this.tell(true);
    this.pressed = false;
  }

  /** Tell the server, now and then while a dial is turned, and at its end in any case. */
  tell(settled) {
    clearTimeout(this.later);
    const wait = settled ? 0 : EVERY_MS - (performance.now() - (this.told ?? -EVERY_MS));
    const message = () => {
      this.told = performance.now();
      this.send({ values: { ...this.values }, charted: this.charted, stamp: this.stamp, settled });
    };
    if (wait <= 0) message();
    else this.later = setTimeout(message, wait);
  }
}

export default function ({ data, parentElement, setStateValue }) {
  let view = boards.get(parentElement);
  if (!view) boards.set(parentElement, (view = new View(parentElement)));
  view.update(data, (turned) => setStateValue("turned", turned));
  return () => {
    clearTimeout(view.later);
    view.observer.disconnect();
    boards.delete(parentElement);
  };
}
