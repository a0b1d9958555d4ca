// A network's answer: a word, how sure it is, and bars that glide to where they belong.

import { button, element, matchCount, say } from "../kit/dom.js";
import { mount } from "../kit/mount.js";

const LONG_WORD = 12; // letters that are too wide for a column in full size

/**
 * @typedef {{ index: number, name: string, share: number, percent: string, before: number | null,
 *   explained: boolean }} Told a class's bar
 *
 * @typedef {{ word: string, state: "pending" | "answered" | "abstained", title: string, share: string, reason: string,
 *   rest: string, most: number, threshold: number | null, bars: Told[], clickable: boolean }} Data
 */

function makeBar(list) {
  const node = button("bar", list);
  const name = element("span", "name", node);
  const track = element("span", "track", node);
  const [fill, before, least] = ["fill", "before", "least"].map((part) => element("span", part, track));
  return { node, name, fill, before, least, percent: element("span", "percent", node) };
}

function sayOrHide(node, text) {
  say(node, text);
  node.hidden = !text;
}

class View {
  /** @type {ReturnType<typeof makeBar>[]} */ bars = [];

  constructor(root) {
    this.root = root.querySelector(".verdict");
    this.list = root.querySelector(".bars");
  }

  /** @param {Data} data */
  update(data, tell) {
    const { state, most, bars } = data;
    for (const part of /** @type {const} */ (["title", "word", "share", "reason", "rest"]))
      sayOrHide(this.root.querySelector(`.${part}`), data[part]);
    this.root.dataset.state = state;
    this.root.classList.toggle("wordy", data.word.length > LONG_WORD);
    this.root.setAttribute("aria-busy", String(state === "pending"));
    const wanted = state === "pending" ? most : bars.length;
    matchCount(this.bars, wanted, () => makeBar(this.list));
    this.bars.forEach((bar, place) => this.draw(bar, bars[place], data, tell));
  }

  /** @param {ReturnType<typeof makeBar>} bar @param {Told | undefined} told @param {Data} data */
  draw(bar, told, { clickable, threshold }, tell) {
    const { name = "", share = 0, percent = "", before = null } = told ?? {};
    sayOrHide(bar.name, name);
    sayOrHide(bar.percent, percent);
    bar.fill.style.transform = `scaleX(${share})`;
    bar.before.hidden = before === null;
    bar.before.style.left = `${100 * (before ?? 0)}%`;
    bar.least.hidden = threshold === null;
    bar.least.style.left = `${100 * (threshold ?? 0)}%`;
    bar.node.disabled = !clickable || !told;
    bar.node.setAttribute("aria-pressed", String(Boolean(told?.explained)));
    const past = before === null ? "" : `, ${(100 * before).toPrecision(3)} % with the dials at rest`;
    const why = clickable ? "; click to see what speaks for it" : "";
    bar.node.title = told ? `${name}: probability ${share.toPrecision(6)}${past}${why}` : "";
    bar.node.onclick = () => tell("chosen", told?.index);
  }
}

export default mount(View);
