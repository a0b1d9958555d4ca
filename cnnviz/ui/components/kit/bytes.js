// Arrays as they come from Python: base64 of their bytes, the lowest first.

/** @param {string} text */
export function bytes(text) {
  const letters = atob(text);
  const found = new Uint8Array(letters.length);
  for (let at = 0; at < found.length; at++) found[at] = letters.charCodeAt(at);
  return found;
}

/**
 * Numbers of a type, such as `floats = numbers(text, Float32Array)`.
 *
 * @template T
 * @param {string} text
 * @param {new (buffer: ArrayBuffer) => T} Type
 */
export function numbers(text, Type) {
  return new Type(bytes(text).buffer);
}

/** Half-precision numbers; browsers without Float16Array are still in use. @param {string} text */
export function halves(text) {
  return Float32Array.from(numbers(text, Uint16Array), (word) => {
    const sign = word & 0x8000 ? -1 : 1;
    const exponent = (word >> 10) & 31;
    const fraction = word & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : (2 ** -14 * fraction) / 1024);
  });
}
