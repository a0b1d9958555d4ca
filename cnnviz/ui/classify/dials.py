"""The dials of one photo, and the curve of its probabilities against one of them."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.arrays import digest
from cnnviz.figures.guesses import percent
from cnnviz.figures.saving import Saving
from cnnviz.figures.theme import class_colors
from cnnviz.inference import DIALS, Classification, Dials, sweep
from cnnviz.inference.dials import with_place, worth_a_line
from cnnviz.inference.refusing import Rule
from cnnviz.results import Results
from cnnviz.ui.classify.networks import Network
from cnnviz.ui.classify.place import PhotoView, change_view
from cnnviz.ui.components.dial_board import Line, dial_board

__all__ = ["dials_fold"]

_PLACES = 61  # six degrees of a turn
_PATIENCE_S = 0.1  # of all places of a curve, while a dial is turned; slower networks draw it when it is let go of
_KEPT = 32
_OPENED = "cnnviz.classify.opened"  # session state: the stamp for which the fold was opened

_Curve = tuple[NDArray[np.float64], NDArray[np.float64]]  # (places,), (places, classes) logits


def dials_fold(
    network: Network, view: PhotoView, image: NDArray[np.uint8], answer: Classification, rule: Rule | None
) -> None:
    """Draw the fold with the dials; closed, it computes nothing.

    Args:
        network: whose probabilities.
        view: how the photo is looked at.
        image: what the network sees with all dials at rest, uint8 (height, width, channels).
        answer: what it says with the dials as they stand.
        rule: when it abstains; None where it always answers.
    """
    if view.given[1] != Dials() and st.session_state.get(_OPENED) != view.stamp:  # a link with dials turned
        st.session_state["classify-dials"], st.session_state[_OPENED] = True, view.stamp
    fold = st.expander(
        "Turn the dials: brightness, contrast, blur, noise, rotation, shift",
        icon=":material/tune:",
        key="classify-dials",
        on_change="rerun",
    )
    if not fold.open:
        return
    found = _curve_of(network, view, image)
    abstention = rule.abstention if rule else None
    places, lines, caption = _drawn(network, view, found, answer, rule)
    with fold:
        dial_board(
            view.given[1] if view.settled and view.dials == view.given[1] else view.dials,
            view.charted,
            places,
            lines,
            view.stamp,
            key="classify-board",
            caption=caption,
            threshold=abstention.threshold if abstention and abstention.score == "probability" else None,
            saved=Saving(f"{network.run.name} {view.charted}", network.title) if lines else None,
            on_turn=lambda dials, charted, settled: change_view(view, dials=dials, charted=charted, settled=settled),
        )


def _curve_of(network: Network, view: PhotoView, image: NDArray[np.uint8]) -> _Curve | None:
    """Return the logits along the charted dial, the others as they stand; None while a dial of a slow network turns."""
    others = view.dials.changed(**{view.charted: getattr(Dials(), view.charted)})
    key = (network.key, digest(image), others, view.charted)
    if key not in _curves() and not view.settled and network.takes_s(_PLACES) > _PATIENCE_S:
        return None
    found: _Curve = _curves().get(key, lambda: _computed(network, image, others, view.charted))
    return found


def _computed(network: Network, image: NDArray[np.uint8], others: Dials, charted: str) -> _Curve:
    values, images = sweep(image, others, charted, _PLACES)
    return values, network.classifier.logits(images)


@st.cache_resource(show_spinner=False)
def _curves() -> Results:
    return Results(_KEPT)


def _drawn(
    network: Network, view: PhotoView, found: _Curve | None, answer: Classification, rule: Rule | None
) -> tuple[list[float], list[Line], str]:
    dial = next(dial for dial in DIALS if dial.name == view.charted)
    if found is None:
        return [], [], "The curve follows when the dial is let go of."
    places, logits = found
    answers = network.classifier.judge(logits, 1, rule.abstention if rule else None)
    shares = np.stack([one.probabilities for one in answers])  # (places, classes)
    # The bars and the curve say the same where the dial stands, also between two places.
    places, shares = with_place(places, shares, getattr(view.dials, view.charted), answer.probabilities)
    classes = worth_a_line(shares)
    light, dark = (class_colors(network.names, mode) for mode in ("light", "dark"))
    lines = [Line(network.names[c], (light[c], dark[c]), np.round(shares[:, c], 4).tolist()) for c in classes]
    least = rule.abstention.threshold if rule and rule.abstention.score == "probability" else None
    dotted = "" if least is None else f" Below the dotted line, at {percent(least)}, it does not answer."
    return (
        np.round(places, 4).tolist(),
        lines,
        f"What becomes of the probabilities as {dial.title.lower()} alone is turned from end to end; the upright line "
        f"is where it stands. Drag a dial, or the line.{dotted}",
    )
