// Draws a Plotly figure and updates it in place: Plotly.react on one node, for as long as the component lives.

const charts = new WeakMap(); // parentElement -> Chart

const TOUCH = window.matchMedia("(pointer: coarse)");
const CONFIG = { displaylogo: false, scrollZoom: false };

/** Loads Plotly once a page, however many charts ask; a failure is forgotten, so that the next tick tries again. */
function loadPlotly(source) {
  if (window.Plotly?.react) return Promise.resolve(window.Plotly);
  window.cnnvizPlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = () => (window.Plotly ? resolve(window.Plotly) : reject(new Error("no Plotly in the file")));
    script.onerror = () => reject(new Error("the file did not load"));
    document.head.append(script);
  }).catch((error) => {
    window.cnnvizPlotly = undefined;
    throw error;
  });
  return window.cnnvizPlotly;
}

/** The page's background, by Streamlit's own variable. */
function ground(element) {
  const probe = document.createElement("i");
  probe.style.color = "var(--st-background-color)";
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Whether the element lies on a dark background. */
function isDark(element) {
  const [red, green, blue] = (ground(element).match(/[\d.]+/g) ?? [255, 255, 255]).map(Number);
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

/** A button that saves the chart as it is now, on the page's background: letters for a dark one are lost on paper. */
function saver(chart, kind) {
  const click = (node) => {
    const layout = { ...node.layout, paper_bgcolor: ground(node) };
    const file = chart.alt.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 60).replace(/^-|-$/g, "") || "chart";
    const options = { format: kind, filename: file, scale: kind === "png" ? 2 : 1 };
    chart.plotly.downloadImage({ data: node.data, layout }, options);
  };
  const title = `Save this chart as ${kind.toUpperCase()}`;
  return { name: title, title, icon: chart.plotly.Icons[kind === "png" ? "camera" : "disk"], click };
}

/** Replaces every colour of the other theme in the figure's text by this theme's. */
function recolour(text, pairs) {
  return text.replace(/#[0-9A-Fa-f]{6}\b/g, (color) => pairs[color.toUpperCase()] ?? color);
}

class Chart {
  constructor(node) {
    this.node = node;
    this.drawn = null; // what was drawn last, as text
    this.wanted = null; // what should be drawn now
    this.busy = false;
    this.held = false; // a button is down: a zoom box is being drawn
    this.gone = false;
    this.plotly = null;
    this.width = 0;
    this.onDown = () => (this.held = true);
    this.onUp = () => {
      this.held = false;
      setTimeout(() => this.draw(), 50); // after Plotly's own handler has zoomed
    };
    node.addEventListener("pointerdown", this.onDown, true);
    window.addEventListener("pointerup", this.onUp, true);
    window.addEventListener("pointercancel", this.onUp, true);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(node);
  }

  update({ figure, height, alt, source, recolouring }) {
    this.source = source;
    this.height = height;
    this.node.style.height = `${height}px`;
    this.node.setAttribute("role", "figure");
    this.node.setAttribute("aria-label", alt);
    this.alt = alt;
    const dark = isDark(this.node);
    this.wanted = recolour(figure, recolouring[dark ? "dark" : "light"]);
    return this.draw();
  }

  async draw() {
    if (this.busy || this.held || this.gone || this.wanted === this.drawn || !this.node.clientWidth) return;
    this.busy = true;
    const text = this.wanted;
    try {
      if (!this.plotly) this.note("Loading the chart …");
      this.plotly = await loadPlotly(this.source);
      if (this.gone) return;
      this.note(null);
      const { data, layout } = JSON.parse(text);
      this.width = this.node.clientWidth;
      Object.assign(layout, { width: this.width, height: this.height, autosize: false });
      const family = getComputedStyle(this.node).fontFamily; // the page's own, at every depth
      for (const part of [layout, layout.template?.layout, layout.template?.layout?.hoverlabel]) {
        if (part) part.font = { ...part.font, family };
      }
      if (TOUCH.matches) layout.dragmode = false; // a finger scrolls the page
      // Made once: with other buttons Plotly would make a new plot.
      this.buttons ??= ["resetScale2d", ...["png", "svg"].map((kind) => saver(this, kind))];
      const bar = { displayModeBar: TOUCH.matches ? false : "hover", modeBarButtons: [this.buttons] };
      await this.plotly.react(this.node, data, layout, { ...CONFIG, ...bar });
      this.drawn = text;
    } catch (error) {
      if (!this.drawn) this.note("The chart could not be loaded; reload the page to try again.");
    } finally {
      this.busy = false;
    }
    if (this.wanted !== text && !this.gone) await this.draw();
    else this.resize();
  }

  resize() {
    const width = this.node.clientWidth;
    if (!width || this.gone || this.busy) return;
    if (!this.drawn) this.draw();
    else if (width !== this.width && !this.held) {
      this.width = width;
      this.plotly.relayout(this.node, { width });
    }
  }

  note(text) {
    let note = this.node.querySelector(":scope > .cnnviz-live-chart-note");
    if (text === null) return note?.remove();
    if (!note) {
      note = document.createElement("div");
      note.className = "cnnviz-live-chart-note";
      this.node.append(note);
    }
    note.textContent = text;
  }

  remove() {
    this.gone = true;
    this.observer.disconnect();
    this.node.removeEventListener("pointerdown", this.onDown, true);
    window.removeEventListener("pointerup", this.onUp, true);
    window.removeEventListener("pointercancel", this.onUp, true);
    this.plotly?.purge(this.node);
  }
}

export default function ({ data, parentElement }) {
  let chart = charts.get(parentElement);
  if (!chart) {
    chart = new Chart(parentElement.querySelector(".cnnviz-live-chart"));
    charts.set(parentElement, chart);
  }
  chart.update(data);
  return () => {
    chart.remove();
    charts.delete(parentElement);
  };
}
