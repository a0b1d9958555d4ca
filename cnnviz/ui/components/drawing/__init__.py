"""A drawing of `cnnviz.figures` on a page: in the colours of the theme, with exact numbers under the pointer."""

from cnnviz.figures.saving import Saving, saving_data
from cnnviz.figures.svg import STYLE, Drawing
from cnnviz.ui.components.component import component

__all__ = ["drawing"]

_component = component(__file__, styles=STYLE)


def drawing(picture: Drawing, *, key: str, caption: str, largest: int = 560, saved: Saving | None = None) -> None:
    """Show a drawing as wide as there is room, and one sentence on how to read it.

    Args:
        picture: the drawing.
        key: unique on the page.
        caption: one sentence.
        largest: how wide it may become, in pixels.
        saved: what the figure is called when it is saved; None where it cannot be.
    """
    data = {"svg": str(picture), "caption": caption, "largest": largest, "saved": saving_data(saved)}
    _component(key=key, data=data)
