// What a tile says of an image.

import { percent, short } from "../kit/numbers.js";

const FORGOTTEN = -2; // in place of a moment, as in Python

/**
 * @typedef {object} Words what the component is told of all images
 * @property {string[]} names of the classes
 * @property {string} truth the word before the true class
 * @property {"percent" | "number" | "moment"} format of the values
 * @property {string[]} moments
 * @property {string[]} verdict_words
 *
 * @typedef {{ image: number, label: number, predicted: number, confidence: number, value: number,
 *   verdict: number }} One an image
 */

/** @param {number} value @param {Words} words */
function valueInWords(value, { format, moments }) {
  if (format === "percent") return percent(value);
  if (format === "number") return short(value);
  return moments[value] ?? (value === FORGOTTEN ? "forgotten" : "never");
}

/** What is shown and told of an image. @param {Words} words @param {One} one */
export function wordsOf(words, { image, label, predicted, confidence, value, verdict }) {
  const { names, truth, verdict_words: verdicts } = words;
  const share = confidence.toPrecision(4);
  return {
    right: label === predicted,
    name: names[predicted],
    value: valueInWords(value, words),
    truth: `${truth} ${names[label]}`,
    verdict: verdicts[verdict],
    told: `test image ${image}: ${truth} ${names[label]}, predicted ${names[predicted]} with confidence ${share}`,
  };
}
