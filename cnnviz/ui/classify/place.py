"""What the page shows, as its URL says it: which photo, which part of it, how the dials stand, when to abstain.

Beside `?run=` and `?snapshot=`, which are the bar's: `image=`, `upload-1a2b3c4d` (of this session), `example-cat` or
`test-17`; `with=`, a second run; `crop=whole` or `crop=0.1,0.2,0.6,0.7`; `dials=brightness:0.2,rotation:-30` and
`dial=rotation`, the one with the curve; `invert=yes`; `abstain=probability-95` or `energy-distance-90`; and for many
photos `view=`, `sort=`, `class=` and `show=`.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from cnnviz.errors import SpecError
from cnnviz.inference import DIALS, Crop, Dials
from cnnviz.inference.abstaining import Score
from cnnviz.ui.address import go, read
from cnnviz.ui.place import Codec, Known, Place, choice, param, text

__all__ = [
    "ORDERS",
    "SHOWN",
    "ClassifyPlace",
    "PhotoPlace",
    "PhotoView",
    "WhatPlace",
    "Wish",
    "asked_view",
    "change_view",
]

ORDERS = {
    "sure": "Surest first",
    "unsure": "Least sure first",
    "name": "By name",
    "class": "By class",
    "came": "As they came",
}
SHOWN = {"all": "All", "answered": "Answered", "abstained": "Not answered", "differ": "Differ"}

_KEPT = "cnnviz.classify.view"  # session state: how the open photo is looked at
_WISH = re.compile(r"(probability|energy)(-distance)?-([1-9]\d)")
_PLACES = 4  # of a box's edges: no photo has more pixels


@dataclass(frozen=True)
class Wish:
    """When the network is to abstain.

    Attributes:
        score: what sureness is measured by.
        distance: whether it also asks how far a photo is from the training images.
        keep: the share of validation images that is to be answered, in per cent.
    """

    score: Score = "probability"
    distance: bool = False
    keep: int = 95

    def __str__(self) -> str:
        return f"{self.score}{'-distance' if self.distance else ''}-{self.keep}"


def _read_wish(said: str, _: Known) -> Wish:
    match = _WISH.fullmatch(said)
    if not match:
        raise SpecError(
            f"the link asks to abstain by {said[:40]!r}; give probability-95 or energy-distance-90, the number being "
            "the per cent to answer"
        )
    score: Any = match[1]
    return Wish(score, match[2] is not None, int(match[3]))


def _read_crop(said: str, _: Known) -> Crop:
    if said in ("centre", "whole"):
        return Crop(mode="whole" if said == "whole" else "centre")
    try:
        left, top, right, bottom = (float(edge) for edge in said.split(","))
        return Crop(mode="box", box=(left, top, right, bottom))
    except (ValueError, SpecError) as error:  # not four numbers, or no box
        raise SpecError(
            f"the link asks for the part {said[:60]!r} of the photo; give whole, or left, top, right and bottom from 0 "
            "to 1 such as 0.1,0.2,0.6,0.7"
        ) from error


def _write_crop(crop: Crop, _: Known) -> str:
    return ",".join(f"{round(edge, _PLACES):g}" for edge in crop.box) if crop.mode == "box" else crop.mode


def _read_dials(said: str, _: Known) -> Dials:
    try:
        values = {name: float(value) for name, _, value in (one.partition(":") for one in said.split(",") if one)}
        return Dials(**values)
    except (ValueError, SpecError) as error:  # no number, no such dial, or out of its range
        raise SpecError(
            f"the link asks for the dials {said[:60]!r}; give such as brightness:0.2,rotation:-30"
        ) from error


def _write_dials(dials: Dials, _: Known) -> str:
    turned = {name: value for name, value in dials.model_dump().items() if value != getattr(Dials(), name)}
    return ",".join(f"{name}:{value:g}" for name, value in turned.items())


@dataclass(frozen=True)
class WhatPlace(Place):
    """What the URL says beside the run, as far as the drop zone needs it: what else is wrong in it is said below that.

    Attributes:
        image: the key of the photo that is open; None for all of them, or the drop zone.
        beside: the id of a second run; None for none.
    """

    image: str | None = param(text)
    beside: str | None = param(text, name="with")


@dataclass(frozen=True)
class PhotoPlace(WhatPlace):
    """What it says of one photo.

    Attributes:
        crop, dials: what is done to it; a crop of "whole" also to many.
        invert: whether dark becomes bright and bright dark; also of many.
        charted: the dial that the curve is drawn against.
        wish: when the network is to abstain; None where it always answers.
    """

    crop: Crop = param(Codec(_read_crop, _write_crop), Crop(mode="centre"))
    dials: Dials = param(Codec(_read_dials, _write_dials), Dials())
    invert: bool = param(choice("inversion", {False: "no", True: "yes"}), False)
    charted: str = param(choice("dial", tuple(dial.name for dial in DIALS)), "rotation", name="dial")
    wish: Wish | None = param(Codec(_read_wish), name="abstain")


@dataclass(frozen=True)
class ClassifyPlace(PhotoPlace):
    """What it says of many.

    Attributes:
        table: whether they are a table, instead of a gallery.
        sort: their order, a key of ORDERS.
        predicted: only photos with this predicted class; None for all.
        show: which of them, a key of SHOWN.
    """

    table: bool = param(choice("view", {False: "gallery", True: "table"}), False, name="view")
    sort: str = param(choice("order", tuple(ORDERS)), "sure")
    predicted: str | None = param(text, name="class")
    show: str = param(choice("choice", tuple(SHOWN)), "all")

    @property
    def whole(self) -> bool:
        """Whether the network gets all of each photo, with grey bars, instead of its centre."""
        return self.crop.mode == "whole"


@dataclass(frozen=True)
class PhotoView:
    """How a photo is looked at.

    Attributes:
        image: the photo's key.
        crop, dials: what is done to it.
        charted: the dial that the curve is drawn against.
        given: crop and dials as they were when the photo was opened, or as a link asked for them.
        stamp: another one for another photo or another `given`.
        settled: whether nobody drags or turns at this moment.
        asked: what the URL said, so that a change of it is seen.
    """

    image: str
    crop: Crop
    dials: Dials
    charted: str
    given: tuple[Crop, Dials]
    stamp: str
    settled: bool
    asked: tuple[Crop, Dials, str]


def asked_view(image: str, place: PhotoPlace) -> PhotoView:
    """Return how a photo is looked at: as the URL says where that has changed, else as it was turned and dragged."""
    kept: PhotoView | None = st.session_state.get(_KEPT)
    if kept is None or kept.image != image or kept.asked != _asked(place):
        number = 1 + int(kept.stamp.partition(" ")[0]) if kept else 0
        given = (place.crop, place.dials)
        kept = PhotoView(image, *given, place.charted, given, f"{number} {image}", True, _asked(place))
        st.session_state[_KEPT] = kept
    return kept


def change_view(
    view: PhotoView, *, crop: Crop | None = None, dials: Dials | None = None, charted: str | None = None, settled: bool
) -> None:
    """Look at the photo in another way: in a callback. The URL follows once it is settled.

    Args:
        view: as it was.
        crop: the new part; None leaves it.
        dials: how they stand now; None leaves them.
        charted: the dial that the curve is drawn against; None leaves it.
        settled: whether the pointer has let go.
    """
    kept: PhotoView = st.session_state.get(_KEPT, view)
    if kept.image != view.image:
        return
    kept = replace(
        kept, crop=crop or kept.crop, dials=dials or kept.dials, charted=charted or kept.charted, settled=settled
    )
    if settled:
        go(crop=kept.crop, dials=kept.dials, charted=kept.charted)
        kept = replace(kept, asked=_asked(read(PhotoPlace)))
    st.session_state[_KEPT] = kept


def _asked(place: PhotoPlace) -> tuple[Crop, Dials, str]:
    return place.crop, place.dials, place.charted
