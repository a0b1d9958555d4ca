// The row of buttons over a map: what dragging does, how points are drawn, zoom, and what is chosen.

const NEARER = 1.6;

export class Tools {
  /** does: drag, look, and what Hands does. */
  constructor(root, does) {
    this.root = root;
    root.onclick = ({ target }) => {
      const { drag, look, zoom } = target.dataset;
      if (drag) does.drag(drag);
      if (look) does.look(look);
      if (zoom === "fit") does.fit();
      else if (zoom) does.zoomed(zoom === "in" ? NEARER : 1 / NEARER);
      if (target.matches(".view")) does.view();
      if (target.matches(".clear")) does.clear();
    };
  }

  /** Marks which button of a group is pressed: name is "drag" or "look". */
  press(name, value) {
    for (const button of this.root.querySelectorAll(`[data-${name}]`)) {
      button.setAttribute("aria-pressed", String(button.dataset[name] === value));
    }
  }

  tell({ anyChosen, chosenCount, visible }) {
    const number = (anyChosen ? chosenCount : visible).toLocaleString("en");
    this.root.querySelector(".told").textContent = `${number} ${anyChosen ? "chosen" : "shown"}`;
    this.root.querySelector(".clear").hidden = !anyChosen;
  }
}
