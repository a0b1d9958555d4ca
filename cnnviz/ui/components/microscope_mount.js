// The component: one microscope for each place on a page, which it keeps while new data comes.

import { Microscope } from "./microscope.js";

const views = new WeakMap(); // parentElement -> Microscope

export default function ({ data, parentElement, setStateValue }) {
  let view = views.get(parentElement);
  if (!view) {
    view = new Microscope(parentElement.querySelector(".bench"));
    views.set(parentElement, view);
  }
  view.update(data, (place) => {
    clearTimeout(view.telling);
    view.telling = setTimeout(() => setStateValue("pinned", place), 600);
  });
  return () => {
    clearTimeout(view.telling);
    view.remove();
    views.delete(parentElement);
  };
}
