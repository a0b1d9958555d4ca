// The one line under it all: the channels' sums, plus the bias, the pre-activation, and after the activation.

import { element } from "./elements.js";
import { exact } from "./microscope_numbers.js";

const FUNCTIONS = {
  relu: "ReLU", relu6: "ReLU6", leaky_relu: "leaky ReLU", gelu: "GELU", elu: "ELU", selu: "SELU", silu: "SiLU",
};

export function functionName(name) {
  return FUNCTIONS[name] ?? name;
}

function chip(line, name, value, { scale, text, role }) {
  const made = element("span", `chip ${role}`, line);
  element("small", "", made, name);
  const number = element("b", "", made, text);
  number.dataset.value = String(value);
  number.title = exact(value);
  scale.paint(number, value);
  return made;
}

function sign(line, text) {
  element("span", "op", line, text);
}

/** Draw the line of a convolution, and return it in words; `written` is from `addedUp`. */
export function sumLine(line, bench, terms, scales, written) {
  line.replaceChildren();
  const words = [];
  written.list.forEach(([name, value, role], at) => {
    const text = written.terms[at];
    if (at) sign(line, text.startsWith("−") ? "−" : "+");
    const shown = at ? text.replace("−", "") : text;
    chip(line, name, value, { scale: role === "term" ? scales.product : scales.sum, text: shown, role });
    words.push(`${name} ${value > 0 ? "+" : ""}${text}`.trim());
  });
  sign(line, "=");
  const alone = bench.kind === "playground" || bench.function === "linear";
  const result = { scale: scales.sum, role: "before", text: written.total };
  chip(line, alone ? "output" : "pre-activation", terms.before, result);
  words.push(`${alone ? "output" : "sum"} ${written.total}`);
  if (!alone) {
    const arrow = element("span", "op arrow", line);
    element("small", "", arrow, functionName(bench.function));
    element("b", "", arrow, "→");
    chip(line, "activation", terms.after, { scale: scales.after, role: "after", text: written.after });
    words.push(`after ${functionName(bench.function)} ${written.after}`);
  }
  return words.join(", ");
}

/** How far one input pixel reaches, in words. */
export function reachWords(bench, [row, column], count) {
  const value = bench.channels.length === 1 ? ` (${exact(bench.values[row * bench.width + column])})` : "";
  return `Input row ${row}, column ${column}${value} reaches ${count} output ${count === 1 ? "pixel" : "pixels"}`;
}

/** Draw the line of a pooling, and return it in words; `written` is from `pooledUp`. */
export function poolLine(line, bench, terms, scales, written) {
  line.replaceChildren();
  const largest = bench.kind === "max";
  element("span", "op word", line, largest ? "the largest of" : "the mean of");
  terms.inside.forEach((cell, at) => {
    const text = written.terms[at];
    const made = chip(line, "", terms.patch[cell], { scale: scales.patch, text, role: "term" });
    if (largest && cell === terms.winner) made.classList.add("wins");
  });
  sign(line, "=");
  chip(line, "output", terms.after, { scale: scales.after, text: written.total, role: "after" });
  return `${largest ? "The largest" : "The mean"} of ${written.terms.join(", ")} is ${written.total}`;
}
