// The scales of a bench, settled once for all its pixels, and the two maps drawn with them.

import { largest, largestProduct } from "./microscope_arithmetic.js";
import { Scale, scaleFor, signedScale } from "./microscope_colors.js";
import { short } from "./microscope_numbers.js";

export function scalesOf(bench) {
  const all = scaleFor(bench.values, bench, bench.picture);
  const scales = { patch: all };
  if (bench.kernel) {
    scales.kernel = signedScale(bench.diverging, largest(bench.kernel));
    scales.product = signedScale(bench.diverging, largestProduct(bench));
    scales.sum = signedScale(bench.diverging, largest(bench.before));
  }
  const pooling = bench.kind === "max" || bench.kind === "average"; // what comes out is measured as what goes in
  scales.after = pooling ? all : bench.after ? scaleFor(bench.after, bench, false) : scales.sum;
  if (bench.kind === "playground" && Math.abs(bench.kernel.reduce((sum, weight) => sum + weight, 0)) > 1e-4)
    scales.after = new Scale(["#000000", "#FFFFFF"], 0, 1); // such a kernel keeps brightness
  return scales;
}

/** Draw what goes in: the image in its colours, or channel `k` alone. */
export function drawInput(figure, map, bench, scales, k) {
  const { values, height, width } = bench;
  const count = bench.channels.length;
  const scale = scales.patch;
  const color =
    k === null
      ? (place) => [0, 1, 2].map((channel) => scale.color(values[place * 3 + channel])[channel])
      : (place) => scale.color(values[place * count + k]);
  map.load({ height, width, padding: bench.padding, color });
  map.scaleBar(k === null ? null : scale, short(scale.low), short(scale.high));
  figure.querySelector(".name").textContent = bench.inputName;
  const range = `${height}×${width}, ${short(scale.low)} to ${short(scale.high)}`;
  figure.querySelector(".detail").textContent = k === null ? range : labelled(bench, k);
  map.canvas.setAttribute("aria-label", `${bench.inputName}, ${height} by ${width} pixels`);
}

function labelled(bench, k) {
  if (bench.kind === "playground") return `${bench.height}×${bench.width}`;
  const count = bench.channels.length + bench.hidden;
  return count > 1 ? `${bench.channels[k]} of ${count}` : bench.channels[k];
}

/** Draw what comes out, before or after the activation. */
export function drawOutput(figure, map, bench, scales, stage) {
  const before = bench.before && (stage === "before" || !bench.after);
  const values = before ? bench.before : bench.after;
  const scale = before && bench.kind === "convolution" ? scales.sum : scales.after;
  map.load({ height: bench.high, width: bench.wide, color: (place) => scale.color(values[place]) });
  map.scaleBar(scale, short(scale.low), short(scale.high));
  figure.querySelector(".name").textContent = bench.outputName;
  figure.querySelector(".detail").textContent = `${bench.high}×${bench.wide}`;
  const keys = "Arrow keys step, Space scans, Enter pins.";
  map.canvas.setAttribute("aria-label", `${bench.outputName}, ${bench.high} by ${bench.wide} pixels. ${keys}`);
}
