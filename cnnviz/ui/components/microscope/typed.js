// The playground's kernel: classic ones by name, nine numbers to type, and whatever is pasted.

import { button, element } from "../kit/dom.js";
import { short } from "../kit/numbers.js";

/** @typedef {import("./arithmetic.js").Data["presets"][number]} Preset */

/** A number as people type it: a decimal comma or a fraction will do. NaN where it is none. @param {string} text */
export function parse(text) {
  const parts = text.trim().replace(/[−–]/g, "-").replace(",", ".").split("/");
  if (parts.length > 2 || parts.some((part) => !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(part.trim()))) return NaN;
  const value = parts.length === 2 ? Number(parts[0]) / Number(parts[1]) : Number(parts[0]);
  return Math.abs(value) <= 1e4 ? value : NaN;
}

export class Typed {
  /** @type {Preset[]} */ presets = [];
  /** @type {HTMLButtonElement[]} */ buttons = [];
  /** @type {HTMLInputElement[]} */ fields = [];
  /** @type {Float32Array<ArrayBuffer> | undefined} */ kernel;

  /**
   * @param {HTMLElement} root @param {(kernel: Float32Array<ArrayBuffer>) => void} onkernel is told the nine numbers
   */
  constructor(root, onkernel) {
    this.root = root;
    this.onkernel = onkernel;
    this.note = element("p", "note");
    this.note.setAttribute("aria-live", "polite");
  }

  /**
   * Draw the names, and take over the nine fields of the kernel, which are new where the bench is.
   * @param {Preset[]} presets @param {HTMLInputElement[]} fields
   */
  build(presets, fields) {
    const texts = this.fields.length ? this.fields.map((field) => field.value) : presets[0].kernel.map(written);
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

  /** @param {Preset[]} presets */
  name(presets) {
    const names = element("div", "presets", this.root);
    names.dataset.unsaved = "";
    names.setAttribute("role", "group");
    names.setAttribute("aria-label", "Classic kernels");
    this.buttons = presets.map((preset) => {
      const made = button("preset", names, preset.name);
      made.title = preset.note;
      made.onclick = () => this.choose(preset);
      return made;
    });
    this.root.append(this.note);
  }

  /**
   * Up and down go to the field above and below; no key of a field means anything to the microscope.
   * @param {any} event @param {number} cell
   */
  press(event, cell) {
    event.stopPropagation();
    const way = /** @type {Record<string, number>} */ ({ ArrowUp: -3, ArrowDown: 3 })[event.key];
    if (!way) return;
    event.preventDefault();
    this.fields[cell + way]?.focus();
  }

  /** @param {Preset} preset */
  choose(preset) {
    for (const [cell, value] of preset.kernel.entries()) this.fields[cell].value = written(value);
    this.read(preset.kernel);
  }

  paste(/** @type {any} */ event) {
    const text = event.clipboardData.getData("text").replace(/[[\](){};|]/g, " ");
    const words = text.split(/,?\s+|,(?=[-+\d]*\.)/).filter(Boolean);
    if (words.length < 2) return;
    event.preventDefault();
    if (words.length !== 9) return this.say(`${words.length} numbers were pasted; a kernel of 3×3 takes nine.`);
    for (const [cell, word] of words.entries()) this.fields[cell].value = word.replace(/,$/, "");
    this.read();
  }

  /** Take the nine numbers over, where all of them are numbers. @param {ArrayLike<number>} [given] */
  read(given, quiet = false) {
    const values = Array.from(given ?? this.fields.map((field) => parse(field.value)));
    for (const [cell, field] of this.fields.entries())
      field.setAttribute("aria-invalid", String(!Number.isFinite(values[cell])));
    const same = (/** @type {Preset} */ { kernel }) =>
      kernel.every((value, cell) => Math.abs(value - values[cell]) < 1e-6);
    const preset = this.presets.find(same);
    for (const [at, made] of this.buttons.entries())
      made.setAttribute("aria-pressed", String(this.presets[at] === preset));
    if (!values.every(Number.isFinite)) return this.say("Type a number into every cell, such as -1, 0.5 or 1/9.");
    const total = values.reduce((sum, value) => sum + value, 0);
    const sum = short(Math.abs(total) < 1e-9 ? 0 : total);
    this.say(preset ? preset.note : `Your own kernel; its weights add up to ${sum}.`);
    if (!quiet) this.onkernel(Float32Array.from(values));
  }

  say(/** @type {string} */ text) {
    this.note.textContent = text;
  }
}

function written(/** @type {number} */ value) {
  const below = [1, 9, 16, 8, 3].find((number) => Math.abs(value * number - Math.round(value * number)) < 1e-9);
  return !below || below === 1 ? String(value) : `${Math.round(value * below)}/${below}`;
}
