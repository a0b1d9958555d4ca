"""Photos beside each other, with what was said of them; one of them is opened by a click."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cnnviz.ui.components.component import component, when_told

__all__ = ["WallPhoto", "photo_wall"]

_component = component(__file__)


@dataclass(frozen=True)
class WallPhoto:
    """A photo on the wall.

    Attributes:
        key: what it is called when it is clicked.
        address: of a small picture, a data URL.
        name: of its file; shown as text.
        word: what the network says; empty while that is not known.
        percent: how sure it is, in words.
        share: the same, 0 to 1; None draws no bar.
        abstained: whether it does not answer.
        hint: shown when it is pointed at.
        also: what a second network says; empty for none.
        differs: whether that is something else.
    """

    key: str
    address: str
    name: str
    word: str = ""
    percent: str = ""
    share: float | None = None
    abstained: bool = False
    hint: str = ""
    also: str = ""
    differs: bool = False


def photo_wall(photos: Sequence[WallPhoto], *, key: str, side: int = 132, on_open: Callable[[str], None]) -> None:
    """Draw the photos in rows, as many as fit; Enter opens the one with the focus, the arrow keys move.

    Args:
        photos: in their order.
        key: unique on the page.
        side: how wide each is at least, in pixels.
        on_open: called with the key of the photo that was clicked, before the page runs again.
    """
    _component(
        key=key,
        data={"photos": [vars(photo) for photo in photos], "side": side},
        on_opened_change=when_told(key, "opened", on_open, [photo.key for photo in photos].__contains__),
    )
