// Photos in rows. Everything that came from elsewhere is inserted as text.

import { arrowOf, button, element, matchCount } from "../kit/dom.js";
import { mount } from "../kit/mount.js";

/**
 * @typedef {object} Told a photo
 * @property {string} key what it is called when it is clicked
 * @property {string} address
 * @property {string} name of its file
 * @property {string} word
 * @property {string} percent
 * @property {number | null} share
 * @property {boolean} abstained
 * @property {string} hint
 * @property {string} also
 * @property {boolean} differs
 *
 * @typedef {{ photos: Told[], side: number }} Data
 */

function makePhoto(/** @type {any} */ wall) {
  const node = button("photo", wall);
  const image = element("img", "", element("span", "picture", node));
  Object.assign(image, { alt: "", loading: "lazy", decoding: "async" });
  const said = element("span", "said", node);
  const word = element("b", "word cut", said);
  const percent = element("span", "percent", said);
  const fill = element("span", "fill", element("span", "track", node));
  const also = element("span", "also cut", node);
  const name = element("span", "name cut", node);
  return { node, image, said, word, percent, fill, also, name };
}

class View {
  /** @type {ReturnType<typeof makePhoto>[]} */ photos = [];

  constructor(/** @type {any} */ root) {
    this.wall = root.querySelector(".wall");
    this.wall.onkeydown = (/** @type {any} */ event) => this.move(event);
  }

  /** @param {Data} data @param {import("../kit/mount.js").Tell} tell */
  update({ photos, side }, tell) {
    this.wall.style.setProperty("--side", `${side}px`);
    matchCount(this.photos, photos.length, () => makePhoto(this.wall));
    photos.forEach((told, place) =>
      this.draw(this.photos[place], told, (/** @type {string} */ key) => tell("opened", key)),
    );
  }

  /** @param {ReturnType<typeof makePhoto>} photo @param {Told} told @param {any} open */
  draw(photo, { key, address, name, word, percent, share, abstained, hint, also, differs }, open) {
    const { node, image } = photo;
    if (image.src !== address) image.src = address;
    photo.word.textContent = word;
    photo.percent.textContent = percent;
    photo.name.textContent = name;
    photo.also.textContent = also;
    photo.also.hidden = !also;
    photo.also.classList.toggle("differs", differs);
    photo.said.hidden = !word;
    if (photo.fill.parentElement) photo.fill.parentElement.hidden = share === null;
    photo.fill.style.transform = `scaleX(${share ?? 0})`;
    node.classList.toggle("abstained", abstained);
    node.title = [name, hint].filter(Boolean).join(": ");
    node.setAttribute("aria-label", [word, percent, also, name].filter(Boolean).join(", "));
    node.dataset.key = key;
    node.onclick = () => open(key);
  }

  move(/** @type {any} */ event) {
    const way = arrowOf(event);
    const root = this.wall.getRootNode();
    const from = this.photos.findIndex(({ node }) => node === root.activeElement);
    if (!way || from < 0) return;
    event.preventDefault();
    const top = this.photos[0].node.offsetTop;
    const across = Math.max(1, this.photos.filter(({ node }) => node.offsetTop === top).length);
    this.photos[from + way[0] + across * way[1]]?.node.focus();
  }
}

export default mount(View);
