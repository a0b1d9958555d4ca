// Between input and output: for each channel its patch, the kernel, the products of the two, and their sum.

import { element } from "./elements.js";
import { exact, inCell, short, tiny } from "./microscope_numbers.js";
import { writtenFactors } from "./microscope_sums.js";
import { NARROW, ROWS, strongest } from "./microscope_written.js";

/** A number of a cell; where it is long, without its leading zero. */
function narrow(text) {
  return text.length > 6 ? text.replace("0.", ".") : text;
}

export class Products {
  /** `on.cell(k, cell)` is told what the pointer is over (or null); `on.channel(k)` which channel was clicked. */
  constructor(root, on) {
    this.root = root;
    this.heads = root.querySelector(".heads");
    this.list = root.querySelector(".rows");
    this.told = root.querySelector(".cell-line");
    this.list.onpointerover = (event) => this.point(event.target.closest(".cell"), on);
    this.list.onpointerleave = () => this.point(null, on);
    this.list.onclick = (event) => {
      const name = event.target.closest("button.channel");
      if (name) on.channel(Number(name.dataset.k));
      else this.point(event.target.closest(".cell"), on);
    };
  }

  /** Make the rows for a bench; nothing of them moves afterwards. */
  build(bench) {
    this.bench = bench;
    this.pooling = bench.kind === "max" || bench.kind === "average";
    this.large = this.pooling || bench.columns <= NARROW;
    this.root.classList.toggle("small", !this.large);
    this.root.classList.toggle("widest", bench.columns > 5);
    this.root.classList.toggle("single", this.large && bench.channels.length === 1);
    this.root.style.setProperty("--across", bench.columns);
    this.list.replaceChildren();
    this.told.textContent = "";
    const grids = this.pooling ? ["window"] : ["patch", "kernel", "product"];
    const product = this.large ? "products" : "products, in short";
    const words = { window: "the window", patch: "patch", kernel: "kernel", product };
    this.heads.replaceChildren();
    grids.forEach((grid, at) => {
      if (at) element("span", "sign", this.heads, at === 1 ? "×" : "=");
      element("span", `head ${grid}`, this.heads, words[grid]);
    });
    const count = bench.channels.length <= ROWS + 1 ? bench.channels.length : ROWS;
    this.rows = Array.from({ length: count }, () => this.row(grids));
  }

  row(grids) {
    const row = element("div", "row", this.list);
    const top = element("div", "top", row);
    const name = element("button", "channel", top);
    name.type = "button";
    const sum = element("span", "sum", top);
    const body = element("div", "grids", row);
    const made = { row, name, sum };
    grids.forEach((grid, at) => {
      if (at) element("span", "sign", body, at === 1 ? "×" : "=");
      const box = element("div", `grid ${grid}`, body);
      made[grid] = Array.from({ length: this.bench.cells }, (_, cell) => {
        const square = element(this.bench.kind === "playground" && grid === "kernel" ? "input" : "span", "cell", box);
        Object.assign(square.dataset, { grid, cell });
        return square;
      });
    });
    return made;
  }

  /** Write the numbers of one output pixel as `written` has them; `lit` is the channel that the input map shows. */
  fill(terms, written, scales, chosen, lit) {
    Object.assign(this, { terms, written });
    this.shown = this.pooling ? terms.parts : strongest(terms.parts, chosen);
    this.shown.forEach((part, at) => {
      const made = this.rows[at];
      made.row.dataset.k = part.k;
      made.name.textContent = part.channel;
      made.name.dataset.k = part.k;
      made.name.disabled = terms.parts.length === 1;
      made.name.setAttribute("aria-pressed", String(part.k === lit && terms.parts.length > 1));
      made.name.title = made.name.disabled ? "" : `Show ${part.channel} on the input`;
      if (this.pooling) return this.window(made, terms, scales);
      const { total, terms: products, patch } = written.rows.get(part.k);
      made.sum.textContent = `sum ${part.sum > 0 ? "+" : ""}${total}`;
      made.sum.title = exact(part.sum);
      terms.where.forEach((place, cell) => {
        this.cell(made.patch[cell], part.patch[cell], scales.patch, place < 0, patch?.[cell]);
        this.cell(made.kernel[cell], part.kernel[cell], scales.kernel, false);
        this.cell(made.product[cell], part.products[cell], scales.product, place < 0, products[cell]);
      });
    });
  }

  window(made, terms, scales) {
    made.sum.textContent = "";
    terms.where.forEach((place, cell) => {
      const text = this.written.terms[terms.inside.indexOf(cell)];
      this.cell(made.window[cell], terms.patch[cell], scales.patch, place < 0, text);
      if (place < 0) made.window[cell].textContent = "";
      made.window[cell].classList.toggle("winner", this.bench.kind === "max" && cell === terms.winner);
    });
  }

  /** Wide kernels have room for short numbers only; `written` is what the value is among those it is added up with. */
  cell(square, value, scale, padded, written) {
    if (square.localName === "input") return scale.paint(square, value); // its text is the person's
    square.classList.toggle("padded", padded);
    const numbered = this.large || square.dataset.grid === "product";
    const text = !numbered ? "" : this.large ? narrow(written ?? inCell(value)) : tiny(value);
    square.textContent = text;
    square.classList.toggle("long", text.length > (this.large ? 6 : 4));
    if (padded) square.style.background = square.style.color = "";
    else scale.paint(square, value);
  }

  /** One cell in words, and the same cell of the other grids and of the input marked. */
  point(square, on) {
    for (const marked of this.list.querySelectorAll(".cell.here")) marked.classList.remove("here");
    if (!square || !this.terms) {
      this.told.textContent = "";
      return on.cell(null);
    }
    const row = square.closest(".row");
    const [k, cell] = [Number(row.dataset.k), Number(square.dataset.cell)];
    for (const same of row.querySelectorAll(`.cell[data-cell="${cell}"]`)) same.classList.add("here");
    const part = this.terms.parts[k];
    const place = this.terms.where[cell];
    const { width } = this.bench;
    const where = place < 0 ? "padding" : `row ${Math.floor(place / width)}, column ${place % width}`;
    square.title = this.pooling ? exact(part.patch[cell])
      : `${exact(part.patch[cell])} × ${exact(part.kernel[cell])} = ${exact(part.products[cell])}`;
    const number = this.pooling ? short(part.patch[cell]) : this.product(part, cell);
    this.told.textContent = `${number} · ${part.channel}, ${where}`;
    on.cell(k, cell);
  }

  /** One product with as many decimals of its factors as it takes to come out. */
  product({ k, patch, kernel, products }, cell) {
    if (![patch[cell], kernel[cell]].every(Number.isFinite)) return `${short(patch[cell])} × ${short(kernel[cell])}`;
    const { decimals } = this.written.rows.get(k);
    const [value, weight, product] = writtenFactors(patch[cell], kernel[cell], products[cell], decimals);
    return `${value} × ${weight} = ${product}`;
  }
}
