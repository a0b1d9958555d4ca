// What one output pixel is made of. The formula is that of cnnviz.explain.ConvolutionLayer: output pixel (r, c) reads
// the input rows r * strides[0] - offset[0] + i * dilation[0], the columns likewise, and zeros outside the image.

import { numbers } from "../kit/bytes.js";

/**
 * @typedef {[down: number, across: number]} Pair
 *
 * @typedef {object} Specimen one filter of a layer, or one channel of a pooling, on one image
 * @property {string} version
 * @property {string} title of the layer
 * @property {string} caption
 * @property {"convolution" | "playground" | "max" | "average"} kind
 * @property {boolean} picture whether the input is an image, not maps
 * @property {string} inputName
 * @property {string} outputName
 * @property {string[]} channels names of those that are sent
 * @property {number} hidden how many are not
 * @property {string} function of the activation
 * @property {Pair} size of the input
 * @property {Pair} outputSize
 * @property {Pair} window
 * @property {Pair} strides
 * @property {Pair} offset
 * @property {Pair} dilation
 * @property {[row: number, column: number]} [pinned]
 * @property {string[]} diverging stops of the scale for signed values
 * @property {string[]} sequential and of that for others
 * @property {{ name: string, note: string, kernel: number[] }[]} presets
 * @property {import("../kit/save.js").Saved | null} saved
 *
 * @typedef {object} Packed its arrays, base64 of float32
 * @property {string} inputs
 * @property {string} [kernel]
 * @property {string} [before] the activation
 * @property {string} [after]
 * @property {string} [others] sums of the channels that are not sent
 * @property {number | string} [bias]
 *
 * @typedef {Specimen & Packed} Data
 * @typedef {ReturnType<typeof unpack>} Bench
 *
 * @typedef {object} Part what one channel adds
 * @property {number} k its number
 * @property {string} channel its name
 * @property {number[]} patch
 * @property {number[]} kernel
 * @property {number[]} products
 * @property {number} sum
 *
 * @typedef {ReturnType<typeof apart>} Terms what one output pixel is made of
 */

/** What came from Python, with its arrays decoded. @param {Data} data */
export function unpack(data) {
  const floats = (/** @type {string | undefined} */ text) => (text ? numbers(text, Float32Array) : null);
  const [height, width] = data.size;
  const [high, wide] = data.outputSize;
  const [rows, columns] = data.window;
  const extent = [(rows - 1) * data.dilation[0] + 1, (columns - 1) * data.dilation[1] + 1];
  const beyond = (/** @type {0 | 1} */ side) => {
    const last = (data.outputSize[side] - 1) * data.strides[side] - data.offset[side] + extent[side];
    return Math.max(0, last - data.size[side]);
  };
  return {
    ...data,
    height,
    width,
    high,
    wide,
    rows,
    columns,
    cells: rows * columns,
    padding: { top: data.offset[0], left: data.offset[1], bottom: beyond(0), right: beyond(1) },
    values: numbers(data.inputs, Float32Array),
    kernel: floats(data.kernel),
    before: floats(data.before),
    after: floats(data.after),
    others: floats(data.others),
    bias: Number(data.bias), // one that is not finite comes as a text
  };
}

/**
 * The input rows and columns under the window of one output pixel; some may lie outside.
 * @param {Bench} bench @param {number} row @param {number} column
 */
export function reading(bench, row, column) {
  const along = (/** @type {number} */ place, /** @type {number} */ side, /** @type {number} */ count) => {
    const first = place * bench.strides[side] - bench.offset[side];
    return Array.from({ length: count }, (_, step) => first + step * bench.dilation[side]);
  };
  return { down: along(row, 0, bench.rows), across: along(column, 1, bench.columns) };
}

/**
 * The place of every cell of a window in the input, or -1 in the padding.
 * @param {Bench} bench @param {number} row @param {number} column
 */
export function places(bench, row, column) {
  const { down, across } = reading(bench, row, column);
  return down.flatMap((y) =>
    across.map((x) => (y < 0 || x < 0 || y >= bench.height || x >= bench.width ? -1 : y * bench.width + x)),
  );
}

/**
 * Every product of one output pixel, the sums of the channels, and the sum of all with the bias.
 * @param {Bench} bench @param {number} row @param {number} column
 */
export function takeApart(bench, row, column) {
  const where = places(bench, row, column);
  const count = bench.channels.length;
  const weights = bench.kernel ?? [];
  /** @type {Part[]} */
  const parts = bench.channels.map((channel, k) => {
    const patch = where.map((place) => (place < 0 ? 0 : bench.values[place * count + k]));
    const kernel = where.map((_, cell) => weights[cell * count + k]);
    const products = patch.map((value, cell) => value * kernel[cell]);
    return { k, channel, patch, kernel, products, sum: products.reduce((total, product) => total + product, 0) };
  });
  const others = bench.others ? bench.others[row * bench.wide + column] : 0;
  const before = parts.reduce((total, part) => total + part.sum, others) + bench.bias;
  const after = bench.after ? bench.after[row * bench.wide + column] : before;
  return { row, column, where, parts, others, before, after, patch: parts[0].patch, inside: [], winner: -1 };
}

