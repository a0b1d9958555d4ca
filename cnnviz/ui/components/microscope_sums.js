// Sums as they are written: what a class adds up by hand comes out. The rule is that of cnnviz.explain.decimals.

import { short } from "./microscope_numbers.js";

const MORE = 1; // decimals beyond the fewest: then the terms that are nearest to the other rounding are written so
const MORE_APART = 4; // decimals beyond the fewest for a mean, or to tell the largest from the others
const DECIMALS = 12;

/** A number as a whole number of units of its last decimal, rounded. */
function units(value, decimals) {
  return Number(value.toFixed(decimals).replace(".", "")) + 0; // never a minus before zero
}

/** Such a whole number as a text with a real minus sign. */
export function fixed(whole, decimals) {
  const digits = String(Math.abs(whole)).padStart(decimals + 1, "0");
  const at = digits.length - decimals;
  return (whole < 0 ? "−" : "") + (decimals ? `${digits.slice(0, at)}.${digits.slice(at)}` : digits);
}

/** A number with so many decimals; one that is not finite, or beyond all measure, in short. */
export function rounded(value, decimals) {
  return Number.isFinite(value) && Math.abs(value) < 1e15 ? fixed(units(value, decimals), decimals) : short(value);
}

/** Two decimals for what is between 0.1 and 10, one for tens, none for hundreds, three for hundredths. */
export function fewest(size) {
  if (!size) return 0;
  const place = Number(size.toExponential().split("e")[1]);
  return Math.min(Math.max(0, (place >= 0 ? 2 : 1) - place), DECIMALS);
}

/** Choose how many decimals, `least` or more, a sum is written with: `terms` and `total` as texts, and `decimals`. */
export function writtenSum(terms, total, least = 0) {
  const all = [...terms, total];
  const largest = Math.max(...all.map(Math.abs));
  if (!(largest < 1e15)) return { decimals: 0, whole: null, terms: terms.map(short), total: short(total) };
  const first = Math.max(least, fewest(largest));
  const last = Math.max(first, Math.min(first + MORE, DECIMALS));
  for (let decimals = first; ; decimals++) {
    const whole = terms.map((term) => units(term, decimals));
    const missing = units(total, decimals) - whole.reduce((sum, one) => sum + one, 0);
    if (missing && decimals < last) continue;
    if (missing) settle(whole, terms, missing, decimals);
    return {
      decimals,
      whole: [...whole, units(total, decimals)],
      terms: whole.map((one) => fixed(one, decimals)),
      total: fixed(units(total, decimals), decimals),
    };
  }
}

/** Move those terms by one unit that lie nearest to the other rounding (the method of largest remainders). */
function settle(whole, terms, missing, decimals) {
  const way = Math.sign(missing);
  const rest = terms.map((term, at) => (whole[at] - term * 10 ** decimals) * way);
  const order = terms.map((_, at) => at).sort((one, other) => rest[one] - rest[other]);
  for (const at of order.slice(0, Math.abs(missing))) whole[at] += way;
}

/** The same for a mean: as many decimals as it takes until the rounded values have the rounded mean. */
export function writtenMean(values, mean) {
  const largest = Math.max(...values.map(Math.abs), Math.abs(mean));
  if (!(largest < 1e15)) return { decimals: 0, terms: values.map(short), total: short(mean) };
  const first = fewest(largest);
  for (let decimals = first; ; decimals++) {
    const whole = values.map((value) => units(value, decimals));
    const found = whole.reduce((sum, one) => sum + one, 0) / whole.length;
    const off = Math.abs(found - units(mean, decimals));
    if (off >= 0.5 && decimals < Math.min(first + MORE_APART, DECIMALS)) continue;
    return { decimals, terms: whole.map((one) => fixed(one, decimals)), total: fixed(units(mean, decimals), decimals) };
  }
}

/** As many decimals as it takes until the largest value looks larger than all that are smaller. */
export function writtenLargest(values, largest) {
  const size = Math.max(...values.map(Math.abs));
  if (!(size < 1e15)) return { decimals: 0, terms: values.map(short), total: short(largest) };
  const first = fewest(size);
  for (let decimals = first; ; decimals++) {
    const top = units(largest, decimals);
    const tied = values.some((value) => value < largest && units(value, decimals) === top);
    if (tied && decimals < Math.min(first + MORE_APART, DECIMALS)) continue;
    return { decimals, terms: values.map((value) => rounded(value, decimals)), total: fixed(top, decimals) };
  }
}

function plainly(value, digits) {
  return rounded(value, Number.isInteger(value) ? 0 : digits);
}

/** Factors with the fewest decimals, `least` or more, with which their product, rounded, is the one that is written. */
export function writtenFactors(one, other, product, decimals, least = 2) {
  const wanted = rounded(product, decimals);
  for (let digits = least; digits < 9; digits++) {
    const [a, b] = [Number(one.toFixed(digits)), Number(other.toFixed(digits))];
    if (rounded(a * b, decimals) === wanted) return [plainly(one, digits), plainly(other, digits), wanted];
  }
  return [plainly(one, 9), plainly(other, 9), wanted];
}
