// The curve: probability of some classes against one dial, with a cursor where the dial stands.

import { drawn } from "../kit/dom.js";
import { minus } from "../kit/numbers.js";

const MARGIN = { left: 44, right: 12, top: 8, bottom: 26 };
const HEIGHT = 214;

/**
 * @typedef {{ name: string, unit: string, least: number, most: number, step: number }} Dial
 * @typedef {{ name: string, colors: [string, string], shares: number[] }} Line `colors` for the light and the dark theme
 * @typedef {{ places: number[], lines: Line[], threshold: number | null }} Drawn `places` are values of the dial, ascending
 */

/**
 * The share of a line at a value between two places.
 * @param {number[]} places @param {number[]} shares @param {number} value
 */
export function shareAt(places, shares, value) {
  const after = places.findIndex((place) => place >= value);
  if (after <= 0) return shares[after < 0 ? shares.length - 1 : 0];
  const part = (value - places[after - 1]) / (places[after] - places[after - 1]);
  return shares[after - 1] + part * (shares[after] - shares[after - 1]);
}

/**
 * A dial's value for reading: `+0.25`, `−30°`, `1.2 times`.
 * @param {{ name: string, unit: string }} dial @param {number} value
 */
export function dialWords({ name, unit }, value) {
  const digits = name === "rotation" ? 0 : name === "blur" ? 1 : 2;
  const signed = ["contrast", "blur", "noise"].includes(name) ? "" : value > 0 ? "+" : "";
  return minus(`${signed}${value.toFixed(digits)}`) + (unit === "°" ? "°" : "");
}

export class Curve {
  /** @type {Dial} */ dial;
  width = 0;
  inner = 0; // of the width

  /** @param {SVGElement} svg */
  constructor(svg) {
    this.svg = svg;
  }

  /**
   * Draws all of it; `at` is the value of the cursor, `hovered` that of the pointer or null.
   * @param {Dial} dial @param {Drawn} drawing
   * @param {number} at @param {number | null} hovered @param {number} width
   */
  draw(dial, { places, lines, threshold }, at, hovered, width) {
    Object.assign(this, { dial, width, inner: width - MARGIN.left - MARGIN.right });
    this.svg.replaceChildren();
    const size = { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` };
    for (const [key, value] of Object.entries(size)) this.svg.setAttribute(key, String(value));
    this.axes();
    for (const { name, colors, shares } of lines) {
      const points = places.map((place, n) => `${this.x(place).toFixed(1)},${this.y(shares[n]).toFixed(1)}`).join(" ");
      const line = drawn("polyline", { points, class: "line" }, this.svg);
      line.style.stroke = `light-dark(${colors.join(", ")})`;
      drawn("title", {}, line, name);
    }
    if (threshold !== null) this.across(this.y(threshold), "least");
    if (hovered !== null) this.down(this.x(hovered), "pointer");
    this.down(this.x(at), "cursor");
    for (const { colors, shares } of lines) {
      const place = { cx: this.x(at), cy: this.y(shareAt(places, shares, at)) };
      const dot = drawn("circle", { ...place, r: 4, class: "dot" }, this.svg);
      dot.style.fill = `light-dark(${colors.join(", ")})`;
    }
  }

  axes() {
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      this.across(this.y(share), "grid");
      const place = { x: MARGIN.left - 8, y: this.y(share) + 4, class: "tick", "text-anchor": "end" };
      drawn("text", place, this.svg, `${100 * share} %`);
    }
    const { least, most } = this.dial;
    for (const part of [0, 0.25, 0.5, 0.75, 1]) {
      const value = least + part * (most - least);
      const anchor = part === 0 ? "start" : part === 1 ? "end" : "middle";
      const place = { x: this.x(value), y: HEIGHT - 8, class: "tick", "text-anchor": anchor };
      drawn("text", place, this.svg, dialWords(this.dial, value));
    }
  }

  across(/** @type {number} */ y, /** @type {string} */ className) {
    const [x1, x2] = [MARGIN.left, this.width - MARGIN.right];
    drawn("line", { x1, x2, y1: y, y2: y, class: className }, this.svg);
  }

  down(/** @type {number} */ x, /** @type {string} */ className) {
    const [y1, y2] = [MARGIN.top, HEIGHT - MARGIN.bottom];
    drawn("line", { x1: x, x2: x, y1, y2, class: className }, this.svg);
  }

  x(/** @type {number} */ value) {
    const { least, most } = this.dial;
    return MARGIN.left + (this.inner * (Math.min(Math.max(value, least), most) - least)) / (most - least);
  }

  y(/** @type {number} */ share) {
    return MARGIN.top + (HEIGHT - MARGIN.top - MARGIN.bottom) * (1 - share);
  }

  /** The dial's value under the pointer, in its steps. @param {PointerEvent} event */
  valueAt(event) {
    const { least, most, step } = this.dial;
    const part = (event.clientX - this.svg.getBoundingClientRect().left - MARGIN.left) / this.inner;
    const value = least + Math.min(Math.max(part, 0), 1) * (most - least);
    return Number((Math.round(value / step) * step).toFixed(4));
  }
}
