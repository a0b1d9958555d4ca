// Photos in rows. Everything that came from elsewhere is inserted as text.

import { element } from "./elements.js";

const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
const walls = new WeakMap(); // parentElement -> View

function makePhoto(wall) {
  const button = element("button", "photo", wall);
  button.type = "button";
  const image = element("img", "", element("span", "picture", button));
  Object.assign(image, { alt: "", loading: "lazy", decoding: "async" });
  const said = element("span", "said", button);
  const word = element("b", "word", said);
  const percent = element("span", "percent", said);
  const fill = element("i", "", element("span", "track", button));
  const also = element("span", "also", button);
  const name = element("span", "name", button);
  return { button, image, said, word, percent, fill, also, name };
}

class View {
  constructor(root) {
    this.wall = root.querySelector(".wall");
    this.photos = [];
    this.wall.onkeydown = (event) => this.move(event);
  }

  update({ photos, side }, open) {
    this.wall.style.setProperty("--side", `${side}px`);
    while (this.photos.length > photos.length) this.photos.pop().button.remove();
    while (this.photos.length < photos.length) this.photos.push(makePhoto(this.wall));
    photos.forEach((told, place) => this.draw(this.photos[place], told, open));
  }

  draw(photo, { key, address, name, word, percent, share, abstained, hint, also, differs }, open) {
    const { button, image } = photo;
    if (image.src !== address) image.src = address;
    photo.word.textContent = word;
    photo.percent.textContent = percent;
    photo.name.textContent = name;
    photo.also.textContent = also;
    photo.also.hidden = !also;
    photo.also.classList.toggle("differs", differs);
    photo.said.hidden = !word;
    photo.fill.parentElement.hidden = share === null;
    photo.fill.style.width = `${100 * (share ?? 0)}%`;
    button.classList.toggle("abstained", abstained);
    button.title = [name, hint].filter(Boolean).join(": ");
    button.setAttribute("aria-label", [word, percent, also, name].filter(Boolean).join(", "));
    button.dataset.key = key;
    button.onclick = () => open(key);
  }

  move(event) {
    const way = ARROWS[event.key];
    const root = this.wall.getRootNode();
    const from = this.photos.findIndex(({ button }) => button === root.activeElement);
    if (!way || from < 0) return;
    event.preventDefault();
    const top = this.photos[0].button.offsetTop;
    const across = Math.max(1, this.photos.filter(({ button }) => button.offsetTop === top).length);
    const to = from + { left: -1, right: 1, up: -across, down: across }[way];
    this.photos[to]?.button.focus();
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  let view = walls.get(parentElement);
  if (!view) walls.set(parentElement, (view = new View(parentElement)));
  view.update(data, (key) => setTriggerValue("opened", key));
  return () => walls.delete(parentElement);
}
