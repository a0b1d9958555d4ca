// Numbers as they come from Python and as people read them.

/** A base64 text of little-endian float32 as numbers. */
export function decode(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

function minus(text) {
  return text.replace(/-/g, "−");
}

/** Two significant digits, with a real minus sign. */
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

/** The same with a plus sign in front of what is positive. */
export function signed(value) {
  return value > 0 ? `+${short(value)}` : short(value);
}

/** For a cell among others: never more than three decimals, so that columns of numbers look alike. */
export function inCell(value) {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size === 0 || size >= 0.0995) return short(value);
  return size < 0.0005 ? "≈0" : minus(value.toFixed(3));
}

/** For a small cell: two decimals, no leading zero. */
export function tiny(value) {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size >= 9.95 || size === 0) return short(value);
  if (size < 0.005) return "≈0";
  return minus(value.toFixed(size >= 0.995 ? 1 : 2).replace("0.", "."));
}

/** Every digit that a float32 has. */
export function exact(value) {
  return Number.isFinite(value) ? minus(String(Number(value.toPrecision(9)))) : short(value);
}

/** A share of one in per cent; never a certainty that is none. */
export function percent(share) {
  if (!Number.isFinite(share)) return "NaN";
  if (share > 0 && share < 0.001) return "< 0.1 %";
  if (share < 1 && share > 0.999) return "> 99.9 %";
  return `${(100 * share).toFixed(share > 0.0995 || share === 0 ? 0 : 1)} %`;
}
