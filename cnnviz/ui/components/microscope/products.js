// Between input and output: for each channel its patch, the kernel, the products of the two, and their sum.

import { brush } from "../kit/canvas.js";
import { button, element } from "../kit/dom.js";
import { exact, short, signed } from "../kit/numbers.js";
import { chip, sign } from "./line.js";
import { inCell, NARROW, ROWS, strongest, tiny, writtenFactors } from "./sums.js";

/**
 * @typedef {import("./arithmetic.js").Bench} Bench
 * @typedef {import("./arithmetic.js").Part} Part
 * @typedef {import("./arithmetic.js").Terms} Terms
 * @typedef {import("./map.js").Scales} Scales
 * @typedef {import("./map.js").Scale} Scale
 * @typedef {ReturnType<typeof import("./sums.js").addedUp>} Sum
 * @typedef {import("./sums.js").Written} Written
 */

/** A number of a cell; where it is long, without its leading zero. @param {string} text */
function narrow(text) {
  return text.length > 6 ? text.replace("0.", ".") : text;
}

export class Products {
  /** @type {Bench} */ bench;
  /** @type {Terms | undefined} */ terms;
  /** @type {Sum} */ written;
  /** @type {Part[]} */ shown = [];
  /** @type {ReturnType<Products["row"]>[]} */ rows = [];
  pooling = false;
  large = false;

  /**
   * `on.cell(cell)` is told what the pointer is over (or null); `on.channel(k)` which channel was clicked.
   * @param {any} root @param {any} on
   */
  constructor(root, on) {
    this.root = root;
    this.heads = root.querySelector(".heads");
    this.list = root.querySelector(".rows");
    this.told = root.querySelector(".cell-line");
    this.list.onpointerover = (/** @type {any} */ event) => this.point(event.target.closest(".cell"), on);
    this.list.onpointerleave = () => this.point(null, on);
    this.list.onclick = (/** @type {any} */ event) => {
      const name = event.target.closest("button.channel");
      if (name) on.channel(Number(name.dataset.k));
      else this.point(event.target.closest(".cell"), on);
    };
  }

  /** Make the rows for a bench; nothing of them moves afterwards. @param {Bench} bench */
  build(bench) {
    this.bench = bench;
    this.pooling = bench.kind === "max" || bench.kind === "average";
    this.large = this.pooling || bench.columns <= NARROW;
    this.root.classList.toggle("small", !this.large);
    this.root.classList.toggle("widest", bench.columns > 5);
    this.root.classList.toggle("single", this.large && bench.channels.length === 1);
    this.root.style.setProperty("--across", bench.columns);
    this.list.replaceChildren();
    this.told.textContent = "";
    const grids = this.pooling ? ["window"] : ["patch", "kernel", "product"];
    const product = this.large ? "products" : "products, in short";
    /** @type {Record<string, string>} */
    const words = { window: "the window", patch: "patch", kernel: "kernel", product };
    this.heads.replaceChildren();
    grids.forEach((grid, at) => {
      if (at) element("span", "sign", this.heads, at === 1 ? "×" : "=");
      element("span", `head ${grid}`, this.heads, words[grid]);
    });
    const count = bench.channels.length <= ROWS + 1 ? bench.channels.length : ROWS;
    this.rows = Array.from({ length: count }, () => this.row(grids));
  }

  /** @param {string[]} grids */
  row(grids) {
    const row = element("div", "row", this.list);
    const top = element("div", "top", row);
    const name = button("channel", top);
    const sum = element("span", "sum", top);
    const body = element("div", "grids", row);
    /** @type {Record<string, HTMLElement[]>} */
    const cells = {};
    grids.forEach((grid, at) => {
      if (at) element("span", "sign", body, at === 1 ? "×" : "=");
      const box = element("div", `grid ${grid}`, body);
      cells[grid] = Array.from({ length: this.bench.cells }, (_, cell) => {
        const square = element(this.bench.kind === "playground" && grid === "kernel" ? "input" : "span", "cell", box);
        Object.assign(square.dataset, { grid, cell });
        return square;
      });
    });
    return { row, name, sum, cells };
  }

