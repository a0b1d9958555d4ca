// A figure on a page as SVG: what its HTML shows, element by element; a canvas becomes a picture that stays sharp.

import { brush, sheet } from "./canvas.js";
import { themed } from "./streamlit.js";

const MARGIN = 16; // pixels round the figure
const NARROWEST = 240; // pixels that the line below it needs at least
const NOTE = 12; // pixels of the letters of the line that says what it is of
const LOOK = [
  "stroke-width",
  "stroke-dasharray",
  "opacity",
  "display",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
];

/** @typedef {{ left: number, top: number, width: number, height: number }} Box */

const known = new Map(); // as CSS has it -> [#rrggbb, opacity]: other programs know no color-mix()
const probe = /** @type {CanvasRenderingContext2D} */ (sheet(1, 1).getContext("2d", { willReadFrequently: true }));

/** @param {unknown} text */
function escaped(text) {
  /** @type {Record<string, string>} */
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return String(text).replace(/[&<>"]/g, (letter) => entities[letter]);
}

/** A colour that every program knows, and its opacity from 0 to 1. @param {string} color */
function plainColor(color) {
  if (!known.has(color)) {
    probe.clearRect(0, 0, 1, 1);
    probe.fillStyle = color;
    probe.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = probe.getImageData(0, 0, 1, 1).data;
    const hex = [red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("");
    known.set(color, [`#${hex}`, Math.round((alpha / 255) * 1000) / 1000]);
  }
  return known.get(color);
}

function paintOf(/** @type {string} */ name, /** @type {string} */ color) {
  const [hex, opacity] = plainColor(color);
  return `${name}="${hex}"${opacity < 1 ? ` ${name}-opacity="${opacity}"` : ""}`;
}

function tidy(/** @type {number} */ value) {
  return String(Math.round(value * 100) / 100);
}

/** @param {Box} box */
function boxOf({ left, top, width, height }) {
  return `x="${tidy(left)}" y="${tidy(top)}" width="${tidy(width)}" height="${tidy(height)}"`;
}

/** @param {Box} box @param {number} by */
function grown({ left, top, width, height }, by) {
  return { left: left - by, top: top - by, width: width + 2 * by, height: height + 2 * by };
}

/**
 * A sentence in lines that are no wider than so many pixels, each with its width, in the probe's letters.
 * @param {string} text @param {number} across
 */
function noteLines(text, across) {
  /** @type {[words: string, width: number][]} */
  const lines = [];
  for (const word of text.split(" ").filter(Boolean)) {
    const longer = lines.length ? `${lines[lines.length - 1][0]} ${word}` : word;
    const width = probe.measureText(longer).width;
    if (lines.length && width <= across) lines[lines.length - 1] = [longer, width];
    else lines.push([word, probe.measureText(word).width]);
  }
  return lines;
}

class FigureSvg {
  /** @type {string[]} */ parts = [];
  /** @type {string[]} */ defined = [];
  /** @type {Element[]} what lies above everything, which comes last */ later = [];
  late = false;
  left = Infinity;
  top = Infinity;
  right = 0;
  bottom = 0;

  /** @param {Element} root */
  constructor(root) {
    this.root = root;
    this.origin = root.getBoundingClientRect();
  }

  /** The element and all that it holds, nothing that asks to be left out or cannot be seen. @param {any} node */
  element(node) {
    const style = getComputedStyle(node);
    if (Number(style.zIndex) > 0 && !this.late) return this.later.push(node);
    const hidden = style.display === "none" || style.visibility === "hidden" || Number(style.opacity) === 0;
    if (hidden || node.matches("[data-unsaved], input[type=range], style, script")) return;
    const faded = Number(style.opacity) < 1;
    if (faded) this.parts.push(`<g opacity="${style.opacity}">`);
    if (style.display !== "contents") this.box(node, style);
    const name = node.localName;
    if (name === "canvas" || name === "img") this.picture(node, style);
    else if (name === "svg") this.drawing(node);
    else if (name === "input") this.field(node, style);
    else
      for (const child of node.childNodes) {
        if (child.nodeType === Node.ELEMENT_NODE) this.element(child);
        else if (child.nodeType === Node.TEXT_NODE) this.text(child, style);
      }
    if (faded) this.parts.push("</g>");
  }

  /** @param {Box} box of the page */
  place({ left, top, width, height }) {
    return { left: left - this.origin.left, top: top - this.origin.top, width, height };
  }

  /** Take a part that lies at a place; the figure is as large as its parts. @param {Box} place @param {string} part */
  add(place, part) {
    this.left = Math.min(this.left, place.left);
    this.top = Math.min(this.top, place.top);
    this.right = Math.max(this.right, place.left + place.width);
    this.bottom = Math.max(this.bottom, place.top + place.height);
    this.parts.push(part);
  }

  /** Background, frame, outline, line that stands before it. @param {any} node @param {CSSStyleDeclaration} style */
  box(node, style) {
    const bounds = node.getBoundingClientRect();
    if (!bounds.width || !bounds.height) return;
    const place = this.place(bounds);
    const round = Math.min(parseFloat(style.borderTopLeftRadius) || 0, bounds.height / 2);
    const fill = style.backgroundImage.includes("linear-gradient(")
      ? this.gradient(style.backgroundImage)
      : paintOf("fill", style.backgroundColor);
    const edge = style.borderTopStyle === "none" ? 0 : parseFloat(style.borderTopWidth);
    const ground = boxOf(grown(place, -edge / 2));
    if (!fill.includes('opacity="0"')) this.add(place, `<rect ${ground} rx="${tidy(round)}" ${fill}/>`);
    this.frame(place, edge, style.borderTopColor, round);
    const out = parseFloat(style.outlineWidth);
    if (style.outlineStyle !== "none" && !node.matches("canvas, :focus"))
      this.frame(grown(place, out + parseFloat(style.outlineOffset)), out, style.outlineColor, round);
    const ring = style.boxShadow.match(/^(.+\)) 0px 0px 0px ([\d.]+)px inset$/);
    if (ring) this.frame(place, Number(ring[2]), ring[1], round);
    this.before(node, place);
  }

  /** @param {Box} place @param {number} thick @param {string} color @param {number} round */
  frame(place, thick, color, round) {
    if (!thick) return;
    const look = `fill="none" stroke-width="${thick}" ${paintOf("stroke", color)}`;
    this.add(place, `<rect ${boxOf(grown(place, -thick / 2))} rx="${tidy(round)}" ${look}/>`);
  }

  /** A line such as the zero of a scale, drawn by the style sheet. @param {any} node @param {Box} place */
  before(node, place) {
    const style = getComputedStyle(node, "::before");
    if (style.position !== "absolute" || ["none", "normal"].includes(style.content)) return;
    const [left, top, width, height] = ["left", "top", "width", "height"].map((side) =>
      parseFloat(style.getPropertyValue(side)),
    );
    const box = boxOf({ left: place.left + left, top: place.top + top, width, height });
    if (width && height) this.parts.push(`<rect ${box} ${paintOf("fill", style.backgroundColor)}/>`);
  }

  /** A scale from left to right, or hatching. @param {string} image */
  gradient(image) {
    const colors = image.match(/(?:rgba?|color|oklab|oklch)\([^()]*\)|#\w+/g) ?? ["transparent"];
    const id = `paint-${this.defined.length}`;
    if (image.startsWith("repeating")) {
      const [ground, line] = [colors[0], /** @type {string} */ (colors.at(-1))].map((color) => paintOf("fill", color));
      this.defined.push(
        `<pattern id="${id}" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
          `<rect width="4" height="4" ${ground}/><rect width="4" height="1" ${line}/></pattern>`,
      );
    } else {
      const stops = colors.map((color, n) => {
        const [hex, opacity] = plainColor(color);
        const offset = tidy(n / Math.max(1, colors.length - 1));
        return `<stop offset="${offset}" stop-color="${hex}" stop-opacity="${opacity}"/>`;
      });
      this.defined.push(`<linearGradient id="${id}">${stops.join("")}</linearGradient>`);
    }
    return `fill="url(#${id})"`;
  }

  picture(/** @type {any} */ node, /** @type {CSSStyleDeclaration} */ style) {
    const bounds = node.getBoundingClientRect();
    if (!bounds.width || !bounds.height || !(node.naturalWidth ?? node.width)) return;
    const edge = parseFloat(style.borderTopWidth) || 0;
    const sharp = node.localName === "canvas" || style.imageRendering === "pixelated";
    const look = sharp ? ' style="image-rendering:pixelated"' : "";
    const place = grown(this.place(bounds), -edge);
    this.add(place, `<image ${boxOf(place)} preserveAspectRatio="none"${look} href="${this.address(node)}"/>`);
  }

  address(/** @type {any} */ node) {
    if (node.localName === "canvas") return node.toDataURL("image/png");
    if (/^data:image\/(png|jpeg)/.test(node.src)) return escaped(node.src); // not every program knows other formats
    const copy = sheet(node.naturalWidth, node.naturalHeight);
    brush(copy).drawImage(node, 0, 0);
    return copy.toDataURL("image/png");
  }

  /** A drawing within, its colours written into it. @param {any} node */
  drawing(node) {
    const bounds = node.getBoundingClientRect();
    const copy = node.cloneNode(true);
    const copies = copy.querySelectorAll("*");
    node.querySelectorAll("*").forEach((/** @type {any} */ one, /** @type {number} */ index) => {
      const style = getComputedStyle(one);
      for (const name of /** @type {const} */ (["fill", "stroke"])) {
        const kept = style[name] === "none" || style[name].startsWith("url");
        const [hex, opacity] = kept ? [style[name], 1] : plainColor(style[name]);
        copies[index].setAttribute(name, hex);
        if (opacity < 1) copies[index].setAttribute(`${name}-opacity`, opacity);
      }
      for (const name of LOOK) copies[index].setAttribute(name, style.getPropertyValue(name));
      for (const name of ["class", "style"]) copies[index].removeAttribute(name);
    });
    const place = this.place(bounds);
    const { left: x, top: y, width, height } = place;
    for (const [name, value] of Object.entries({ x, y, width, height })) copy.setAttribute(name, tidy(value));
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("overflow", "visible");
    copy.removeAttribute("class");
    copy.removeAttribute("style");
    this.add(place, new XMLSerializer().serializeToString(copy));
  }

  /** What is typed into a field, in its middle. @param {any} node @param {CSSStyleDeclaration} style */
  field(node, style) {
    const place = this.place(node.getBoundingClientRect());
    const middle = `x="${tidy(place.left + place.width / 2)}" y="${tidy(place.top + place.height / 2)}"`;
    const look = `text-anchor="middle" dominant-baseline="central" ${this.letters(style)}`;
    this.add(place, `<text ${middle} ${look}>${escaped(node.value)}</text>`);
  }

  letters(/** @type {CSSStyleDeclaration} */ style) {
    const weight = style.fontWeight === "400" ? "" : ` font-weight="${style.fontWeight}"`;
    const font = `font-family="${escaped(style.fontFamily)}" font-size="${style.fontSize}"${weight}`;
    return `${font} ${paintOf("fill", style.color)}`;
  }

  /** Words, a line at a time where they are on the page. @param {any} node @param {CSSStyleDeclaration} style */
  text(node, style) {
    /** @type {{ left: number, right: number, top: number, height: number, words: string }[]} */
    const lines = [];
    const range = document.createRange();
    for (const word of node.data.matchAll(/\S+/g)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const box = range.getBoundingClientRect();
      const { left, right, top, height } = box;
      const last = lines.at(-1);
      const goesOn = last && Math.abs(last.top - top) < height / 2;
      if (goesOn) Object.assign(last, { right, words: `${last.words} ${word[0]}` });
      else if (box.width) lines.push({ left, right, top, height, words: word[0] });
    }
    probe.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    for (const { left, right, top, height, words } of lines) {
      const at = this.place({ left, top, width: right - left, height });
      const { fontBoundingBoxAscent: above, fontBoundingBoxDescent: below } = probe.measureText(words);
      const base = at.top + (height - above - below) / 2 + above;
      // The program that opens it may not have the font: the words keep their width.
      const fit = words.length > 1 ? ` textLength="${tidy(right - left)}" lengthAdjust="spacingAndGlyphs"` : "";
      const where = `x="${tidy(at.left)}" y="${tidy(base)}"${fit}`;
      this.add(at, `<text ${where} ${this.letters(style)}>${escaped(words)}</text>`);
    }
  }

  /**
   * Everything on the page's background, and below it, quieter, what it is of.
   * @param {string} source @param {string} background
   */
  whole(source, background) {
    const style = getComputedStyle(this.root);
    probe.font = `${NOTE}px ${style.fontFamily}`;
    const across = Math.max(this.right - this.left, NARROWEST);
    const lines = noteLines(source, across);
    const wide = Math.ceil(across) + 2 * MARGIN;
    const below = Math.ceil(this.bottom - this.top) + MARGIN + 8;
    const pitch = NOTE + 4;
    const high = below + MARGIN + (lines.length ? pitch * lines.length : -8);
    const font = `font-family="${escaped(style.fontFamily)}" font-size="${NOTE}"`;
    const look = `opacity="0.7" ${font} ${paintOf("fill", style.color)}`;
    const words = lines.map(([line, length], n) => {
      const fit = line.length > 1 ? ` textLength="${tidy(length)}" lengthAdjust="spacingAndGlyphs"` : "";
      return `<text x="${MARGIN}" y="${below + pitch * n + NOTE}"${fit} ${look}>${escaped(line)}</text>`;
    });
    const moved = `${tidy(MARGIN - this.left)} ${tidy(MARGIN - this.top)}`;
    return {
      wide,
      high,
      text:
        `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}" viewBox="0 0 ${wide} ${high}">` +
        `<defs>${this.defined.join("")}</defs><rect width="${wide}" height="${high}" ${paintOf("fill", background)}/>` +
        `<g transform="translate(${moved})">${this.parts.join("")}</g>${words.join("")}</svg>\n`,
    };
  }
}

/**
 * Draw an element and all it holds, also what is scrolled out of sight.
 * @param {Element} root @param {string} [source]
 */
export function figureSvg(root, source = "") {
  const all = [root, ...root.querySelectorAll("*")];
  const scrolled = all.filter((node) => node.scrollLeft).map((node) => ({ node, left: node.scrollLeft }));
  for (const { node } of scrolled) node.scrollLeft = 0;
  const drawn = new FigureSvg(root);
  drawn.element(root);
  drawn.late = true; // what lies above everything
  for (const node of drawn.later) drawn.element(node);
  for (const { node, left } of scrolled) node.scrollLeft = left;
  return drawn.whole(source, themed(root));
}
