// The playground's kernel: classic ones by name, nine numbers to type, and whatever is pasted.

import { short } from "./microscope_numbers.js";
import { element } from "./elements.js";

/** A number as people type it: a decimal comma or a fraction will do. NaN where it is none. */
export function parse(text) {
  const parts = text.trim().replace(/[−–]/g, "-").replace(",", ".").split("/");
  if (parts.length > 2 || parts.some((part) => !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(part.trim()))) return NaN;
  const value = parts.length === 2 ? Number(parts[0]) / Number(parts[1]) : Number(parts[0]);
  return Math.abs(value) <= 1e4 ? value : NaN;
}

export class Typed {
  /** `onkernel` is told the nine numbers. */
  constructor(root, onkernel) {
    Object.assign(this, { root, onkernel, buttons: [] });
  }

  /** Draw the names, and take over the nine fields of the kernel, which are new where the bench is. */
  build(presets, fields) {
    const texts = this.fields?.map((field) => field.value) ?? presets[0].kernel.map(written);
    Object.assign(this, { presets, fields });
    if (!this.buttons.length) this.name(presets);
    fields.forEach((field, cell) => {
      Object.assign(field, { value: texts[cell], autocomplete: "off", spellcheck: false });
      field.setAttribute("aria-label", `Kernel row ${Math.floor(cell / 3) + 1}, column ${(cell % 3) + 1}`);
      field.oninput = () => this.read();
      field.onfocus = () => field.select();
      field.onpaste = (event) => this.paste(event);
      field.onkeydown = (event) => this.press(event, cell);
    });
    this.read(this.kernel, true);
  }

  name(presets) {
    const names = element("div", "presets", this.root);
    names.dataset.unsaved = "";
    names.setAttribute("role", "group");
    names.setAttribute("aria-label", "Classic kernels");
    this.buttons = presets.map((preset) => {
      const button = element("button", "preset", names, preset.name);
      button.type = "button";
      button.title = preset.note;
      button.onclick = () => this.choose(preset);
      return button;
    });
    this.note = element("p", "note", this.root);
    this.note.setAttribute("aria-live", "polite");
  }

  /** Up and down go to the field above and below; no key of a field means anything to the microscope. */
  press(event, cell) {
    event.stopPropagation();
    const way = { ArrowUp: -3, ArrowDown: 3 }[event.key];
    if (!way) return;
    event.preventDefault();
    this.fields[cell + way]?.focus();
  }

  choose(preset) {
    preset.kernel.forEach((value, cell) => (this.fields[cell].value = written(value)));
    this.read(preset.kernel);
  }

  paste(event) {
    const text = event.clipboardData.getData("text").replace(/[[\](){};|]/g, " ");
    const words = text.split(/,?\s+|,(?=[-+\d]*\.)/).filter(Boolean);
    if (words.length < 2) return;
    event.preventDefault();
    if (words.length !== 9) return this.say(`${words.length} numbers were pasted; a kernel of 3×3 takes nine.`);
    words.forEach((word, cell) => (this.fields[cell].value = word.replace(/,$/, "")));
    this.read();
  }

  /** Take the nine numbers over, where all of them are numbers. */
  read(given, quiet = false) {
    const values = given ?? this.fields.map((field) => parse(field.value));
    this.fields.forEach((field, cell) => field.setAttribute("aria-invalid", String(!Number.isFinite(values[cell]))));
    const same = ({ kernel }) => kernel.every((value, cell) => Math.abs(value - values[cell]) < 1e-6);
    const preset = this.presets.find(same);
    this.buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(this.presets[at] === preset)));
    if (!values.every(Number.isFinite)) return this.say("Type a number into every cell, such as -1, 0.5 or 1/9.");
    const total = values.reduce((sum, value) => sum + value, 0);
    const sum = short(Math.abs(total) < 1e-9 ? 0 : total);
    this.say(preset ? preset.note : `Your own kernel; its weights add up to ${sum}.`);
    return quiet || this.onkernel(Float32Array.from(values));
  }

  say(text) {
    this.note.textContent = text;
  }
}

function written(value) {
  const below = [1, 9, 16, 8, 3].find((number) => Math.abs(value * number - Math.round(value * number)) < 1e-9);
  return !below || below === 1 ? String(value) : `${Math.round(value * below)}/${below}`;
}
