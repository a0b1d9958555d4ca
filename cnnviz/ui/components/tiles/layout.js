// How pictures of equal size lie side by side.

const FULL_ROWS = 1.25; // how much larger pictures must be to leave the last row ragged
const GUTTER = 4; // CSS pixels
const LABEL = 18; // CSS pixels of a line of words
const NARROW = 480; // CSS pixels of a phone

/**
 * @typedef {object} Wish
 * @property {number} count of pictures
 * @property {number} height of each, in its own pixels
 * @property {number} width
 * @property {number} smallest of a picture's longer side, in CSS pixels
 * @property {number} largest
 * @property {number | null} room CSS pixels of height to fill at most, if all fit with the smallest size
 * @property {number | null} columns pictures in a row, at most
 * @property {string[]} labels
 *
 * @typedef {import("../kit/cells.js").Grid & { zoom: number, below: number }} Plan
 */

/**
 * As large as the room allows, with full rows where that costs little.
 *
 * @param {Wish} wish
 * @param {number} available CSS pixels of width
 * @param {number} ratio device pixels in a CSS pixel
 * @returns {Plan}
 */
export function arrange({ count, height, width, smallest, largest, room, columns, labels }, available, ratio) {
  const tall = (room ?? 0) * (available < NARROW ? 1.5 : 1); // a phone is scrolled anyway
  const gutter = Math.round(GUTTER * ratio);
  const label = labels.length ? Math.round(LABEL * ratio) : 0;
  const least = Math.max(1, Math.ceil((smallest * ratio) / Math.max(height, width)));
  const most = Math.max(least, Math.floor((largest * ratio) / Math.max(height, width)));
  let best = { across: 1, zoom: 1, score: 0 };
  for (let across = 1; across <= Math.min(columns ?? count, count); across++) {
    const down = Math.ceil(count / across);
    const byWidth = Math.floor(((available * ratio - gutter) / across - gutter) / width);
    const byHeight = room ? Math.floor(((tall * ratio - gutter) / down - gutter - label) / height) : most;
    const zoom = Math.min(most, byWidth, Math.max(byHeight, least));
    if (zoom < least && across > 1) break; // narrower from here on
    const tooHigh = byHeight < least ? 1 / down : 1;
    const score = Math.max(zoom, 1) * (count % across ? 1 : FULL_ROWS) * tooHigh;
    if (score >= best.score) best = { across, zoom: Math.max(zoom, 1), score };
  }
  const { across, zoom } = best;
  return { across, zoom, gutter, margin: gutter, below: label, high: height * zoom, wide: width * zoom, ratio };
}
