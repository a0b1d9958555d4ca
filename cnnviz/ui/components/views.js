// What a component that keeps a view exports.

/**
 * The component of a class of views: one for each place on the page, told of every change, removed with the place.
 *
 * A view is made with the place, and has update(data, setTriggerValue) and remove().
 */
export function keptView(View) {
  const views = new WeakMap(); // parentElement -> View
  return ({ data, parentElement, setTriggerValue }) => {
    let view = views.get(parentElement);
    if (!view) views.set(parentElement, (view = new View(parentElement)));
    view.update(data, setTriggerValue);
    return () => {
      view.remove();
      views.delete(parentElement);
    };
  };
}
