// What a map shows: every point's classes, which of them are shown and chosen, and which lie near a place.

import { numbers } from "../kit/bytes.js";
import { percent } from "../kit/numbers.js";
import { rgbOf, themed } from "../kit/streamlit.js";

/**
 * @typedef {{ css: string, rgb: number[] }} Colour in the page's theme
 * @typedef {{ token: string, name: string, cross: boolean, color: string | null }} Item of the legend
 * @typedef {[light: string, dark: string]} Pair
 *
 * @typedef {object} Points
 * @property {string} places base64 of float32, x and y of each in turn
 * @property {string} labels base64 of uint16, as are the two that follow
 * @property {string} predicted
 * @property {string} confidence where 65,535 is 1
 * @property {"true" | "predicted" | "right"} colour what the colours tell
 * @property {{ name: string, colors: Pair }[]} classes
 * @property {Pair} right
 * @property {Pair} wrong
 */

export class Scene {
  count = 0;
  chosen = new Uint8Array();
  chosenCount = 0;
  anyChosen = false;
  shown = new Uint8Array();
  visible = 0;
  /** @type {ArrayLike<number>} where the points are now, on their way to where they are `wanted` */
  places = new Float32Array();
  wanted = new Float32Array();
  labels = new Uint16Array();
  predicted = new Uint16Array();
  confidence = new Uint16Array();
  wrong = new Uint8Array();
  /** @type {ArrayLike<number>} which of the colours each point has */ group = [];
  /** @type {Colour[]} */ colors = [];
  /** @type {Points["classes"]} */ classes = [];
  by = this.labels; // the classes that the legend shows and hides
  /** @type {Item[][]} */ legend = [];
  /** @type {Colour} */ ink;
  /** @type {Colour} */ halo;
  /** @type {Colour} */ bad;

  /** @param {import("./view.js").Viewport} view */
  constructor(view) {
    this.view = view;
  }

  /** @param {Points} data */
  load(data) {
    this.wanted = numbers(data.places, Float32Array);
    this.labels = numbers(data.labels, Uint16Array);
    this.predicted = numbers(data.predicted, Uint16Array);
    this.confidence = numbers(data.confidence, Uint16Array);
    if (this.count !== this.labels.length) this.choose(null);
    this.count = this.labels.length;
    this.wrong = Uint8Array.from(this.labels, (label, i) => Number(label !== this.predicted[i]));
  }

  /** Which colour each point has, and what the legend says about it. @param {Points} data @param {HTMLElement} root */
  color({ colour, classes, right, wrong }, root) {
    const of = (/** @type {string} */ value) => {
      const css = themed(root, value);
      return { css, rgb: rgbOf(css) };
    };
    const dark = of("light-dark(#000000, #ffffff)").rgb[0] > 0;
    const ours = (/** @type {Pair} */ pair) => of(pair[dark ? 1 : 0]);
    this.ink = of("var(--st-text-color)");
    this.halo = of("var(--st-background-color)");
    this.bad = ours(wrong);
    const byMark = colour === "right";
    this.classes = classes;
    this.by = colour === "predicted" ? this.predicted : this.labels;
    this.group = byMark ? this.wrong : this.by;
    const ofClasses = classes.map((one) => ours(one.colors));
    const ofMarks = [ours(right), this.bad];
    this.colors = byMark ? ofMarks : ofClasses;
    const muted = of("var(--cnnviz-muted)").css;
    const marks = ["right", "wrong"].map((name, n) => {
      return { token: name, name, cross: n === 1, color: byMark ? ofMarks[n].css : muted };
    });
    const named = classes.map(({ name }, n) => {
      return { token: String(n), name, cross: false, color: byMark ? null : ofClasses[n].css };
    });
    this.legend = [marks, named];
  }

  /** @param {Set<string>} hidden tokens of the legend */
  show(hidden) {
    const marks = [!hidden.has("right"), !hidden.has("wrong")];
    const classes = this.classes.map((_, i) => !hidden.has(String(i)));
    this.visible = 0;
    this.shown = Uint8Array.from(this.wrong, (wrong, i) => Number(marks[wrong] && classes[this.by[i]]));
    for (const one of this.shown) this.visible += one;
    this.countChosen();
  }

  /** @param {Uint8Array<ArrayBuffer> | null} chosen */
  choose(chosen) {
    this.chosen = chosen ?? new Uint8Array();
    this.countChosen();
  }

  /** Points that are hidden are not chosen, until they are shown again. */
  countChosen() {
    this.chosenCount = 0;
    for (let i = 0; i < this.chosen.length; i++) this.chosenCount += this.chosen[i] && this.shown[i] ? 1 : 0;
    this.anyChosen = this.chosenCount > 0;
  }

  /** How many there are by token of the legend. @param {boolean} chosenOnly */
  counts(chosenOnly) {
    const found = new Map();
    const add = (/** @type {string} */ token) => found.set(token, (found.get(token) ?? 0) + 1);
    for (let i = 0; i < this.count; i++) {
      if (chosenOnly && !(this.chosen[i] && this.shown[i])) continue;
      add(this.wrong[i] ? "wrong" : "right");
      add(String(this.by[i]));
    }
    return found;
  }

  /** From where to where the points that are shown reach, in x and in y, but for the outermost of a thousand. */
  reach() {
    return [0, 1].map((axis) => {
      const values = Float32Array.from(this.places)
        .filter((_, i) => i % 2 === axis && this.shown[i >> 1])
        .sort();
      const out = Math.floor(values.length / 1000);
      return [values[out], values[values.length - 1 - out]];
    });
  }

  /** @param {number} number */
  told(number) {
    const [label, guess] = [this.labels[number], this.predicted[number]];
    return {
      number,
      truth: this.classes[label].name,
      guess: this.classes[guess].name,
      percent: percent(this.confidence[number] / 65535),
      right: label === guess,
    };
  }

  /**
   * The points nearest to a place on the screen, nearest first; distances in CSS pixels.
   * @param {number} left @param {number} top @param {number} most
   */
  nearest(left, top, most) {
    const { view, places, shown } = this;
    const [x, y] = view.unit(left, top);
    /** @type {{ number: number, square: number }[]} */
    const found = [];
    let limit = Infinity;
    for (let i = 0; i < this.count; i++) {
      if (!shown[i]) continue;
      const [right, up] = [places[2 * i] - x, places[2 * i + 1] - y];
      const square = right * right + up * up;
      if (square >= limit) continue;
      found.push({ number: i, square });
      if (found.length >= 4 * most + 64) {
        found.sort((a, b) => a.square - b.square).length = most;
        limit = found[most - 1].square;
      }
    }
    found.sort((a, b) => a.square - b.square);
    return found.slice(0, most).map(({ number, square }) => ({ number, distance: Math.sqrt(square) * view.scale }));
  }

  /**
   * The next point from a place in a direction; undefined where there is none.
   *
   * @param {number[]} place
   * @param {number[]} way
   * @param {number} [from]
   */
  towards([left, top], [right, down], from) {
    const { view, places, shown } = this;
    /** @type {number | undefined} */
    let best;
    let least = Infinity;
    for (let i = 0; i < this.count; i++) {
      if (!shown[i] || i === from) continue;
      const [dx, dy] = [view.left(places[2 * i]) - left, view.top(places[2 * i + 1]) - top];
      const along = dx * right + dy * down;
      const cost = along + 3 * Math.abs(dx * down + dy * right);
      if ((along > 0.5 || from === undefined) && Math.abs(cost) < least) [best, least] = [i, Math.abs(cost)];
    }
    return best;
  }
}
