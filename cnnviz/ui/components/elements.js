// What components that build their own elements share.

const observers = new WeakMap(); // parentElement -> ResizeObserver

/** A new element with a class, at the end of its parent. */
export function element(tag, className, parent) {
  const made = document.createElement(tag);
  made.className = className;
  parent.append(made);
  return made;
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
