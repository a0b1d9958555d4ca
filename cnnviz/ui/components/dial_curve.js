// The curve: probability of some classes against one dial, with a cursor where the dial stands.

const CURVE_SPACE = "http://www.w3.org/2000/svg";
const CURVE_MARGIN = { left: 44, right: 12, top: 8, bottom: 26 };
const CURVE_HEIGHT = 214;

function drawn(name, parent, attributes, text) {
  const node = document.createElementNS(CURVE_SPACE, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
}

/** The share of a line at a value between two places. */
export function shareAt(places, shares, value) {
  const after = places.findIndex((place) => place >= value);
  if (after <= 0) return shares[after < 0 ? shares.length - 1 : 0];
  const part = (value - places[after - 1]) / (places[after] - places[after - 1]);
  return shares[after - 1] + part * (shares[after] - shares[after - 1]);
}

/** A dial's value for reading: `+0.25`, `−30°`, `1.2 times`. */
export function dialWords({ name, unit }, value) {
  const digits = name === "rotation" ? 0 : name === "blur" ? 1 : 2;
  const signed = ["contrast", "blur", "noise"].includes(name) ? "" : value > 0 ? "+" : "";
  return `${signed}${value.toFixed(digits)}`.replace("-", "−") + (unit === "°" ? "°" : "");
}

export class Curve {
  constructor(svg) {
    this.svg = svg;
  }

  /** Draws all of it; `at` is the value of the cursor, `hovered` that of the pointer or null. */
  draw(dial, { places, lines, threshold }, at, hovered, width) {
    Object.assign(this, { dial, width, inner: width - CURVE_MARGIN.left - CURVE_MARGIN.right });
    this.svg.replaceChildren();
    for (const [key, value] of [["width", width], ["height", CURVE_HEIGHT], ["viewBox", `0 0 ${width} ${CURVE_HEIGHT}`]]) this.svg.setAttribute(key, value);
    this.axes();
    for (const { name, colors, shares } of lines) {
      const points = places.map((place, n) => `${this.x(place).toFixed(1)},${this.y(shares[n]).toFixed(1)}`).join(" ");
      const line = drawn("polyline", this.svg, { points, class: "line" });
      line.style.stroke = `light-dark(${colors.join(", ")})`;
      drawn("title", line, {}, name);
    }
    if (threshold !== null) this.across(this.y(threshold), "least");
    if (hovered !== null) this.down(this.x(hovered), "pointer");
    this.down(this.x(at), "cursor");
    for (const { colors, shares } of lines) {
      const dot = drawn("circle", this.svg, { cx: this.x(at), cy: this.y(shareAt(places, shares, at)), r: 4, class: "dot" });
      dot.style.fill = `light-dark(${colors.join(", ")})`;
    }
  }

  axes() {
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      this.across(this.y(share), "grid");
      const place = { x: CURVE_MARGIN.left - 8, y: this.y(share) + 4, class: "tick", "text-anchor": "end" };
      drawn("text", this.svg, place, `${100 * share} %`);
    }
    const { least, most } = this.dial;
    for (const part of [0, 0.25, 0.5, 0.75, 1]) {
      const value = least + part * (most - least);
      const anchor = part === 0 ? "start" : part === 1 ? "end" : "middle";
      drawn("text", this.svg, { x: this.x(value), y: CURVE_HEIGHT - 8, class: "tick", "text-anchor": anchor }, dialWords(this.dial, value));
    }
  }

  across(y, className) {
    drawn("line", this.svg, { x1: CURVE_MARGIN.left, x2: this.width - CURVE_MARGIN.right, y1: y, y2: y, class: className });
  }

  down(x, className) {
    drawn("line", this.svg, { x1: x, x2: x, y1: CURVE_MARGIN.top, y2: CURVE_HEIGHT - CURVE_MARGIN.bottom, class: className });
  }

  x(value) {
    const { least, most } = this.dial;
    return CURVE_MARGIN.left + (this.inner * (Math.min(Math.max(value, least), most) - least)) / (most - least);
  }

  y(share) {
    return CURVE_MARGIN.top + (CURVE_HEIGHT - CURVE_MARGIN.top - CURVE_MARGIN.bottom) * (1 - share);
  }

  /** The dial's value under the pointer, in its steps. */
  valueAt(event) {
    const { least, most, step } = this.dial;
    const part = (event.clientX - this.svg.getBoundingClientRect().left - CURVE_MARGIN.left) / this.inner;
    const value = least + Math.min(Math.max(part, 0), 1) * (most - least);
    return Number((Math.round(value / step) * step).toFixed(4));
  }
}
