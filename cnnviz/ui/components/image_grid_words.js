// What a tile says of an image.

const FORGOTTEN = -2; // in place of a moment, as in Python

function percent(share) {
  const whole = Math.round(100 * share);
  if (whole === 100 && share < 1) return "> 99 %";
  return whole === 0 && share > 0 ? "< 1 %" : `${whole} %`;
}

/** About two significant digits. */
function digits(value) {
  const size = Math.abs(value);
  const decimals = size < 0.995 ? 2 : size < 9.95 ? 1 : 0;
  return (value < 0 && size >= 0.005 ? "−" : "") + size.toFixed(decimals);
}

function valueInWords(value, { format, moments }) {
  if (format === "percent") return percent(value);
  if (format === "moment") return moments[value] ?? (value === FORGOTTEN ? "forgotten" : "never");
  return format === "number" ? digits(value) : "";
}

/** What is shown and told of an image: `data` is the component's, `one` has image, label, predicted, confidence, value, verdict. */
export function wordsOf(data, { image, label, predicted, confidence, value, verdict }) {
  const { names, truth, verdict_words: verdicts } = data;
  const share = confidence.toPrecision(4);
  return {
    right: label === predicted,
    name: names[predicted],
    value: valueInWords(value, data),
    truth: `${truth} ${names[label]}`,
    verdict: verdicts[verdict],
    told: `test image ${image}: ${truth} ${names[label]}, predicted ${names[predicted]} with confidence ${share}`,
  };
}
