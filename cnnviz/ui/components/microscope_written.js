// What is written of one output pixel: the numbers of the line under it all and of the cells, so that they add up.

import { fixed, rounded, writtenLargest, writtenMean, writtenSum } from "./microscope_sums.js";

export const ROWS = 3; // channels in full; the others are summed
export const NARROW = 3; // cells across: with more, the cells are small

/** The channels to show in full: all when few, else the strongest, and the one that was asked for. */
export function strongest(parts, asked) {
  if (parts.length <= ROWS + 1) return parts;
  const size = (part) => (Number.isFinite(part.sum) ? Math.abs(part.sum) : Infinity);
  const shown = [...parts].sort((one, other) => size(other) - size(one)).slice(0, ROWS);
  if (asked !== null && !shown.some((part) => part.k === asked)) shown[ROWS - 1] = parts[asked];
  return shown;
}

/** Whether the products themselves are added up in the line: those of a single small channel. */
function single(bench, terms) {
  return terms.parts.length === 1 && !bench.hidden && bench.cells <= 9;
}

/** What is added up for one output pixel: [name, value, role], the strongest channels first where there are many. */
export function summands(bench, terms, chosen) {
  const shown = strongest(terms.parts, chosen);
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

/** The sum of an output pixel as it is written: the line, and of each channel in full its products and their sum. */
export function addedUp(bench, terms, chosen) {
  const list = summands(bench, terms, chosen);
  const line = writtenSum(list.map(([, value]) => value), terms.before);
  const same = Math.abs(terms.after - terms.before) <= 1e-5 * Math.max(1, Math.abs(terms.before)); // but for float32
  const after = same ? line.total : rounded(terms.after, line.decimals);
  const rows = new Map();
  strongest(terms.parts, chosen).forEach((part, at) => {
    const row = single(bench, terms) ? ofTheLine(bench, line) : ofAChannel(bench, part, line, at);
    rows.set(part.k, bench.kind === "playground" ? { ...row, patch: patchTexts(part, row) } : row);
  });
  return { ...line, list, after, rows };
}

/** The only channel's row: its products are the line's, and its sum is the line's without the bias. */
function ofTheLine(bench, line) {
  const terms = line.terms.slice(0, bench.cells);
  if (!line.whole) return { ...line, terms };
  const sum = line.whole.slice(0, bench.cells).reduce((total, one) => total + one, 0);
  return { decimals: line.decimals, terms, total: fixed(sum, line.decimals) };
}

/** One channel's row; the many products of a wide kernel are not for adding up by hand, and are written in short. */
function ofAChannel(bench, part, line, at) {
  if (bench.columns > NARROW) return { decimals: line.decimals, terms: [], total: line.terms[at] };
  return writtenSum(part.products, part.sum, line.decimals);
}

/** The pixels under a typed kernel: as many decimals as it takes for the products to come out. */
function patchTexts(part, row) {
  let digits = 2;
  const wrong = (value, cell) =>
    rounded(Number(value.toFixed(digits)) * part.kernel[cell], row.decimals) !== row.terms[cell];
  while (digits < row.decimals + 2 && part.patch.some(wrong)) digits++;
  return part.patch.map((value) => rounded(value, digits));
}

/** A pooling as it is written: the values that take part, and what comes out. */
export function pooledUp(bench, terms) {
  const values = terms.inside.map((cell) => terms.patch[cell]);
  return bench.kind === "max" ? writtenLargest(values, terms.after) : writtenMean(values, terms.after);
}
