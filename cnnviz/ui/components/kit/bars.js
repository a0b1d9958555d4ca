// Probabilities of classes as bars that glide to where they belong; each is a button that asks for its class.

import { button, element, matchCount, say } from "./dom.js";

/**
 * @typedef {object} ClassBar the probability of a class
 * @property {number} index
 * @property {string} name
 * @property {number} share
 * @property {string} percent
 * @property {boolean} explained
 * @property {boolean} [truth] whether it is the true class
 * @property {number | null} [before] what it was with all dials at rest
 */

function makeBar(/** @type {HTMLElement} */ list) {
  const node = button("bar", list);
  const name = element("span", "name cut", node);
  const truth = element("span", "truth", node, "true");
  const track = element("span", "track", node);
  const [fill, before, least] = ["fill", "before", "least"].map((part) => element("span", part, track));
  return { node, name, truth, fill, before, least, percent: element("span", "percent", node) };
}

export class ClassBars {
  /** @type {ReturnType<typeof makeBar>[]} */ bars = [];

  /** @param {HTMLElement} list */
  constructor(list) {
    this.list = list;
  }

  /**
   * @param {ClassBar[]} told
   * @param {number} wanted how many places there are
   * @param {string} why what a click is for; empty where none is
   * @param {(index: number) => void} choose
   * @param {number | null} threshold the least share that is answered
   */
  show(told, wanted, why, choose, threshold = null) {
    matchCount(this.bars, wanted, () => makeBar(this.list));
    this.bars.forEach((bar, place) => this.draw(bar, told[place], why, choose, threshold));
  }

  /**
   * @param {ReturnType<typeof makeBar>} bar @param {ClassBar | undefined} told none where it is still to come
   * @param {string} why @param {(position: number) => void} choose @param {number | null} threshold
   */
  draw(bar, told, why, choose, threshold) {
    const { name = "", share = 0, percent = "", before = null, truth = false } = told ?? {};
    say(bar.name, name);
    say(bar.percent, percent);
    bar.truth.hidden = !truth;
    bar.fill.style.transform = `scaleX(${share})`;
    for (const [mark, at] of /** @type {const} */ ([
      [bar.before, before],
      [bar.least, threshold],
    ])) {
      mark.hidden = at === null;
      mark.style.left = `${100 * (at ?? 0)}%`;
    }
    bar.node.disabled = !why || !told;
    bar.node.setAttribute("aria-pressed", String(Boolean(told?.explained)));
    const past = before === null ? "" : `, ${(100 * before).toPrecision(3)} % with the dials at rest`;
    const marked = truth ? ", the true class" : "";
    bar.node.title = told ? `${name}: probability ${share.toPrecision(6)}${marked}${past}${why && `; ${why}`}` : "";
    bar.node.onclick = () => told && choose(told.index);
  }
}
