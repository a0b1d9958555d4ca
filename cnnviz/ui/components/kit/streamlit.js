// All that depends on the page which Streamlit makes round a component.

/** How high a node may be to end with the window, once the page is scrolled to its top. @param {HTMLElement} node */
export function roomBelow(node) {
  const host = /** @type {ShadowRoot} */ (node.getRootNode()).host;
  const main = host?.closest('[data-testid="stMain"]');
  return window.innerHeight - node.getBoundingClientRect().top - (main?.scrollTop ?? 0);
}

/** A colour in the page's theme, as red, green and blue. @param {ParentNode} parent @param {string} [css] */
export function themed(parent, css = "var(--st-background-color)") {
  const probe = document.createElement("i");
  probe.style.color = css;
  parent.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Its red, green and blue. @param {string} color as the browser computes it */
export function rgbOf(color) {
  return (color.match(/[\d.]+/g) ?? ["0", "0", "0"]).slice(0, 3).map(Number);
}
