// How a component comes into the page, follows its data, and leaves.

import { Life } from "./life.js";

/**
 * @typedef {(name: string, value: unknown) => void} Tell sends a value to Python
 * @typedef {object} View
 * @property {(data: any, trigger: Tell, keep: Tell) => void} update takes new data; `trigger` tells what happened, once,
 *   and `keep` what is so from now on
 * @property {() => void} [remove] what is left to do at the end
 *
 * @typedef {object} Place what Streamlit gives to a component
 * @property {[any]} data alone in a list, see component.py
 * @property {any} parentElement where its HTML is
 * @property {Tell} setTriggerValue
 * @property {Tell} setStateValue
 */

/**
 * The component of a class of views: one for each place on the page, told of every change, removed with the place.
 *
 * @param {new (root: any, life: Life) => View} View made with its place and with what lasts as long as it does
 */
export function mount(View) {
  /** @type {WeakMap<object, { view: View, life: Life }>} */
  const mounted = new WeakMap();
  return (/** @type {Place} */ { data, parentElement, setTriggerValue, setStateValue }) => {
    let one = mounted.get(parentElement);
    if (!one) {
      const life = new Life();
      one = { view: new View(parentElement, life), life };
      mounted.set(parentElement, one);
    }
    const { view, life } = one;
    view.update(data[0], setTriggerValue, setStateValue);
    return () => {
      life.end();
      view.remove?.();
      mounted.delete(parentElement);
    };
  };
}
