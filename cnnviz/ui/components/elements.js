// What components that build their own elements share.

const observers = new WeakMap(); // parentElement -> ResizeObserver

/** A new element with a class and a text, at the end of its parent; each of the three may be left out. */
export function element(tag, className, parent, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  parent?.append(made);
  return made;
}

/** The path of a new mark, such as a check or a cross, 24 units wide. */
export function markPath(parent) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "mark");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  svg.append(path);
  parent.append(svg);
  return path;
}

/** Call `arrange` whenever `watched` changes its size; returns what a component returns, to be called at its end. */
export function followSize(parentElement, watched, arrange) {
  if (!observers.has(parentElement)) {
    const observer = new ResizeObserver(arrange);
    observer.observe(watched);
    observers.set(parentElement, observer);
  }
  return () => {
    observers.get(parentElement)?.disconnect();
    observers.delete(parentElement);
  };
}
