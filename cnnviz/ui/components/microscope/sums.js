// Sums as they are written: what a class adds up by hand comes out. The rule is that of cnnviz.explain.decimals.

import { minus, short } from "../kit/numbers.js";

/** For a cell among others: never more than three decimals, so that columns look alike. @param {number} value */
export function inCell(value) {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size === 0 || size >= 0.0995) return short(value);
  return size < 0.0005 ? "≈0" : minus(value.toFixed(3));
}

/** For a small cell: two decimals, no leading zero. @param {number} value */
export function tiny(value) {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size >= 9.95 || size === 0) return short(value);
  if (size < 0.005) return "≈0";
  return minus(value.toFixed(size >= 0.995 ? 1 : 2).replace("0.", "."));
}

const MORE = 1; // decimals beyond the fewest: then the terms that are nearest to the other rounding are written so
const MORE_APART = 4; // decimals beyond the fewest for a mean, or to tell the largest from the others
const DECIMALS = 12;

/** A number as a whole number of units of its last decimal, rounded. @param {number} value @param {number} decimals */
function units(value, decimals) {
  return Number(value.toFixed(decimals).replace(".", "")) + 0; // never a minus before zero
}

/** Such a whole number as a text with a real minus sign. @param {number} whole @param {number} decimals */
export function fixed(whole, decimals) {
  const digits = String(Math.abs(whole)).padStart(decimals + 1, "0");
  const at = digits.length - decimals;
  return (whole < 0 ? "−" : "") + (decimals ? `${digits.slice(0, at)}.${digits.slice(at)}` : digits);
}

/**
 * A number with so many decimals; one that is not finite, or beyond all measure, in short.
 *
 * @param {number} value
 * @param {number} decimals
 */
export function rounded(value, decimals) {
  return Number.isFinite(value) && Math.abs(value) < 1e15 ? fixed(units(value, decimals), decimals) : short(value);
}

/**
 * Two decimals for what is between 0.1 and 10, one for tens, none for hundreds, three for hundredths.
 * @param {number} size
 */
export function fewest(size) {
  if (!size) return 0;
  const place = Number(size.toExponential().split("e")[1]);
  return Math.min(Math.max(0, (place >= 0 ? 2 : 1) - place), DECIMALS);
}

/**
 * @typedef {object} Written
 * @property {number} decimals
 * @property {number[] | null} [whole] the terms and their total in units of the last decimal
 * @property {string[]} terms
 * @property {string} total
 */

/**
 * Choose how many decimals, `least` or more, a sum is written with.
 *
 * @param {number[]} terms
 * @param {number} total
 * @param {number} [least]
 * @returns {Written}
 */
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

/**
 * Move those terms by one unit that lie nearest to the other rounding (largest remainders).
 * @param {number[]} whole @param {number[]} terms @param {number} missing @param {number} decimals
 */
function settle(whole, terms, missing, decimals) {
  const way = Math.sign(missing);
  const rest = terms.map((term, at) => (whole[at] - term * 10 ** decimals) * way);
  const order = terms.map((_, at) => at).sort((one, other) => rest[one] - rest[other]);
  for (const at of order.slice(0, Math.abs(missing))) whole[at] += way;
}

/**
 * The fewest decimals with which something holds, or the last ones.
 * @param {number} first @param {number} last @param {(decimals: number) => boolean} holds
 */
export function enough(first, last, holds) {
  let decimals = first;
  while (decimals < last && !holds(decimals)) decimals++;
  return decimals;
}

/**
 * Values and what comes of them, with as many decimals as it takes until what is written holds.
 * @param {number[]} values @param {number} result @param {(decimals: number) => boolean} holds
 * @returns {Written}
 */
function writtenWith(values, result, holds) {
  const largest = Math.max(...values.map(Math.abs), Math.abs(result));
  if (!(largest < 1e15)) return { decimals: 0, terms: values.map(short), total: short(result) };
  const first = fewest(largest);
  const decimals = enough(first, Math.min(first + MORE_APART, DECIMALS), holds);
  return { decimals, terms: values.map((value) => rounded(value, decimals)), total: rounded(result, decimals) };
}

/** The same for a mean: the rounded values have the rounded mean. @param {number[]} values @param {number} mean */
export function writtenMean(values, mean) {
  return writtenWith(values, mean, (decimals) => {
    const found = values.reduce((sum, value) => sum + units(value, decimals), 0) / values.length;
    return Math.abs(found - units(mean, decimals)) < 0.5;
  });
}

/** The largest value looks larger than all that are smaller. @param {number[]} values @param {number} largest */
export function writtenLargest(values, largest) {
  return writtenWith(values, largest, (decimals) => {
    const top = units(largest, decimals);
    return !values.some((value) => value < largest && units(value, decimals) === top);
  });
}

/** @param {number} value @param {number} digits */
function plainly(value, digits) {
  return rounded(value, Number.isInteger(value) ? 0 : digits);
}

