// The two drawings that are lines and words: the loss with its cursor, and the probabilities as bars.

import { drawn } from "../kit/dom.js";
import { digits, percent } from "../kit/numbers.js";

/**
 * @typedef {[at: number, value: number][]} Points
 * @typedef {object} Curve
 * @property {number} epochs
 * @property {number} bound the highest value that has a place
 * @property {Points} batch
 * @property {Points} smoothed
 * @property {Points} train
 * @property {Points} validation
 *
 * @typedef {{ name: string, color: string, truth: boolean }} Row a class
 */

/** @param {HTMLElement} parent @param {number} width @param {number} height @param {string} label */
function emptySvg(parent, width, height, label) {
  parent.replaceChildren();
  const box = { width, height, viewBox: `0 0 ${width} ${height}` };
  return drawn("svg", { ...box, role: "img", "aria-label": label }, parent);
}

/** The distance of ticks so that there are about so many. @param {number} most @param {number} ticks */
function tickOf(most, ticks) {
  const steps = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
  return steps.find((step) => most / step <= ticks) ?? most / ticks;
}

export class LossChart {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.parent = parent;
  }

  /** @param {Curve} curve @param {string} label */
  fit(curve, label) {
    const [width, height] = [this.parent.clientWidth, this.parent.clientHeight];
    if (width < 40 || height < 40) return;
    const edge = { left: 34, right: 12, top: 8, bottom: 34 };
    const x = (/** @type {number} */ epoch) => edge.left + (epoch / curve.epochs) * (width - edge.left - edge.right);
    const room = height - edge.top - edge.bottom;
    const y = (/** @type {number} */ loss) => height - edge.bottom - (Math.min(loss, curve.bound) / curve.bound) * room;
    const svg = emptySvg(this.parent, width, height, label);
    const step = tickOf(curve.bound, 4);
    for (let loss = 0; loss <= curve.bound + 1e-9; loss += step) {
      drawn("line", { class: "rule", x1: x(0), x2: x(curve.epochs), y1: y(loss), y2: y(loss) }, svg);
      drawn("text", { class: "tick", x: edge.left - 6, y: y(loss) + 4, "text-anchor": "end" }, svg, digits(loss));
    }
    const every = Math.max(1, tickOf(curve.epochs, 10));
    for (let epoch = 0; epoch <= curve.epochs; epoch += every) {
      drawn("text", { class: "tick", x: x(epoch), y: height - edge.bottom + 15, "text-anchor": "middle" }, svg, epoch);
    }
    const middle = x(curve.epochs / 2);
    drawn("text", { class: "tick", x: middle, y: height - 3, "text-anchor": "middle" }, svg, "epoch");
    const place = (/** @type {number} */ at, /** @type {number} */ loss, /** @type {number} */ i) =>
      `${i ? "L" : "M"}${x(at).toFixed(1)} ${y(loss).toFixed(1)}`;
    const path = (/** @type {Points} */ points) => points.map(([at, loss], i) => place(at, loss, i)).join("");
    drawn("path", { class: "batch", d: path(curve.batch) }, svg);
    drawn("path", { class: "smooth", d: path(curve.smoothed) }, svg);
    drawn("path", { class: "held", d: path(curve.validation) }, svg);
    for (const [at, loss] of curve.train) {
      drawn("circle", { class: "dot", cx: x(at), cy: y(loss), r: 3.5 }, svg);
    }
    for (const [at, loss] of curve.validation) {
      const [left, top] = [x(at), y(loss)];
      const d = `M${left} ${top - 5}L${left + 5} ${top}L${left} ${top + 5}L${left - 5} ${top}Z`;
      drawn("path", { class: "diamond", d }, svg);
    }
    this.cursor = drawn("g", { class: "cursor" }, svg);
    drawn("line", { x1: 0, x2: 0, y1: edge.top, y2: height - edge.bottom }, this.cursor);
    this.dot = drawn("circle", { cx: 0, cy: 0, r: 5 }, this.cursor);
    this.x = x;
    this.y = y;
    this.line = curve.smoothed;
  }

  /** Puts the cursor at a position in epochs. @param {number} position */
  paint(position) {
    if (!this.cursor || !this.dot || !this.x || !this.y || !this.line) return;
    this.cursor.setAttribute("transform", `translate(${this.x(position).toFixed(2)} 0)`);
    const { line } = this;
    let after = line.findIndex(([at]) => at >= position);
    if (after < 0) after = line.length - 1;
    const [a, b] = [line[Math.max(0, after - 1)], line[after]];
    this.dot.style.display = b ? "" : "none";
    if (!b) return;
    const share = b[0] > a[0] ? Math.min(1, Math.max(0, (position - a[0]) / (b[0] - a[0]))) : 1;
    this.dot.setAttribute("cy", this.y(a[1] + (b[1] - a[1]) * share).toFixed(2));
  }
}

export class Bars {
  room = 0;

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.parent = parent;
  }

  /** One bar for each row, in an order that stays. @param {Row[]} rows @param {string} label */
  fit(rows, label) {
    const [width, height] = [this.parent.clientWidth, this.parent.clientHeight];
    if (width < 60 || height < 40) return;
    const svg = emptySvg(this.parent, width, height, label);
    const pitch = Math.min(24, height / rows.length);
    const size = Math.max(9, Math.min(13, pitch - 4));
    const longest = Math.max(...rows.map((row) => row.name.length));
    const left = Math.min(0.46 * width, 20 + longest * size * 0.56);
    this.room = width - left - 48;
    this.rows = rows.map((row, index) => {
      const top = index * pitch;
      const group = drawn("g", { class: row.truth ? "share truth" : "share" }, svg);
      const fits = Math.max(3, Math.floor((left - 14) / (size * 0.54)));
      const short = row.name.length > fits ? `${row.name.slice(0, fits - 1)}…` : row.name;
      const named = { x: left - 6, y: top + pitch / 2 + size * 0.36, "text-anchor": "end", "font-size": size };
      const name = drawn("text", { class: "name", ...named }, group, row.truth ? `▸ ${short}` : short);
      drawn("title", {}, name, row.truth ? `${row.name}, the true class` : row.name);
      const box = { x: left, y: top + 2, height: Math.max(4, pitch - 5), rx: 2 };
      drawn("rect", { class: "rail", ...box, width: this.room }, group);
      const bar = drawn("rect", { class: "bar", ...box, width: 0, style: `fill:${row.color}` }, group);
      const value = { x: left + this.room + 5, y: top + pitch / 2 + size * 0.36, "font-size": size };
      return { group, bar, text: drawn("text", { class: "value", ...value }, group) };
    });
  }

  /** One probability a row; partial ones know only the strongest. @param {number[]} shares @param {boolean} partial */
  paint(shares, partial) {
    if (!this.rows) return;
    const best = shares.indexOf(Math.max(...shares));
    this.rows.forEach(({ group, bar, text }, index) => {
      bar.setAttribute("width", Math.max(0, shares[index] * this.room).toFixed(2));
      const said = partial && !shares[index] ? "…" : percent(shares[index]);
      if (text.textContent !== said) text.textContent = said;
      group.classList.toggle("best", index === best);
    });
  }
}
