// Scales from numbers to colours. The stops come from cnnviz/figures/theme.py.

const STEPS = 255;
const BROKEN = [140, 146, 160]; // what is not finite

function channels(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function table(stops) {
  const colors = stops.map(channels);
  return Array.from({ length: STEPS }, (_, step) => {
    const at = (step / (STEPS - 1)) * (colors.length - 1);
    const low = Math.min(Math.floor(at), colors.length - 2);
    return colors[low].map((value, channel) => Math.round(value + (at - low) * (colors[low + 1][channel] - value)));
  });
}

/** A scale from `low` to `high`; what lies beyond has the colour of the end. */
export class Scale {
  constructor(stops, low, high) {
    Object.assign(this, { stops, low, high, colors: table(stops) });
  }

  color(value) {
    if (!Number.isFinite(value)) return BROKEN;
    const share = this.high > this.low ? (value - this.low) / (this.high - this.low) : 0;
    return this.colors[Math.round(Math.max(0, Math.min(1, share)) * (STEPS - 1))];
  }

  /** Background and a colour of letters that is readable on it. */
  paint(element, value) {
    const [red, green, blue] = this.color(value);
    element.style.background = `rgb(${red} ${green} ${blue})`;
    element.style.color = 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? "#12151d" : "#ffffff";
  }

  gradient() {
    return `linear-gradient(to right, ${this.stops.join(", ")})`;
  }
}

export function signedScale(stops, limit) {
  return new Scale(stops, -limit, limit);
}

/** Grey levels, or the sequential scale, or the signed one where there are negative values. */
export function scaleFor(values, { diverging, sequential }, grey) {
  let [low, high] = [0, 0];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high && value !== Infinity) high = value;
  }
  if (low < -1e-6 * (high || 1) && !(grey && low >= -1)) return signedScale(diverging, Math.max(-low, high));
  if (grey) return new Scale(["#000000", "#FFFFFF"], low < 0 ? -1 : 0, high > 1 ? high : 1);
  return new Scale(sequential, 0, high || 1);
}