  /**
   * Write the numbers of one output pixel.
   *
   * @param {Terms} terms
   * @param {Sum} written
   * @param {Scales} scales
   * @param {number | null} chosen
   * @param {number | null} lit the channel that the input map shows
   */
  fill(terms, written, scales, chosen, lit) {
    Object.assign(this, { terms, written });
    this.shown = this.pooling ? terms.parts : strongest(terms.parts, chosen);
    this.shown.forEach((part, at) => {
      const made = this.rows[at];
      made.row.dataset.k = String(part.k);
      made.name.textContent = part.channel;
      made.name.dataset.k = String(part.k);
      made.name.disabled = terms.parts.length === 1;
      made.name.setAttribute("aria-pressed", String(part.k === lit && terms.parts.length > 1));
      made.name.title = made.name.disabled ? "" : `Show ${part.channel} on the input`;
      if (this.pooling) return this.window(made, terms, scales);
      const row = written.rows.get(part.k);
      if (!row) return;
      const { total, terms: products, patch } = row;
      made.sum.textContent = `sum ${part.sum > 0 ? "+" : ""}${total}`;
      made.sum.title = exact(part.sum);
      terms.where.forEach((place, cell) => {
        this.cell(made.cells.patch[cell], part.patch[cell], scales.patch, place < 0, patch?.[cell]);
        this.cell(made.cells.kernel[cell], part.kernel[cell], scales.kernel, false);
        this.cell(made.cells.product[cell], part.products[cell], scales.product, place < 0, products[cell]);
      });
    });
  }

  /** @param {ReturnType<Products["row"]>} made @param {Terms} terms @param {Scales} scales */
  window(made, terms, scales) {
    made.sum.textContent = "";
    terms.where.forEach((place, cell) => {
      const text = this.written.terms[terms.inside.indexOf(cell)];
      const square = made.cells.window[cell];
      this.cell(square, terms.patch[cell], scales.patch, place < 0, text);
      if (place < 0) square.textContent = "";
      square.classList.toggle("winner", this.bench.kind === "max" && cell === terms.winner);
    });
  }

  /**
   * Wide kernels have room for short numbers only.
   *
   * @param {HTMLElement} square
   * @param {number} value
   * @param {Scale} scale
   * @param {boolean} padded
   * @param {string} [written] what the value is among those it is added up with
   */
  cell(square, value, scale, padded, written) {
    if (square.localName === "input") return scale.paint(square, value); // its text is the person's
    square.classList.toggle("padded", padded);
    const numbered = this.large || square.dataset.grid === "product";
    const text = !numbered ? "" : this.large ? narrow(written ?? inCell(value)) : tiny(value);
    square.textContent = text;
    square.classList.toggle("long", text.length > (this.large ? 6 : 4));
    if (padded) Object.assign(square.style, { background: "", color: "" });
    else scale.paint(square, value);
  }

  /**
   * One cell in words, and the same cell of the other grids and of the input marked.
   * @param {any} square @param {any} on
   */
  point(square, on) {
    for (const marked of this.list.querySelectorAll(".cell.here")) marked.classList.remove("here");
    if (!square || !this.terms) {
      this.told.textContent = "";
      return on.cell(null);
    }
    const row = square.closest(".row");
    const [k, cell] = [Number(row.dataset.k), Number(square.dataset.cell)];
    for (const same of row.querySelectorAll(`.cell[data-cell="${cell}"]`)) same.classList.add("here");
    const part = this.terms.parts[k];
    const place = this.terms.where[cell];
    const { width } = this.bench;
    const where = place < 0 ? "padding" : `row ${Math.floor(place / width)}, column ${place % width}`;
    const product = `${exact(part.patch[cell])} × ${exact(part.kernel[cell])} = ${exact(part.products[cell])}`;
    square.title = this.pooling ? exact(part.patch[cell]) : product;
    const number = this.pooling ? short(part.patch[cell]) : this.product(part, cell);
    this.told.textContent = `${number} · ${part.channel}, ${where}`;
    on.cell(cell);
  }

