// Pictures side by side, each with a heatmap on a canvas of its own over it; opacity and hover never leave the browser.

import { ClassBars } from "../kit/bars.js";
import { bytes } from "../kit/bytes.js";
import { brush, sheetOf, wholeZoom } from "../kit/canvas.js";
import { element, matchCount, say } from "../kit/dom.js";
import { tellScale } from "../kit/figure.js";
import { mount } from "../kit/mount.js";
import { digits } from "../kit/numbers.js";
import { saveButtons } from "../kit/save.js";

const LARGEST = 416; // CSS pixels: larger pictures show nothing more
const OPACITY = "cnnviz-heatmap-opacity";
const page = /** @type {Window & { cnnvizHeatmapOpacity?: number }} */ (window); // one opacity for all

/**
 * @typedef {import("../kit/save.js").Saved | null} Saved
 *
 * @typedef {object} Told a picture
 * @property {string} title
 * @property {string} note
 * @property {string} text what it means, below it
 * @property {string | null} picture address; null for that of all
 * @property {boolean} smooth
 * @property {string | null} values base64 of uint8 (height, width); null for the picture alone
 * @property {number} full what 255 stands for
 * @property {string} high the same in words
 * @property {string} empty why nothing lights up
 * @property {boolean} pending
 * @property {Saved} saved
 *
 * @typedef {object} Data
 * @property {string} picture
 * @property {number} width
 * @property {number} height
 * @property {Told[]} panels
 * @property {string} table base64 of the 256 colours
 * @property {string[]} ramp
 * @property {number} opacity
 * @property {boolean} slider
 * @property {string} caption
 * @property {import("../kit/bars.js").ClassBar[]} bars below the first picture
 * @property {number} most for how many bars there is a place
 * @property {Saved} saved
 */

function build(/** @type {HTMLElement} */ parent) {
  const node = element("figure", "panel", parent);
  const head = element("div", "head", node);
  const title = element("div", "title cut", head);
  const note = element("div", "note cut", head);
  const stack = element("div", "stack", node);
  const picture = element("img", "picture", stack);
  picture.alt = "";
  picture.draggable = false;
  const heat = element("canvas", "heat", stack);
  const mark = element("div", "mark", stack);
  const value = element("output", "value", stack);
  const scale = element("div", "scale", node);
  const why = element("p", "why", node);
  const text = element("figcaption", "text", node);
  const drawn = { source: "", heat: /** @type {string | null} */ (null), values: new Uint8Array(), full: 1 };
  return { node, title, note, stack, picture, heat, mark, value, scale, why, text, drawn };
}

class View {
  /** @type {ReturnType<typeof build>[]} */ panels = [];
  /** @type {Data} */ data;
  zoom = 0;
  /** @type {ClassBars | undefined} */ bars;
  table = new Uint8Array();

  constructor(/** @type {any} */ root, /** @type {import("../kit/life.js").Life} */ life) {
    this.root = root;
    this.grid = root.querySelector(".panels");
    this.slider = root.querySelector("input");
    this.slider.oninput = () => this.slide(Number(this.slider.value));
    life.listen(window, OPACITY, (/** @type {PointerEvent} */ event) => this.fade(event.detail));
    life.follow(this.grid, () => this.arrange());
    this.grid.onpointermove = (/** @type {PointerEvent} */ event) => this.point(event);
    this.grid.onpointerleave = () => this.leave();
  }

  update(/** @type {Data} */ data, /** @type {import("../kit/mount.js").Tell} */ tell) {
    this.data = data;
    if (!this.table.length) this.table = bytes(data.table);
    matchCount(this.panels, data.panels.length, () => build(this.grid));
    data.panels.forEach((told, index) => this.show(this.panels[index], told));
    this.grid.classList.toggle(
      "unnoted",
      data.panels.every((told) => !told.note),
    );
    this.tellBars((/** @type {number} */ index) => tell("chosen", index));
    this.root.querySelector(".opacity").hidden = !data.slider;
    say(this.root.querySelector(".caption"), data.caption);
    saveButtons(this.root.querySelector(".whole"), data.saved);
    const kept = page.cnnvizHeatmapOpacity ?? data.opacity;
    this.slider.value = Math.round(kept * 100);
    this.fade(kept);
    this.arrange();
    this.leave();
  }

