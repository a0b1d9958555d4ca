// Numbers as people read them. The rules are those of cnnviz.figures: a real minus sign, no certainty that is none.

/** A number's text with a real minus sign. @param {number | string} text */
export function minus(text) {
  return String(text).replace(/-/g, "−");
}

/**
 * Two significant digits, those before the point all of them; in a column of numbers: `1.0`, `0.50`, `1234`, `−3.1`.
 *
 * @param {number} value
 */
export function short(value) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e5 || size < 9.5e-5) return minus(value.toExponential(0));
  if (size >= 9.95) return minus(value.toFixed(0));
  if (size >= 0.995) return minus(value.toFixed(1));
  const decimals = Math.min(5, 1 - Math.floor(Math.log10(Number(size.toPrecision(2)))));
  return minus(value.toFixed(decimals));
}

/** The same for a number that stands alone, without zeros at its end: `1`, `0.5`. @param {number} value */
export function digits(value) {
  return short(value)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}

/** The same as `short` with a plus sign in front of what is positive. @param {number} value */
export function signed(value) {
  return value > 0 ? `+${short(value)}` : short(value);
}

/** Every digit that a float32 has. @param {number} value */
export function exact(value) {
  return Number.isFinite(value) ? minus(Number(value.toPrecision(9))) : short(value);
}

/** A whole number, its thousands parted. @param {number} value */
export function count(value) {
  return value.toLocaleString("en");
}

/**
 * A share of one in per cent: 0 and 100 are written for nothing else.
 *
 * @param {number} share
 * @param {number} [decimals]
 */
export function percent(share, decimals = 0) {
  if (!Number.isFinite(share)) return "NaN";
  const [text, least] = [(100 * share).toFixed(decimals), 10 ** -decimals];
  if (share > 0 && Number(text) === 0) return `< ${least} %`;
  if (share < 1 && Number(text) === 100) return `> ${100 - least} %`;
  return `${text} %`;
}

/** The same, with a decimal where a whole number would say little. @param {number} share */
export function closePercent(share) {
  return percent(share, (share > 0.0995 && share < 0.995) || share === 0 || share === 1 ? 0 : 1);
}
