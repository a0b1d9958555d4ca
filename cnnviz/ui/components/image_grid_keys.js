// The keyboard in a grid: arrows, Page Up and Down, Home and End move; Enter opens.

const PAUSE_MS = 150; // after an arrow key, before the server is told

/** What a key does to the view. */
export function pressed(view, event) {
  if (event.altKey || event.ctrlKey || event.metaKey || !view.layout) return;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    view.choose(view.active, 0);
    return;
  }
  const to = target(view, event.key);
  if (to === undefined) return;
  event.preventDefault();
  view.active = Math.min(view.indices.length - 1, Math.max(0, to));
  view.reveal(view.active);
  if (view.chosen === null) view.draw();
  else view.choose(view.active, PAUSE_MS); // what is open follows
}

function target({ active, layout, indices, scroller, shape }, key) {
  const screen = Math.max(1, Math.floor(scroller.clientHeight / shape.line) - 1);
  const jump = (way) => {
    let at = active;
    for (let line = 0; line < screen; line++) at = layout.beside(at, way);
    return at;
  };
  const ways = {
    ArrowLeft: () => active - 1,
    ArrowRight: () => active + 1,
    ArrowUp: () => layout.beside(active, -1),
    ArrowDown: () => layout.beside(active, 1),
    PageUp: () => jump(-1),
    PageDown: () => jump(1),
    Home: () => 0,
    End: () => indices.length - 1,
  };
  return ways[key]?.();
}
