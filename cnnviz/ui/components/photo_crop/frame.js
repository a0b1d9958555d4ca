// A frame of fixed proportions in a photo: arithmetic alone, in shares of the photo's sides.

/**
 * @typedef {[number, number, number, number]} Frame left, top, right, bottom
 * @typedef {[number, number]} Point to the right and down
 * @typedef {{ width: number, height: number, aspect: number }} Photo `aspect` is width by height of what the network takes
 */

export const LEAST_SHARE = 0.04; // of a side: smaller parts of a photo are a few pixels

/** How high a frame is that is one side wide, in shares. @param {Photo} photo */
function highPerWide({ width, height, aspect }) {
  return width / aspect / height;
}

/** The largest frame in the middle. @param {Photo} photo @returns {Frame} */
export function centreFrame(photo) {
  const ratio = highPerWide(photo);
  const wide = Math.min(1, 1 / ratio);
  const high = wide * ratio;
  return [(1 - wide) / 2, (1 - high) / 2, (1 + wide) / 2, (1 + high) / 2];
}

/**
 * The frame moved, but not out of the photo.
 * @param {Frame} frame @param {number} across @param {number} down @returns {Frame}
 */
export function movedFrame([left, top, right, bottom], across, down) {
  const x = Math.min(Math.max(across, -left), 1 - right);
  const y = Math.min(Math.max(down, -top), 1 - bottom);
  return [left + x, top + y, right + x, bottom + y];
}

/**
 * The frame from a corner that stays to the pointer, in the network's proportions, within the photo.
 *
 * @param {Photo} photo
 * @param {Point} fixed
 * @param {Point} pointer
 * @returns {Frame}
 */
export function drawnFrame(photo, [fixedX, fixedY], [x, y]) {
  const ratio = highPerWide(photo);
  const [right, down] = [x >= fixedX, y >= fixedY];
  const roomX = right ? 1 - fixedX : fixedX;
  const roomY = down ? 1 - fixedY : fixedY;
  const asked = Math.max(Math.abs(x - fixedX), Math.abs(y - fixedY) / ratio);
  const least = Math.max(LEAST_SHARE, LEAST_SHARE / ratio);
  const wide = Math.min(Math.max(asked, least), roomX, roomY / ratio);
  const high = wide * ratio;
  const [left, top] = [right ? fixedX : fixedX - wide, down ? fixedY : fixedY - high];
  return [left, top, left + wide, top + high];
}

/**
 * The frame made larger or smaller around its middle.
 * @param {Photo} photo @param {Frame} frame @param {number} factor
 */
export function scaledFrame(photo, [left, top, right, bottom], factor) {
  const ratio = highPerWide(photo);
  const least = Math.max(LEAST_SHARE, LEAST_SHARE / ratio);
  const wide = Math.min(Math.max((right - left) * factor, least), 1, 1 / ratio);
  const high = wide * ratio;
  const [x, y] = [(left + right - wide) / 2, (top + bottom - high) / 2];
  return movedFrame(
    [x, y, x + wide, y + high],
    x < 0 ? -x : Math.min(0, 1 - x - wide),
    y < 0 ? -y : Math.min(0, 1 - y - high),
  );
}

/** Four numbers that are shares, short enough for a link. @param {Frame} frame */
export function tidyFrame(frame) {
  return frame.map((edge) => Math.min(1, Math.max(0, Math.round(edge * 1e4) / 1e4)));
}