  /**
   * One product with as many decimals of its factors as it takes to come out.
   * @param {Part} part @param {number} cell
   */
  product({ k, patch, kernel, products }, cell) {
    if (![patch[cell], kernel[cell]].every(Number.isFinite)) return `${short(patch[cell])} × ${short(kernel[cell])}`;
    const decimals = this.written.rows.get(k)?.decimals ?? 2;
    const [value, weight, product] = writtenFactors(patch[cell], kernel[cell], products[cell], decimals);
    return `${value} × ${weight} = ${product}`;
  }
}

// ---- What every input channel adds to one output pixel, as bars: up is positive. For layers with many channels.

const HEIGHT = 44; // CSS pixels

export class Bars {
  /** @type {Terms | undefined} */ terms;
  /** @type {Scale} */ scale;
  /** @type {Set<number>} */ shown = new Set();

  /** @param {any} root @param {any} ink @param {(position: number) => void} onpick */
  constructor(root, ink, onpick) {
    this.root = root;
    this.ink = ink;
    this.canvas = root.querySelector("canvas");
    this.name = root.querySelector(".all-name");
    this.canvas.onpointermove = (/** @type {PointerEvent} */ event) => this.tell(this.at(event));
    this.canvas.onpointerleave = () => this.tell(null);
    this.canvas.onclick = (/** @type {PointerEvent} */ event) => {
      const part = this.at(event);
      if (part) onpick(part.k);
    };
  }

  /** @param {Terms} terms @param {Part[]} shown @param {Scale} scale */
  fill(terms, shown, scale) {
    Object.assign(this, { terms, scale, shown: new Set(shown.map((part) => part.k)) });
    this.paint();
    this.tell(null);
  }

  paint() {
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(this.root.clientWidth * ratio);
    const height = HEIGHT * ratio;
    if (!width || !this.terms) return;
    if (this.canvas.width !== width) Object.assign(this.canvas, { width, height });
    this.canvas.style.height = `${HEIGHT}px`;
    const context = brush(this.canvas);
    context.clearRect(0, 0, width, height);
    const sums = this.terms.parts.map((part) => part.sum);
    const limit = Math.max(...sums.map((sum) => (Number.isFinite(sum) ? Math.abs(sum) : 0))) || 1;
    const step = width / sums.length;
    const gap = step > 4 * ratio ? ratio : 0;
    sums.forEach((sum, k) => {
      const size = Number.isFinite(sum) ? Math.max(ratio, (Math.abs(sum) / limit) * (height / 2 - 3 * ratio)) : 0;
      const color = this.scale.color(sum > 0 ? this.scale.high * 0.7 : this.scale.low * 0.7);
      context.globalAlpha = this.shown.has(k) ? 1 : 0.45;
      context.fillStyle = `rgb(${color.join(" ")})`;
      context.fillRect(k * step, sum > 0 ? height / 2 - size : height / 2, step - gap, size);
      if (this.shown.has(k)) {
        context.fillStyle = this.ink("accent");
        context.fillRect(k * step, height - 2 * ratio, step - gap, 2 * ratio);
      }
    });
    context.globalAlpha = 1;
    context.fillStyle = this.ink("muted");
    context.fillRect(0, Math.round(height / 2), width, Math.max(1, Math.round(ratio / 2)));
  }

  at(/** @type {PointerEvent} */ event) {
    const box = this.canvas.getBoundingClientRect();
    const parts = this.terms?.parts ?? [];
    return parts[Math.floor(((event.clientX - box.left) / box.width) * parts.length)] ?? null;
  }