  /** @param {ReturnType<typeof build>} panel @param {Told} told */
  show(panel, told) {
    say(panel.title, told.title);
    say(panel.note, told.note);
    say(panel.text, told.text);
    say(panel.why, told.empty);
    panel.why.hidden = !told.empty;
    panel.node.classList.toggle("pending", told.pending);
    panel.node.setAttribute("aria-busy", String(told.pending));
    const source = told.picture || this.data.picture;
    if (panel.drawn.source !== source) panel.picture.src = source;
    panel.picture.style.imageRendering = told.smooth ? "auto" : "";
    const lit = Boolean(told.values);
    panel.heat.hidden = !lit;
    panel.stack.setAttribute("role", "img");
    const label = [told.title, told.note, told.pending ? "is computed" : told.empty].filter(Boolean).join(", ");
    panel.stack.setAttribute("aria-label", label);
    const values = panel.drawn.heat === told.values ? panel.drawn.values : bytes(told.values ?? "");
    if (lit && panel.drawn.heat !== told.values) this.light(panel.heat, values);
    panel.drawn = { source, heat: told.values, values, full: told.full };
    panel.scale.hidden = !lit && !told.pending;
    panel.scale.style.visibility = lit ? "" : "hidden"; // its place is kept for what is to come
    tellScale(panel.scale, "0", told.high, this.data.ramp);
    saveButtons(panel.node, told.saved);
  }

  /** Colour a heatmap, a pixel a value. @param {HTMLCanvasElement} canvas @param {Uint8Array} values */
  light(canvas, values) {
    const { width, height } = this.data;
    Object.assign(canvas, { width, height });
    brush(canvas).drawImage(sheetOf({ width, height, channels: 1 }, values, this.table), 0, 0);
  }

  /** Whole-number enlargement, the same for all; a picture larger than its column is made smaller. */
  arrange() {
    const { width, height } = this.data ?? {};
    const first = this.panels[0];
    if (!width || !first?.node.clientWidth) return;
    const room = Math.min(...this.panels.map((panel) => panel.node.clientWidth), LARGEST);
    const zoom = wholeZoom(room / width);
    this.zoom = zoom;
    this.grid.style.setProperty("--width", `${width * zoom}px`);
    this.grid.style.setProperty("--height", `${height * zoom}px`);
    this.grid.classList.toggle("smaller", zoom < 1);
  }

  slide(/** @type {number} */ percent) {
    page.cnnvizHeatmapOpacity = percent / 100;
    window.dispatchEvent(new CustomEvent(OPACITY, { detail: percent / 100 }));
  }

  fade(/** @type {number} */ opacity) {
    this.grid.style.setProperty("--opacity", opacity);
    say(this.root.querySelector(".opacity output"), `${Math.round(opacity * 100)} %`);
  }

  /** Frames the pixel under the pointer in every picture, and tells each heatmap's value there. @param {any} event */
  point(event) {
    const stack = event.target.closest?.(".stack");
    if (!stack || !this.zoom) return this.leave();
    const box = stack.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / this.zoom);
    const row = Math.floor((event.clientY - box.top) / this.zoom);
    const { width, height } = this.data;
    if (column < 0 || row < 0 || column >= width || row >= height) return this.leave();
    const side = Math.max(this.zoom, 3);
    for (const { mark, value, drawn } of this.panels) {
      mark.hidden = false;
      const [left, top] = [column, row].map((place) => `${place * this.zoom}px`);
      Object.assign(mark.style, { left, top, width: `${side}px`, height: `${side}px` });
      value.hidden = false;
      const exact = (drawn.values[row * width + column] / 255) * drawn.full;
      say(value, drawn.values.length ? digits(exact) : `row ${row}, column ${column}`);
    }
  }

  leave() {
    for (const { mark, value } of this.panels) {
      mark.hidden = true;
      value.hidden = true;
    }
  }

  /**
   * The probabilities under the first picture; nothing moves when they come.
   * @param {(position: number) => void} choose
   */
  tellBars(choose) {
    const { bars, most } = this.data;
    const home = this.panels[0].node;
    this.bars ??= new ClassBars(element("div", "bars", home));
    home.classList.toggle("told", most > 0);
    this.bars.list.hidden = !most;
    this.bars.list.style.setProperty("--most", String(bars.length || most));
    this.bars.show(bars, bars.length, "click to explain it", choose);
  }
}

export default mount(View);
