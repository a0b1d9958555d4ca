// What a replay is made of: numbers for every snapshot, sent once, blended between two snapshots in the browser.

function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** Half-precision numbers; browsers without Float16Array are still in use. */
function halvesOf(text) {
  const words = new Uint16Array(bytesOf(text).buffer);
  return Float32Array.from(words, (word) => {
    const sign = word & 0x8000 ? -1 : 1;
    const exponent = (word >> 10) & 31;
    const fraction = word & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : (2 ** -14 * fraction) / 1024);
  });
}

/** Values of every frame, one frame after the other. */
class Track {
  constructor(values, frames) {
    this.values = values;
    this.frames = frames;
    this.size = values.length / frames;
    this.out = new Float32Array(this.size);
  }

  /** The values at a moment in frames; between two of them their mean, weighted by nearness. */
  at(moment) {
    const frame = Math.floor(moment);
    const share = moment - frame;
    const [here, there] = [frame * this.size, Math.min(frame + 1, this.frames - 1) * this.size];
    for (let i = 0; i < this.size; i++) {
      const value = this.values[here + i];
      this.out[i] = share ? value + (this.values[there + i] - value) * share : value;
    }
    return this.out;
  }
}

/** Two significant digits, as the captions have them. */
function digits(value) {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return "not finite";
  if (size >= 10) return value.toFixed(0);
  return size ? String(Number(value.toPrecision(2))) : "0";
}

/** A probability for reading, never a certainty that is none. */
function percent(share) {
  const whole = Math.round(100 * share);
  if (whole === 100 && share < 1) return "> 99 %";
  if (whole === 0 && share > 0) return "< 1 %";
  return `${whole} %`;
}

function make(tag, className, parent, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  parent?.append(made);
  return made;
}

/** A drawing of an icon: lines on a square of 24. */
function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