/**
 * The window of a pooling: its values, which cells count, the place of the largest, and the result.
 * @param {Bench} bench @param {number} row @param {number} column
 */
export function poolApart(bench, row, column) {
  const where = places(bench, row, column);
  const patch = where.map((place) => (place < 0 ? 0 : bench.values[place]));
  const inside = where.flatMap((place, cell) => (place < 0 ? [] : [cell]));
  let winner = inside[0];
  for (const cell of inside) if (patch[cell] > patch[winner]) winner = cell;
  const mean = inside.reduce((total, cell) => total + patch[cell], 0) / inside.length;
  /** @type {Part} */
  const part = { k: 0, channel: bench.channels[0], patch, kernel: [], products: [], sum: 0 };
  const after = bench.kind === "max" ? patch[winner] : mean;
  return { row, column, where, parts: [part], others: 0, before: after, after, patch, inside, winner };
}

/** @param {Bench} bench @param {number} row @param {number} column */
export function apart(bench, row, column) {
  return bench.kernel ? takeApart(bench, row, column) : poolApart(bench, row, column);
}

/**
 * Where something happens: the largest value of the output map, its border left out where the map is large.
 * @param {Bench} bench @returns {Pair}
 */
export function liveliest(bench) {
  const map = bench.before ?? bench.after ?? [];
  const border = Math.min(bench.high, bench.wide) > 6 ? 1 : 0;
  /** @type {Pair} */
  let best = [Math.floor(bench.high / 2), Math.floor(bench.wide / 2)];
  for (let row = border; row < bench.high - border; row++)
    for (let column = border; column < bench.wide - border; column++)
      if (map[row * bench.wide + column] > map[best[0] * bench.wide + best[1]]) best = [row, column];
  return best;
}

/** The number of the channel that adds most to an output pixel, for better or worse. @param {Terms} terms */
export function leading(terms) {
  return terms.parts.reduce((best, part) => (Math.abs(part.sum) > Math.abs(best.sum) ? part : best)).k;
}

/** Every output pixel that reads one input pixel. @param {Bench} bench @param {number} row @param {number} column */
export function reached(bench, row, column) {
  const along = (
    /** @type {number} */ place,
    /** @type {number} */ side,
    /** @type {any} */ cells,
    /** @type {number} */ limit,
  ) => {
    /** @type {number[]} */
    const found = [];
    for (let cell = cells - 1; cell >= 0; cell--) {
      const from = (place + bench.offset[side] - cell * bench.dilation[side]) / bench.strides[side];
      if (from >= 0 && Number.isInteger(from) && from < limit) found.push(from);
    }
    return found;
  };
  const columns = along(column, 1, bench.columns, bench.wide);
  return along(row, 0, bench.rows, bench.high).flatMap((r) => columns.map((c) => /** @type {Pair} */ ([r, c])));
}

/** The whole output map, for a kernel that somebody typed. @param {Bench} bench */
export function correlate(bench) {
  const map = new Float32Array(bench.high * bench.wide);
  for (let row = 0; row < bench.high; row++)
    for (let column = 0; column < bench.wide; column++)
      map[row * bench.wide + column] = takeApart(bench, row, column).before;
  return map;
}

/** The largest size that a finite number of a list has; 1 where all are zero. @param {Iterable<number>} values */
export function largest(values) {
  let found = 0;
  for (const value of values) if (Number.isFinite(value)) found = Math.max(found, Math.abs(value));
  return found || 1;
}

/** A bound of the products of one filter, for a scale that stays as it is from pixel to pixel. @param {Bench} bench */
export function largestProduct(bench) {
  const count = bench.channels.length;
  const inputs = new Float32Array(count);
  for (let at = 0; at < bench.values.length; at++) {
    const size = Math.abs(bench.values[at]);
    if (size > inputs[at % count] && Number.isFinite(size)) inputs[at % count] = size;
  }
  return largest((bench.kernel ?? new Float32Array()).map((weight, at) => weight * inputs[at % count]));
}

/**
 * Where a key leads from a pixel, within the map; null for keys that lead nowhere.
 *
 * @param {string} key
 * @param {Pair} place
 * @param {{ high: number, wide: number }} size
 * @returns {Pair | null}
 */
export function stepped(key, [row, column], { high, wide }) {
  /** @type {Record<string, Pair>} */
  const ways = {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    Home: [row, 0],
    End: [row, wide - 1],
    PageUp: [0, column],
    PageDown: [high - 1, column],
  };
  const place = ways[key];
  return place ? [Math.max(0, Math.min(high - 1, place[0])), Math.max(0, Math.min(wide - 1, place[1]))] : null;
}
