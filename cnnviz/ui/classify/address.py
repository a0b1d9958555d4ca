"""What the page shows, as its URL says it: which photo, which part of it, how the dials stand, when to abstain.

Beside `?run=` and `?snapshot=`, which are the bar's: `image=`, `upload-1a2b3c4d` (of this session), `example-cat` or
`test-17`; `with=`, a second run; `crop=whole` or `crop=0.1,0.2,0.6,0.7`; `dials=brightness:0.2,rotation:-30` and
`dial=rotation`, the one with the curve; `abstain=probability-95` or `energy-distance-90`; and for many photos `view=`,
`sort=`, `class=` and `show=`.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from cnnviz.errors import SpecError
from cnnviz.inference import DIALS, Crop, Dials
from cnnviz.inference.abstaining import Score
from cnnviz.ui.judge.address import Address

__all__ = ["ADDRESS", "USUAL_DIAL", "View", "Wish", "asked_view", "asked_wish", "change_view", "wish_text"]

ADDRESS = Address(
    "classify", ("image", "with", "crop", "dials", "dial", "abstain", "view", "sort", "class", "show")
)  # fmt: skip
USUAL_DIAL = "rotation"

_KEPT = "cnnviz.classify.view"  # session state: how the open photo is looked at
_WISH = re.compile(r"(probability|energy)(-distance)?-([1-9]\d)")
_PLACES = 4  # of a box's edges: no photo has more pixels


@dataclass(frozen=True)
class View:
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
    asked: tuple[str, str, str]


def asked_view(image: str) -> View:
    """Return how a photo is looked at: as the URL says where that has changed, else as it was turned and dragged.

    Args:
        image: the photo's key.

    Raises:
        SpecError: the URL asks for a crop or a dial that there is not.
    """
    kept: View | None = st.session_state.get(_KEPT)
    asked = _asked()
    if kept is None or kept.image != image or kept.asked != asked:
        crop, dials = _crop(asked[0]), _dials(asked[1])
        number = 1 + int(kept.stamp.partition(" ")[0]) if kept else 0
        kept = View(image, crop, dials, _dial(asked[2]), (crop, dials), f"{number} {image}", True, asked)
        st.session_state[_KEPT] = kept
    return kept


def change_view(
    view: View, *, crop: Crop | None = None, dials: Dials | None = None, charted: str | None = None, settled: bool
) -> None:
    """Look at the photo in another way: in a callback. The URL follows once it is settled.

    Args:
        view: as it was.
        crop: the new part; None leaves it.
        dials: how they stand now; None leaves them.
        charted: the dial that the curve is drawn against; None leaves it.
        settled: whether the pointer has let go.
    """
    kept: View = st.session_state.get(_KEPT, view)
    if kept.image != view.image:
        return
    kept = replace(
        kept, crop=crop or kept.crop, dials=dials or kept.dials, charted=charted or kept.charted, settled=settled
    )
    if settled:
        ADDRESS.change(
            crop=_crop_text(kept.crop),
            dials=_dials_text(kept.dials),
            dial=None if kept.charted == USUAL_DIAL else kept.charted,
        )
        kept = replace(kept, asked=_asked())
    st.session_state[_KEPT] = kept


def _asked() -> tuple[str, str, str]:
    asked = ADDRESS.asked()
    return asked.get("crop", ""), asked.get("dials", ""), asked.get("dial", "")


def _crop(text: str) -> Crop:
    if text in ("", "centre", "whole"):
        return Crop(mode="whole" if text == "whole" else "centre")
    try:
        left, top, right, bottom = (float(edge) for edge in text.split(","))
        return Crop(mode="box", box=(left, top, right, bottom))
    except (ValueError, SpecError) as error:  # not four numbers, or no box
        raise SpecError(
            f"the link asks for the part {text[:60]!r} of the photo; give whole, or left, top, right and bottom from 0 "
            "to 1 such as 0.1,0.2,0.6,0.7"
        ) from error


def _crop_text(crop: Crop) -> str | None:
    if crop.mode == "box":
        return ",".join(f"{round(edge, _PLACES):g}" for edge in crop.box)
    return "whole" if crop.mode == "whole" else None


def _dials(text: str) -> Dials:
    try:
        values = {name: float(value) for name, _, value in (one.partition(":") for one in text.split(",") if one)}
        return Dials(**values)
    except (ValueError, SpecError) as error:  # no number, no such dial, or out of its range
        raise SpecError(
            f"the link asks for the dials {text[:60]!r}; give such as brightness:0.2,rotation:-30"
        ) from error


def _dials_text(dials: Dials) -> str | None:
    turned = {name: value for name, value in dials.model_dump().items() if value != getattr(Dials(), name)}
    return ",".join(f"{name}:{value:g}" for name, value in turned.items()) or None


def _dial(text: str) -> str:
    names = [dial.name for dial in DIALS]
    if text and text not in names:
        raise SpecError(f"the link asks for the dial {text[:40]!r}; choose one of {', '.join(names)}")
    return text or USUAL_DIAL


# --- abstaining -------------------------------------------------------------------------------------------------


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


def asked_wish() -> Wish | None:
    """Return when the URL wants the network to abstain; None where it always answers.

    Raises:
        SpecError: it asks for something that there is not.
    """
    text = ADDRESS.asked().get("abstain")
    if text is None:
        return None
    match = _WISH.fullmatch(text)
    if not match:
        raise SpecError(
            f"the link asks to abstain by {text[:40]!r}; give probability-95 or energy-distance-90, the number being "
            "the per cent to answer"
        )
    score: Any = match[1]
    return Wish(score, match[2] is not None, int(match[3]))


def wish_text(wish: Wish | None) -> str | None:
    """Return what the URL has for `asked_wish`; None takes it away."""
    return None if wish is None else f"{wish.score}{'-distance' if wish.distance else ''}-{wish.keep}"