/**
 * Factors with the fewest decimals, `least` or more, with which their product, rounded, is the one that is written.
 *
 * @param {number} one
 * @param {number} other
 * @param {number} product
 * @param {number} decimals
 */
export function writtenFactors(one, other, product, decimals, least = 2) {
  const wanted = rounded(product, decimals);
  const digits = enough(least, 9, (count) => {
    return rounded(Number(one.toFixed(count)) * Number(other.toFixed(count)), decimals) === wanted;
  });
  return [plainly(one, digits), plainly(other, digits), wanted];
}

// ---- What is written of one output pixel: the numbers of the line under it all and of the cells, so that they add up.

export const ROWS = 3; // channels in full; the others are summed
export const NARROW = 3; // cells across: with more, the cells are small

/**
 * @typedef {import("./arithmetic.js").Bench} Bench
 * @typedef {import("./arithmetic.js").Terms} Terms
 * @typedef {import("./arithmetic.js").Part} Part
 */

/**
 * The channels to show in full: the strongest, and the one that was asked for.
 * @param {Part[]} parts @param {number | null} asked
 */
export function strongest(parts, asked) {
  if (parts.length <= ROWS + 1) return parts;
  const size = (/** @type {Part} */ part) => (Number.isFinite(part.sum) ? Math.abs(part.sum) : Infinity);
  const shown = [...parts].sort((one, other) => size(other) - size(one)).slice(0, ROWS);
  if (asked !== null && !shown.some((part) => part.k === asked)) shown[ROWS - 1] = parts[asked];
  return shown;
}

/**
 * Whether the products themselves are added up: those of a single small channel.
 * @param {Bench} bench @param {Terms} terms
 */
function single(bench, terms) {
  return terms.parts.length === 1 && !bench.hidden && bench.cells <= 9;
}

/**
 * What is added up for one output pixel, the strongest channels first where there are many.
 *
 * @param {Bench} bench
 * @param {Terms} terms
 * @param {number | null} chosen
 */
export function summands(bench, terms, chosen) {
  const shown = strongest(terms.parts, chosen);
  /** @type {[name: string, value: number, role: string][]} */
  const list = single(bench, terms)
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

/**
 * The sum of an output pixel as it is written: the line, and of each channel in full its products and their sum.
 *
 * @param {Bench} bench
 * @param {Terms} terms
 * @param {number | null} chosen
 */
export function addedUp(bench, terms, chosen) {
  const list = summands(bench, terms, chosen);
  const line = writtenSum(
    list.map(([, value]) => value),
    terms.before,
  );
  const same = Math.abs(terms.after - terms.before) <= 1e-5 * Math.max(1, Math.abs(terms.before)); // but for float32
  const after = same ? line.total : rounded(terms.after, line.decimals);
  /** @type {Map<number, Written & { patch?: string[] }>} by channel */
  const rows = new Map();
  strongest(terms.parts, chosen).forEach((part, at) => {
    const row = single(bench, terms) ? ofTheLine(bench, line) : ofAChannel(bench, part, line, at);
    rows.set(part.k, bench.kind === "playground" ? { ...row, patch: patchTexts(part, row) } : row);
  });
  return { ...line, list, after, rows };
}

/** The only channel's row: the line without the bias. @param {Bench} bench @param {Written} line @returns {Written} */
function ofTheLine(bench, line) {
  const terms = line.terms.slice(0, bench.cells);
  if (!line.whole) return { ...line, terms };
  const sum = line.whole.slice(0, bench.cells).reduce((total, one) => total + one, 0);
  return { decimals: line.decimals, terms, total: fixed(sum, line.decimals) };
}

/**
 * One channel's row; the many products of a wide kernel are not for adding up by hand, and are written in short.
 *
 * @param {Bench} bench
 * @param {Part} part
 * @param {Written} line
 * @param {number} at
 * @returns {Written}
 */
function ofAChannel(bench, part, line, at) {
  if (bench.columns > NARROW) return { decimals: line.decimals, terms: [], total: line.terms[at] };
  return writtenSum(part.products, part.sum, line.decimals);
}

/**
 * The pixels under a typed kernel, with as many decimals as its products take.
 * @param {Part} part @param {Written} row
 */
function patchTexts(part, row) {
  const digits = enough(2, row.decimals + 2, (count) =>
    part.patch.every(
      (value, cell) => rounded(Number(value.toFixed(count)) * part.kernel[cell], row.decimals) === row.terms[cell],
    ),
  );
  return part.patch.map((value) => rounded(value, digits));
}

/**
 * A pooling as it is written: the values that take part, and what comes out.
 * @param {Bench} bench @param {Terms} terms
 */
export function pooledUp(bench, terms) {
  const values = terms.inside.map((cell) => terms.patch[cell]);
  return bench.kind === "max" ? writtenLargest(values, terms.after) : writtenMean(values, terms.after);
}
