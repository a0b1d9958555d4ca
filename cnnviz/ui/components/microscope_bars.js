// What every input channel adds to one output pixel, as bars: up is positive. For layers with many channels.

import { signed } from "./microscope_numbers.js";

const HEIGHT = 44; // CSS pixels

export class Bars {
  constructor(root, ink, onpick) {
    Object.assign(this, { root, ink, canvas: root.querySelector("canvas"), name: root.querySelector(".all-name") });
    this.canvas.onpointermove = (event) => this.tell(this.at(event));
    this.canvas.onpointerleave = () => this.tell(null);
    this.canvas.onclick = (event) => {
      const part = this.at(event);
      if (part) onpick(part.k);
    };
  }

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
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    const sums = this.terms.parts.map((part) => part.sum);
    const limit = Math.max(...sums.map((sum) => (Number.isFinite(sum) ? Math.abs(sum) : 0))) || 1;
    const step = width / sums.length;
    const gap = step > 4 * ratio ? ratio : 0;
    sums.forEach((sum, k) => {
      const size = Number.isFinite(sum) ? Math.max(ratio, (Math.abs(sum) / limit) * (height / 2 - 3 * ratio)) : 0;
      const [red, green, blue] = this.scale.color(sum > 0 ? this.scale.high * 0.7 : this.scale.low * 0.7);
      context.globalAlpha = this.shown.has(k) ? 1 : 0.45;
      context.fillStyle = `rgb(${red} ${green} ${blue})`;
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

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const k = Math.floor(((event.clientX - box.left) / box.width) * this.terms.parts.length);
    return this.terms.parts[k] ?? null;
  }

  tell(part) {
    const all = `What each of the ${this.terms?.parts.length} channels adds`;
    const text = part ? `${part.channel}: ${signed(part.sum)}` : all;
    this.name.textContent = text;
    if (!part) this.canvas.setAttribute("aria-label", text);
  }
}
