// Pictures as they come from Python: a byte a value, a table of colours, and the ends of each picture's scale.

/** A base 64 text as bytes. */
export function decodeBytes(text) {
  return Uint8ClampedArray.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** Two significant digits, with a real minus sign. */
export function digits(value) {
  if (Math.abs(value) < 1e-9) return "0";
  return (value < 0 ? "−" : "") + Number(Math.abs(value).toPrecision(2)).toString();
}

/** What a byte stands for. */
export function valueOf({ lows, highs }, picture, byte) {
  return lows[picture] + ((highs[picture] - lows[picture]) * byte) / 255;
}

/** Pictures one under the other on a canvas of their own, a pixel a value. */
export function sheetOf({ count = 1, height, width, channels }, bytes, table) {
  const image = new ImageData(width, height * count);
  const source = channels === 3 ? bytes : table;
  for (let i = 0; i < count * height * width; i++) {
    const from = channels === 3 ? i * 3 : bytes[i] * 3;
    for (let c = 0; c < 3; c++) image.data[i * 4 + c] = source[from + c];
    image.data[i * 4 + 3] = 255;
  }
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height: height * count });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/** Give a canvas its size in device pixels, and its place on the page in CSS pixels; nothing where it has it. */
export function resized(canvas, width, height, ratio) {
  if (canvas.width === width && canvas.height === height) return;
  Object.assign(canvas, { width, height });
  Object.assign(canvas.style, { width: `${width / ratio}px`, height: `${height / ratio}px` });
}

/** Write what a figure says: the ends of its scale with the colours between them, and its caption. */
export function tellFigure(root, { low, high, ramp, caption }) {
  root.querySelector(".low").textContent = low;
  root.querySelector(".high").textContent = high;
  root.querySelector(".ramp").style.background = ramp.length ? `linear-gradient(to right, ${ramp.join(", ")})` : "";
  root.querySelector("figcaption").textContent = caption;
}
