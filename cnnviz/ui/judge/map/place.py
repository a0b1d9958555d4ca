"""What the URL has of the map: how points are laid out, what their colours stand for, which are hidden, a lasso."""

from dataclasses import dataclass
from typing import get_args

from cnnviz.evaluation.lasso import Lasso, read_lasso
from cnnviz.evaluation.plane import Projection
from cnnviz.figures.map_words import Colour
from cnnviz.ui.place import Codec, Known, Place, choice, param

__all__ = ["LAYOUTS", "MapPlace"]

LAYOUTS = {"pca": "PCA", "tsne": "t-SNE"}


def _read_hidden(said: str, known: Known) -> tuple[str, ...]:
    tokens = {"right", "wrong", *map(str, range(len(known.classes)))}
    return tuple(dict.fromkeys(one for one in said.split(".") if one in tokens))


@dataclass(frozen=True)
class MapPlace(Place):
    """What is shown; what makes no sense in a link is passed over: nothing is lost but a choice of colours.

    Attributes:
        method: how the points are laid out.
        colour: what the colours stand for.
        hidden: "right", "wrong" and labels as text.
        line: drawn round points; None for none.
    """

    method: Projection = param(choice("layout", tuple(LAYOUTS)), "pca", name="plane", lenient=True)
    colour: Colour = param(choice("colours", get_args(Colour)), "true", lenient=True)
    hidden: tuple[str, ...] = param(Codec(_read_hidden, lambda tokens, _: ".".join(tokens)), (), name="hide", per="run")
    line: Lasso | None = param(Codec(lambda said, _: read_lasso(said)), name="lasso", per="run")
