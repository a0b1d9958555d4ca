// Which marks and classes are shown: a button for each, with how many there are, or how many of the chosen ones.

import { element } from "./elements.js";

export class Legend {
  constructor(root, changed) {
    this.root = root;
    this.changed = changed;
    this.hidden = new Set();
    root.onclick = (event) => this.toggle(event.target.closest("button"), event.shiftKey);
    root.ondblclick = (event) => this.alone(event.target.closest("button"));
  }

  /** groups: lists of {token, name, color, cross}; a mark of the first list, then the classes. */
  build(groups) {
    const told = JSON.stringify(groups);
    if (told === this.told) return;
    this.told = told;
    this.root.replaceChildren();
    this.groups = groups;
    for (const items of groups) {
      const row = element("div", "items", this.root);
      for (const item of items) {
        const button = element("button", "item", row);
        button.type = "button";
        button.dataset.token = item.token;
        const swatch = element("span", item.cross ? "swatch cross" : item.color ? "swatch" : "swatch plain", button);
        swatch.style.color = item.color ?? "";
        element("span", "name", button).textContent = item.name;
        element("span", "count", button);
      }
    }
  }

  /** counts: by token; those of `chosen` in their place where some are chosen. */
  count(counts, chosen) {
    const number = (value) => value.toLocaleString("en");
    for (const button of this.root.querySelectorAll("button.item")) {
      const { token } = button.dataset;
      const [all, some] = [counts.get(token) ?? 0, chosen?.get(token) ?? 0];
      const count = button.querySelector(".count");
      count.textContent = number(chosen ? some : all);
      count.style.minWidth = `${number(all).length}ch`; // nothing moves when some are chosen
      const name = button.querySelector(".name").textContent;
      const told = chosen ? `${number(some)} of ${number(all)} chosen` : number(all);
      button.title = `${name}, ${told}: click hides or shows, double click shows it alone`;
      button.setAttribute("aria-pressed", String(!this.hidden.has(token)));
      button.classList.toggle("none", Boolean(chosen) && !some);
    }
  }

  toggle(button, alone) {
    if (!button) return;
    if (alone) return this.alone(button);
    const { token } = button.dataset;
    if (!this.hidden.delete(token)) this.hidden.add(token);
    this.changed();
  }

  /** Shows one of its list alone; all of the list where it is alone already. */
  alone(button) {
    if (!button) return;
    const items = this.groups.find((list) => list.some((item) => item.token === button.dataset.token));
    const others = items.map((item) => item.token).filter((token) => token !== button.dataset.token);
    const isAlone = others.every((token) => this.hidden.has(token));
    this.hidden.delete(button.dataset.token);
    for (const token of others) isAlone ? this.hidden.delete(token) : this.hidden.add(token);
    this.changed();
  }
}
