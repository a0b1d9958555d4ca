// The one line under it all: the channels' sums, plus the bias, the pre-activation, and after the activation.

import { exact, short, signed } from "./microscope_numbers.js";
import { element } from "./elements.js";
import { strongest } from "./microscope_products.js";

const FUNCTIONS = {
  relu: "ReLU", relu6: "ReLU6", leaky_relu: "leaky ReLU", gelu: "GELU", elu: "ELU", selu: "SELU", silu: "SiLU",
};

export function functionName(name) {
  return FUNCTIONS[name] ?? name;
}

function chip(line, name, value, { scale, text, role = "" } = {}) {
  const made = element("span", `chip ${role}`, line);
  element("small", "", made, name);
  const number = element("b", "", made, text ?? short(value));
  number.dataset.value = String(value);
  number.title = exact(value);
  scale?.paint(number, value);
  return made;
}

function sign(line, text) {
  element("span", "op", line, text);
}

/** What is added up for one output pixel: [name, value, role], the strongest channels first where there are many. */
export function summands(bench, terms, chosen) {
  const shown = strongest(terms.parts, chosen);
  const alone = terms.parts.length === 1 && !bench.hidden && bench.cells <= 9;
  const list = alone
    ? shown[0].products.map((product) => ["", product, "term"])
    : shown.map((part) => [part.channel, part.sum, "channel-sum"]);
  const more = bench.channels.length - shown.length + (bench.hidden ?? 0);
  if (more) {
    const seen = shown.reduce((total, part) => total + part.sum, 0);
    list.push([`and ${more} more`, terms.before - bench.bias - seen, "more"]);
  }
  if (bench.kind === "convolution") list.push(["bias", bench.bias, "bias"]);
  return list;
}

/** Draw the line of a convolution, and return it in words. */
export function sumLine(line, bench, terms, scales, chosen) {
  line.replaceChildren();
  const list = summands(bench, terms, chosen);
  list.forEach(([name, value, role], at) => {
    if (at) sign(line, value < 0 ? "−" : "+");
    const text = at ? short(Math.abs(value)) : short(value);
    chip(line, name, value, { scale: role === "term" ? scales.product : scales.sum, text, role });
  });
  sign(line, "=");
  const alone = bench.kind === "playground" || bench.function === "linear";
  chip(line, alone ? "output" : "pre-activation", terms.before, { scale: scales.sum, role: "before" });
  const words = list.map(([name, value]) => `${name} ${signed(value)}`.trim());
  words.push(`${alone ? "output" : "sum"} ${short(terms.before)}`);
  if (!alone) {
    const arrow = element("span", "op arrow", line);
    element("small", "", arrow, functionName(bench.function));
    element("b", "", arrow, "→");
    chip(line, "activation", terms.after, { scale: scales.after, role: "after" });
    words.push(`after ${functionName(bench.function)} ${short(terms.after)}`);
  }
  return words.join(", ");
}

/** How far one input pixel reaches, in words. */
export function reachWords(bench, [row, column], count) {
  const value = bench.channels.length === 1 ? ` (${exact(bench.values[row * bench.width + column])})` : "";
  return `Input row ${row}, column ${column}${value} reaches ${count} output ${count === 1 ? "pixel" : "pixels"}`;
}

/** Draw the line of a pooling, and return it in words. */
export function poolLine(line, bench, terms, scales) {
  line.replaceChildren();
  const largest = bench.kind === "max";
  element("span", "op word", line, largest ? "the largest of" : "the mean of");
  for (const cell of terms.inside) {
    const made = chip(line, "", terms.patch[cell], { scale: scales.patch, role: "term" });
    if (largest && cell === terms.winner) made.classList.add("wins");
  }
  sign(line, "=");
  chip(line, "output", terms.after, { scale: scales.after, role: "after" });
  const list = terms.inside.map((cell) => short(terms.patch[cell])).join(", ");
  return `${largest ? "The largest" : "The mean"} of ${list} is ${short(terms.after)}`;
}
