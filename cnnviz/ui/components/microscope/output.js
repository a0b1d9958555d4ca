// The end of a network: each class's logit, its exponential, and its share of their sum.

import { element } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { exact, closePercent as percent, short } from "../kit/numbers.js";
import { saveButtons } from "../kit/save.js";
import { chip, sign } from "./line.js";
import { enough, fewest, rounded, writtenSum } from "./sums.js";

const SOFTMAX =
  "A softmax makes probabilities of logits: e to the power of each, divided by the sum of all, so that they are " +
  "positive and add up to 100 %. The largest logit is taken off first: it changes no result and keeps numbers small.";
const SIGMOID =
  "A sigmoid makes a probability of one logit: 0 becomes 50 %, large ones come near 100 %, negative ones near 0 %.";
const MOST = 12; // classes in full; of more, the most probable are shown
const LOGIT = 2; // decimals
const SHARE = 3;
const MOST_DECIMALS = 9;

/**
 * @param {HTMLElement} parent @param {number} share @param {string} className @param {number} value
 * @param {string} text
 */
function bar(parent, share, className, value, text) {
  const box = element("div", `bar ${className}`, parent);
  const fill = element("span", "fill", box);
  fill.style.setProperty("--share", String(Math.min(1, Math.abs(share)) || 0));
  if (value < 0) fill.classList.add("negative");
  const number = element("b", "", box, text);
  number.dataset.value = String(value);
  number.title = exact(value);
}

function withSign(/** @type {number} */ logit) {
  return `${logit > 0 ? "+" : ""}${rounded(logit, LOGIT)}`;
}

/**
 * The exponentials of the classes that are shown, the others together, and their sum.
 * @param {Data} data @param {number[]} shown @param {number[]} hidden
 */
function column(data, shown, hidden) {
  const rest = hidden.reduce((total, unit) => total + data.exponentials[unit], 0);
  const list = shown.map((unit) => data.exponentials[unit]);
  return writtenSum(hidden.length ? [...list, rest] : list, data.total[0], SHARE);
}

/**
 * A softmax of one class in steps of which each comes out of the numbers before it: [name, text].
 *
 * @param {number} z
 * @param {number} shift
 * @param {number} e
 * @param {number} total
 * @param {number} share
 */
function softmaxSteps(z, shift, e, total, share) {
  const at = Math.min(Math.max(2, fewest(e)), 8);
  const difference = z - shift;
  const adds = (/** @type {number} */ digits) => {
    const [one, other] = [Number(z.toFixed(digits)), Number(shift.toFixed(digits))];
    return rounded(one - other, digits) === rounded(difference, digits);
  };
  const divides = (/** @type {number} */ count) =>
    percent(Number(e.toFixed(count)) / Number(total.toFixed(count))) === percent(share);
  const places = enough(at, MOST_DECIMALS, divides);
  const grows = (/** @type {number} */ digits) =>
    rounded(Math.exp(Number(difference.toFixed(digits))), places) === rounded(e, places);
  const digits = enough(2, MOST_DECIMALS, (count) => adds(count) && grows(count));
  const taken = shift < 0 ? `(${rounded(shift, digits)})` : rounded(shift, digits);
  return [
    ["logit", `${rounded(z, digits)} − ${taken} = ${rounded(difference, digits)}`],
    ["e to that", e < 1e-6 ? short(e) : rounded(e, places)],
    [`divided by ${rounded(total, places)}`, percent(share)],
  ];
}

/** The same of a sigmoid. @param {number} z @param {number} e @param {number} share */
function sigmoidSteps(z, e, share) {
  const at = Math.min(Math.max(2, fewest(e)), 8);
  const places = enough(at, MOST_DECIMALS, (count) => percent(1 / (1 + Number(e.toFixed(count)))) === percent(share));
  const digits = enough(
    2,
    MOST_DECIMALS,
    (count) => rounded(Math.exp(-Number(z.toFixed(count))), places) === rounded(e, places),
  );
  const text = rounded(e, places);
  return [
    ["logit", rounded(z, digits)],
    ["e to minus that", text],
    [`1 / (1 + ${text})`, percent(share)],
  ];
}

/**
 * @typedef {object} Told numbers that are not finite come as texts
 * @property {string} version
 * @property {"softmax" | "sigmoid"} head
 * @property {string[]} names of the classes
 * @property {number | null} label the true class
 * @property {string | null} other the class of what is left, under a single sigmoid
 * @property {(number | string)[]} logits
 * @property {(number | string)[]} exponentials
 * @property {(number | string)[]} total their sum
 * @property {(number | string)[]} probabilities
 * @property {number | string} shift the largest logit
 * @property {string[]} diverging stops of the scale for signed values
 * @property {import("../kit/save.js").Saved | null} saved
 *
 * @typedef {Record<"logits" | "exponentials" | "total" | "probabilities", number[]>} Lists
 * @typedef {Omit<Told, keyof Lists | "shift"> & Lists & { shift: number }} Data
 */

class Steps {
  /** @type {Data} */ data;
  best = 0;
  pinned = 0;
  /** @type {number[]} classes in full */ shown = [];
  /** @type {number[]} the others */ hidden = [];
  /** @type {HTMLElement[]} */ rows = [];
  line = element("div", "line");

