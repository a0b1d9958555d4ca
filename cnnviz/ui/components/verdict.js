// A network's answer: a word, how sure it is, and bars that glide to where they belong.

import { element } from "./elements.js";

const LONG_WORD = 12; // letters that are too wide for a column in full size
const verdicts = new WeakMap(); // parentElement -> View

function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = !text;
}

function makeBar(list) {
  const button = element("button", "bar", list);
  button.type = "button";
  const name = element("span", "name", button);
  const track = element("span", "track", button);
  const fill = element("span", "fill", track);
  const before = element("span", "before", track);
  const least = element("span", "least", track);
  const percent = element("span", "percent", button);
  return { button, name, fill, before, least, percent };
}

class View {
  constructor(root) {
    this.root = root.querySelector(".verdict");
    this.list = root.querySelector(".bars");
    this.bars = [];
  }

  update(data, choose) {
    const { state, most, bars } = data;
    for (const part of ["title", "word", "share", "reason", "rest"]) say(this.root.querySelector(`.${part}`), data[part]);
    this.root.dataset.state = state;
    this.root.classList.toggle("wordy", data.word.length > LONG_WORD);
    this.root.setAttribute("aria-busy", String(state === "pending"));
    const count = state === "pending" ? most : bars.length;
    while (this.bars.length > count) this.bars.pop().button.remove();
    while (this.bars.length < count) this.bars.push(makeBar(this.list));
    this.bars.forEach((bar, place) => this.draw(bar, bars[place], data, choose));
  }

  draw(bar, told, { clickable, threshold }, choose) {
    const { index, name, share, percent, before, explained } = told ?? { name: "", share: 0, percent: "", before: null };
    say(bar.name, name);
    say(bar.percent, percent);
    bar.fill.style.transform = `scaleX(${share})`;
    bar.before.hidden = before === null;
    bar.before.style.left = `${100 * (before ?? 0)}%`;
    bar.least.hidden = threshold === null;
    bar.least.style.left = `${100 * (threshold ?? 0)}%`;
    bar.button.disabled = !clickable || !told;
    bar.button.setAttribute("aria-pressed", String(Boolean(explained)));
    const past = before === null ? "" : `, ${(100 * before).toPrecision(3)} % with the dials at rest`;
    bar.button.title = told ? `${name}: probability ${share.toPrecision(6)}${past}${clickable ? "; click to see what speaks for it" : ""}` : "";
    bar.button.onclick = () => choose(index);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  let view = verdicts.get(parentElement);
  if (!view) verdicts.set(parentElement, (view = new View(parentElement)));
  view.update(data, (index) => setTriggerValue("chosen", index));
  return () => verdicts.delete(parentElement);
}