  /** @param {Part | null} part */
  tell(part) {
    const all = `What each of the ${this.terms?.parts.length} channels adds`;
    const text = part ? `${part.channel}: ${signed(part.sum)}` : all;
    this.name.textContent = text;
    if (!part) this.canvas.setAttribute("aria-label", text);
  }
}

// ---- The one line under it all: the channels' sums, plus the bias, the pre-activation, and after the activation.

/** @type {Record<string, string>} */
const FUNCTIONS = {
  relu: "ReLU",
  relu6: "ReLU6",
  leaky_relu: "leaky ReLU",
  gelu: "GELU",
  elu: "ELU",
  selu: "SELU",
  silu: "SiLU",
};

/** @param {string} name */
export function functionName(name) {
  return FUNCTIONS[name] ?? name;
}

/**
 * @param {HTMLElement} line
 * @param {string} name
 * @param {number} value
 * @param {{ scale: Scale, text: string, role: string }} look
 */
function painted(line, name, value, { scale, text, role }) {
  const number = chip(line, name, text, role);
  number.dataset.value = String(value);
  number.title = exact(value);
  scale.paint(number, value);
}

/**
 * Draw the line of a convolution, and return it in words.
 *
 * @param {HTMLElement} line
 * @param {Bench} bench
 * @param {Terms} terms
 * @param {Scales} scales
 * @param {Sum} written
 */
export function sumLine(line, bench, terms, scales, written) {
  line.replaceChildren();
  /** @type {string[]} */
  const words = [];
  written.list.forEach(([name, value, role], at) => {
    const text = written.terms[at];
    if (at) sign(line, text.startsWith("−") ? "−" : "+");
    const shown = at ? text.replace("−", "") : text;
    painted(line, name, value, { scale: role === "term" ? scales.product : scales.sum, text: shown, role });
    words.push(`${name} ${value > 0 ? "+" : ""}${text}`.trim());
  });
  sign(line, "=");
  const alone = bench.kind === "playground" || bench.function === "linear";
  const result = { scale: scales.sum, role: "before", text: written.total };
  painted(line, alone ? "output" : "pre-activation", terms.before, result);
  words.push(`${alone ? "output" : "sum"} ${written.total}`);
  if (!alone) {
    const arrow = element("span", "op arrow", line);
    element("small", "", arrow, functionName(bench.function));
    element("b", "", arrow, "→");
    painted(line, "activation", terms.after, { scale: scales.after, role: "after", text: written.after });
    words.push(`after ${functionName(bench.function)} ${written.after}`);
  }
  return words.join(", ");
}

/**
 * How far one input pixel reaches, in words.
 * @param {Bench} bench @param {import("./map.js").Place} place @param {number} count
 */
export function reachWords(bench, [row, column], count) {
  const value = bench.channels.length === 1 ? ` (${exact(bench.values[row * bench.width + column])})` : "";
  return `Input row ${row}, column ${column}${value} reaches ${count} output ${count === 1 ? "pixel" : "pixels"}`;
}

/**
 * Draw the line of a pooling, and return it in words.
 *
 * @param {HTMLElement} line
 * @param {Bench} bench
 * @param {Terms} terms
 * @param {Scales} scales
 * @param {Written} written
 */
export function poolLine(line, bench, terms, scales, written) {
  line.replaceChildren();
  const largest = bench.kind === "max";
  element("span", "op word", line, largest ? "the largest of" : "the mean of");
  terms.inside.forEach((cell, at) => {
    const text = written.terms[at];
    const role = largest && cell === terms.winner ? "term wins" : "term";
    painted(line, "", terms.patch[cell], { scale: scales.patch, text, role });
  });
  sign(line, "=");
  painted(line, "output", terms.after, { scale: scales.after, text: written.total, role: "after" });
  return `${largest ? "The largest" : "The mean"} of ${written.terms.join(", ")} is ${written.total}`;
}
