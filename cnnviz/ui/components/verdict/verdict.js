// A network's answer: a word, how sure it is, and its probabilities as bars.

import { ClassBars } from "../kit/bars.js";
import { say } from "../kit/dom.js";
import { mount } from "../kit/mount.js";

const LONG_WORD = 12; // letters that are too wide for a column in full size

/**
 * @typedef {{ word: string, state: "pending" | "answered" | "abstained", title: string, share: string, reason: string,
 *   rest: string, most: number, threshold: number | null, bars: import("../kit/bars.js").ClassBar[],
 *   clickable: boolean }} Data
 */

class View {
  constructor(/** @type {any} */ root) {
    this.root = root.querySelector(".verdict");
    this.bars = new ClassBars(root.querySelector(".bars"));
  }

  update(/** @type {Data} */ data, /** @type {import("../kit/mount.js").Tell} */ tell) {
    const { state, most, bars, threshold } = data;
    for (const part of /** @type {const} */ (["title", "word", "share", "reason", "rest"])) {
      const node = this.root.querySelector(`.${part}`);
      say(node, data[part]);
      node.hidden = !data[part];
    }
    this.root.dataset.state = state;
    this.root.classList.toggle("wordy", data.word.length > LONG_WORD);
    this.root.setAttribute("aria-busy", String(state === "pending"));
    const why = data.clickable ? "click to see what speaks for it" : "";
    const wanted = state === "pending" ? most : bars.length;
    this.bars.show(bars, wanted, why, (index) => tell("chosen", index), threshold);
  }
}

export default mount(View);
