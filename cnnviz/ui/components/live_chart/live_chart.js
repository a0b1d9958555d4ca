// Draws a Plotly figure and updates it in place: Plotly.react on one node, for as long as the component lives.

import { element, say } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { rgbOf, themed } from "../kit/streamlit.js";

const TOUCH = window.matchMedia("(pointer: coarse)");
const page = /** @type {Window & { Plotly?: any, cnnvizPlotly?: Promise<any> }} */ (window); // one Plotly for all
const CONFIG = { displaylogo: false, scrollZoom: false };

/**
 * Loads Plotly once a page, however many charts ask; a failure is forgotten, so that the next tick tries again.
 * @param {string} source
 */
function loadPlotly(source) {
  if (page.Plotly?.react) return Promise.resolve(page.Plotly);
  page.cnnvizPlotly ??= new Promise((resolve, reject) => {
    const script = element("script", "", document.head);
    script.onload = () => (page.Plotly ? resolve(page.Plotly) : reject(new Error("no Plotly in the file")));
    script.onerror = () => reject(new Error("the file did not load"));
    script.src = source;
  }).catch((error) => {
    page.cnnvizPlotly = undefined;
    throw error;
  });
  return page.cnnvizPlotly;
}

/** Whether the element lies on a dark background. @param {Element} node */
function isDark(node) {
  const [red, green, blue] = rgbOf(themed(node));
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

/**
 * A button that saves the chart as it is now, on the page's background: letters for a dark one are lost on paper.
 * @param {any} chart @param {string} kind
 */
function saver(chart, kind) {
  const click = (/** @type {any} */ node) => {
    const layout = { ...node.layout, paper_bgcolor: themed(node) };
    const file =
      chart.alt
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .slice(0, 60)
        .replace(/^-|-$/g, "") || "chart";
    const options = { format: kind, filename: file, scale: kind === "png" ? 2 : 1 };
    chart.plotly.downloadImage({ data: node.data, layout }, options);
  };
  const title = `Save this chart as ${kind.toUpperCase()}`;
  return { name: title, title, icon: chart.plotly.Icons[kind === "png" ? "camera" : "disk"], click };
}

/**
 * Replaces every colour of the other theme in the figure's text by this theme's.
 * @param {string} text @param {Record<string, string>} pairs
 */
function recolour(text, pairs) {
  return text.replace(/#[0-9A-Fa-f]{6}\b/g, (/** @type {string} */ color) => pairs[color.toUpperCase()] ?? color);
}

/**
 * @typedef {object} Data
 * @property {string} figure Plotly's own JSON, in the colours of one theme
 * @property {number} height in CSS pixels
 * @property {string} alt
 * @property {string} source address of Plotly
 * @property {{ light: Record<string, string>, dark: Record<string, string> }} recolouring from the other theme's colours
 */

class Chart {
  drawn = ""; // what was drawn last, as text
  wanted = ""; // what should be drawn now
  busy = false;
  held = false; // a button is down: a zoom box is being drawn
  /** @type {any} */ plotly;
  /** @type {any} */ buttons;
  source = "";
  width = 0;
  height = 0;
  alt = "";

  constructor(/** @type {any} */ root, /** @type {import("../kit/life.js").Life} */ life) {
    this.node = root.querySelector(".cnnviz-live-chart");
    this.life = life;
    const released = life.later();
    const release = () => {
      this.held = false;
      released.after(50, () => this.draw()); // after Plotly's own handler has zoomed
    };
    life.listen(this.node, "pointerdown", () => (this.held = true), true);
    life.listen(window, "pointerup", release, true);
    life.listen(window, "pointercancel", release, true);
    life.follow(this.node, () => this.resize());
  }

  /** @param {Data} data */
  update({ figure, height, alt, source, recolouring }) {
    this.source = source;
    this.height = height;
    this.node.style.height = `${height}px`;
    this.node.setAttribute("role", "figure");
    this.node.setAttribute("aria-label", alt);
    this.alt = alt;
    const dark = isDark(this.node);
    this.wanted = recolour(figure, recolouring[dark ? "dark" : "light"]);
    return this.draw();
  }

  async draw() {
    if (this.busy || this.held || this.life.ended || this.wanted === this.drawn || !this.node.clientWidth) return;
    this.busy = true;
    const text = this.wanted;
    try {
      if (!this.plotly) this.note("Loading the chart …");
      this.plotly = await loadPlotly(this.source);
      if (this.life.ended) return;
      this.note(null);
      const { data, layout } = JSON.parse(text);
      this.width = this.node.clientWidth;
      Object.assign(layout, { width: this.width, height: this.height, autosize: false });
      const family = getComputedStyle(this.node).fontFamily; // the page's own, at every depth
      for (const part of [layout, layout.template?.layout, layout.template?.layout?.hoverlabel]) {
        if (part) part.font = { ...part.font, family };
      }
      if (TOUCH.matches) layout.dragmode = false; // a finger scrolls the page
      // Made once: with other buttons Plotly would make a new plot.
      this.buttons ??= ["resetScale2d", ...["png", "svg"].map((kind) => saver(this, kind))];
      const bar = { displayModeBar: TOUCH.matches ? false : "hover", modeBarButtons: [this.buttons] };
      await this.plotly.react(this.node, data, layout, { ...CONFIG, ...bar });
      this.drawn = text;
    } catch {
      if (!this.drawn) this.note("The chart could not be loaded; reload the page to try again.");
    } finally {
      this.busy = false;
    }
    if (this.wanted !== text && !this.life.ended) await this.draw();
    else this.resize();
  }

  resize() {
    const width = this.node.clientWidth;
    if (!width || this.life.ended || this.busy) return;
    if (!this.drawn) this.draw();
    else if (width !== this.width && !this.held) {
      this.width = width;
      this.plotly.relayout(this.node, { width });
    }
  }

  note(/** @type {string | null} */ text) {
    const note = this.node.querySelector(":scope > .cnnviz-live-chart-note");
    if (text === null) note?.remove();
    else say(note ?? element("div", "cnnviz-live-chart-note", this.node), text);
  }

  remove() {
    this.plotly?.purge(this.node);
  }
}

export default mount(Chart);