  constructor(/** @type {any} */ parent) {
    const root = parent.querySelector(".steps");
    this.root = root;
    root.onpointerover = (/** @type {any} */ event) => this.point(event.target.closest(".class"));
    root.onpointerleave = () => this.point(null);
    root.onclick = (/** @type {any} */ event) => this.pin(event.target.closest(".class"));
    root.onkeydown = (/** @type {any} */ event) => this.press(event);
  }

  /** @param {Told} told */
  update(told) {
    if (this.data?.version !== told.version) this.take(told);
    saveButtons(this.root, told.saved);
  }

  /** @param {Told} told */
  take(told) {
    const [logits, exponentials] = [told.logits.map(Number), told.exponentials.map(Number)];
    const [total, probabilities] = [told.total.map(Number), told.probabilities.map(Number)];
    this.data = { ...told, logits, exponentials, total, probabilities, shift: Number(told.shift) };
    this.best = probabilities.indexOf(Math.max(...probabilities));
    const order = probabilities.map((_, unit) => unit);
    if (order.length > MOST) order.sort((one, other) => probabilities[other] - probabilities[one]);
    this.shown = order.slice(0, MOST);
    this.hidden = order.slice(MOST);
    this.pinned = Math.max(0, this.shown.indexOf(this.best));
    this.build();
    this.tell(this.pinned);
  }

  get softmax() {
    return this.data.head === "softmax";
  }

  build() {
    const { data, root } = this;
    root.replaceChildren();
    root.style.setProperty("--negative", data.diverging[2]);
    root.style.setProperty("--positive", data.diverging[8]);
    const heads = element("div", "heads", root);
    const shift = data.shift < 0 ? `+ ${rounded(-data.shift, LOGIT)}` : `− ${rounded(data.shift, LOGIT)}`;
    this.written = this.softmax ? column(data, this.shown, this.hidden) : null;
    const sum = this.written?.total;
    const words = this.softmax
      ? ["class", "logit z", `e to the (z ${shift})`, `divided by their sum ${sum}`]
      : ["class", "logit z", "e to the (−z)", "1 / (1 + that)"];
    for (const text of words) element("span", "", heads, text);
    const list = element("div", "classes", root);
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Classes");
    list.tabIndex = 0;
    const logits = data.logits.filter(Number.isFinite).map(Math.abs);
    const [most, exponent] = [Math.max(...logits, 1e-9), Math.max(...data.exponentials, 1e-9)];
    this.rows = this.shown.map((unit, at) => {
      const row = element("div", "class", list);
      row.setAttribute("role", "option");
      const name = element("div", "name", row);
      element("span", "text cut", name, data.names[unit]);
      const label = data.other === null ? unit : unit + 1;
      if (data.label === label) element("small", "", name, "true class");
      bar(row, data.logits[unit] / most, "both", data.logits[unit], withSign(data.logits[unit]));
      const text = this.written?.terms[at] ?? short(data.exponentials[unit]);
      bar(row, data.exponentials[unit] / exponent, "one", data.exponentials[unit], text);
      bar(row, data.probabilities[unit], "share", data.probabilities[unit], percent(data.probabilities[unit]));
      row.classList.toggle("best", unit === this.best && data.names.length > 1);
      return row;
    });
    if (this.hidden.length) {
      const rest = this.hidden.reduce((total, unit) => total + data.probabilities[unit], 0);
      const share = this.softmax ? `: ${percent(rest)} together` : ""; // those of sigmoids add up to nothing
      element("p", "rest caption", root, `and ${this.hidden.length} more classes${share}`);
    }
    this.line = element("div", "line", root);
    this.line.setAttribute("aria-live", "polite");
    element("p", "caption", root, this.caption());
  }

  caption() {
    if (this.softmax) return SOFTMAX;
    const { other } = this.data;
    return `${SIGMOID} ${other === null ? "They need not add up to 100 %." : `What is left is the probability of ${other}.`}`;
  }

  point(/** @type {any} */ row) {
    this.tell(row ? this.rows.indexOf(row) : this.pinned);
  }

  pin(/** @type {any} */ row) {
    if (!row) return;
    this.pinned = this.rows.indexOf(row);
    this.tell(this.pinned);
  }

  press(/** @type {any} */ event) {
    const step = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1 })[event.key];
    if (!step) return;
    event.preventDefault();
    this.pinned = Math.max(0, Math.min(this.rows.length - 1, this.pinned + step));
    this.tell(this.pinned);
  }

  /** One class in full, with its real numbers. @param {number} at */
  tell(at) {
    const { data } = this;
    const unit = this.shown[at];
    this.rows.forEach((row, number) => {
      row.classList.toggle("here", number === at);
      row.setAttribute("aria-selected", String(number === this.pinned));
    });
    const [z, e, p] = [data.logits[unit], data.exponentials[unit], data.probabilities[unit]];
    const parts = this.softmax ? softmaxSteps(z, data.shift, e, data.total[0], p) : sigmoidSteps(z, e, p);
    this.line.replaceChildren();
    element("strong", "", this.line, data.names[unit]);
    parts.forEach(([name, text], number) => {
      if (number) sign(this.line, "→");
      chip(this.line, name, text);
    });
  }
}

export default mount(Steps);
