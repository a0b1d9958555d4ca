// Pictures on a canvas: a byte a value, a table of colours, and the ends of each picture's scale.

/**
 * @typedef {object} Picture pictures of one size, one after the other
 * @property {number} [count] 1 where it is left out
 * @property {number} height
 * @property {number} width
 * @property {number} channels
 */

/** What draws on a canvas. @param {HTMLCanvasElement} canvas */
export function brush(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}

/** A canvas that is not on the page. @param {number} width @param {number} height */
export function sheet(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

/**
 * What a byte stands for.
 * @param {{ lows: number[], highs: number[] }} ends @param {number} picture @param {number} byte
 */
export function valueAt({ lows, highs }, picture, byte) {
  return lows[picture] + ((highs[picture] - lows[picture]) * byte) / 255;
}

/**
 * Pictures one under the other on a canvas of their own, a pixel a value.
 *
 * @param {Picture} picture
 * @param {ArrayLike<number>} values
 * @param {ArrayLike<number>} table red, green and blue of 256 colours; not used for pictures of three channels
 */
export function sheetOf({ count = 1, height, width, channels }, values, table) {
  const canvas = sheet(width, height * count);
  const image = new ImageData(width, height * count);
  const source = channels === 3 ? values : table;
  for (let i = 0; i < count * height * width; i++) {
    const from = channels === 3 ? i * 3 : values[i] * 3;
    for (let c = 0; c < 3; c++) image.data[i * 4 + c] = source[from + c];
    image.data[i * 4 + 3] = 255;
  }
  brush(canvas).putImageData(image, 0, 0);
  return canvas;
}

/** As many times as large as it may be: a whole number where it is enlarged. @param {number} most */
export function wholeZoom(most) {
  return most >= 1 ? Math.floor(most) : most;
}

/**
 * Give a canvas its size in device pixels, and its place on the page in CSS pixels; nothing where it has it.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @param {number} ratio device pixels in a CSS pixel
 */
export function resized(canvas, width, height, ratio) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  Object.assign(canvas.style, { width: `${width / ratio}px`, height: `${height / ratio}px` });
}

/** Whether letters on a colour are to be dark. @param {number[]} rgb from 0 to 255 */
export function isLight([red, green, blue]) {
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140;
}
