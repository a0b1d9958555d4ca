"""One photo: as it came, as the network sees it, why, and what it says; the dials and abstaining in folds below."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data.levels import nothing_to_see
from cnnviz.errors import CnnvizError
from cnnviz.figures.answer_words import agreement, answer_in_words
from cnnviz.figures.guesses import percent
from cnnviz.figures.saving import Saving
from cnnviz.inference import Classification, Dials, adjust, journey, prepare_photo
from cnnviz.inference.refusing import Rule
from cnnviz.ui.address import bind, carry, page_link, read
from cnnviz.ui.classify.abstaining import abstain_fold, pending_rules
from cnnviz.ui.classify.dials import dials_fold
from cnnviz.ui.classify.networks import Network, Using, tell_notes
from cnnviz.ui.classify.photos import PhotoItem
from cnnviz.ui.classify.place import PhotoPlace, PhotoView, asked_view, change_view
from cnnviz.ui.components.heatmaps import Panel, heatmaps
from cnnviz.ui.components.photo_crop import photo_crop
from cnnviz.ui.components.verdict import ClassBar, verdict
from cnnviz.ui.messages import plain, reported
from cnnviz.ui.network import keras_ready, wait_for_keras
from cnnviz.ui.network.images import image_key
from cnnviz.ui.pages import ATTRIBUTION, CLASSIFY, CONVOLUTION, FEATURE_MAPS
from cnnviz.ui.question import Question
from cnnviz.ui.training_images import neighbours

__all__ = ["show_one"]

_MOST_BARS = 6
_EXPLAINED = "cnnviz.classify.explained"  # session state: the name of the class that somebody clicked


@dataclass(frozen=True, eq=False)
class _Stage:
    """What a network sees of the photo, and what it says.

    Attributes:
        network: which.
        question: asks its heatmap.
        image: with the dials as they stand.
        answer: None before Keras is imported.
        before: what it says with all dials at rest; None where they are.
        rule: when it abstains; None where it always answers.
    """

    network: Network
    question: Question
    image: NDArray[np.uint8]
    answer: Classification | None = None
    before: Classification | None = None
    rule: Rule | None = None


@st.fragment
def show_one(using: Using, item: PhotoItem) -> None:
    """Draw the page for one photo, decoded."""
    with reported(CLASSIFY, label="Start anew"):
        place = read(PhotoPlace)
        view, wish = asked_view(item.key, place), place.wish
        if place.invert:
            carry(image=image_key(item.key, inverted=True))  # the pages under Look show it so, too
        ready = keras_ready()
        rules = pending_rules(using.networks, wish) if ready else [None] * len(using.networks)
        stages = [
            _stage(network, view, item, rule if isinstance(rule, Rule) else None, invert=place.invert, ready=ready)
            for network, rule in zip(using.networks, rules, strict=True)
        ]
        left, right = st.columns([3, 7], gap="medium")
        with left:
            _photo(view, item, using.first)
        with right:
            for number, one in enumerate(stages):
                _draw_stage(one, number, titled=len(stages) > 1, item=item)
            _ground(using.first, _untouched(using.first, view, item, place.invert), place.invert)
            answers = [one.answer for one in stages if one.answer is not None]
            if len(answers) == 2:
                titles = [f"{one.network.run.name}" for one in stages]
                same = titles[0] == titles[1]
                st.markdown(f"**{plain(agreement(['The first', 'the second'] if same else titles, answers))}**")
        if not ready:
            wait_for_keras("The verdict", draw=lambda: None)
            return
        if stages[0].answer is not None and stages[0].answer.abstained:
            _nearest(stages[0])
        tell_notes(one.network for one in stages if one.answer is not None)
        if answers:
            untouched = _untouched(using.first, view, item, place.invert)
            dials_fold(using.first, view, untouched, answers[0], stages[0].rule)
        abstain_fold(using.networks, wish, rules)
        _links(using.first, item, invert=place.invert)


# --- the photo -----------------------------------------------------------------------------------------------


def _photo(view: PhotoView, item: PhotoItem, network: Network) -> None:
    height, width, _ = item.pixels.shape
    photo_crop(
        item.address,
        (height, width),
        network.shape[1] / network.shape[0],
        view.given[0],
        f"{view.stamp} {network.shape[:2]}",
        key="classify-photo",
        name=item.name,
        on_change=lambda crop, settled: change_view(view, crop=crop, settled=settled),
    )
    note = item.photo.note if item.photo else ""
    said = journey(item.size, view.crop, network.shape, note, grey=item.pixels.shape[2] == 1)
    credit = f" Photo: {plain(item.credit)}." if item.credit else ""
    label = "" if item.label is None else f" Its label says {plain(network.names[item.label])}."
    st.caption(f"**{plain(item.name)}**, {said}{credit}{label}")


def _ground(network: Network, image: NDArray[np.uint8], invert: bool) -> None:
    """Say that what the network sees has another ground than what it learned from, with the switch that mends it."""
    nothing, hint = nothing_to_see(image), network.ground.hint(image) if network.ground else ""
    if nothing:
        st.info(nothing, icon=":material/visibility_off:")
    elif hint:
        cure = "Do not invert it." if invert else "Invert it: dark becomes bright, and bright dark."
        st.info(f"{hint}. {cure}", icon=":material/invert_colors:")
    if hint or invert:
        st.toggle("Invert", **bind("invert", invert, key="classify-invert"))


def _untouched(network: Network, view: PhotoView, item: PhotoItem, invert: bool) -> NDArray[np.uint8]:
    """What the network sees with all dials at rest."""
    return prepare_photo(item.pixels, network.shape, view.crop, invert=invert)


# --- what a network sees and says ----------------------------------------------------------------------------


def _stage(
    network: Network, view: PhotoView, item: PhotoItem, rule: Rule | None, *, invert: bool, ready: bool
) -> _Stage:
    plain_image = _untouched(network, view, item, invert)
    image = adjust(plain_image, view.dials)
    question = Question(network.weights, image)
    if not ready:
        return _Stage(network, question, image)
    (answer,) = network.judge(network.score(image[None], rule), rule)
    if view.dials == Dials():
        return _Stage(network, question, image, answer, None, rule)
    (before,) = network.judge(network.score(plain_image[None], rule), rule)
    return _Stage(network, question, image, answer, before, rule)


def _draw_stage(one: _Stage, number: int, *, titled: bool, item: PhotoItem) -> None:
    """What the network sees, its heatmap, and its verdict beside them."""
    with st.container(key=f"classify-stage-{number}"):
        pictures, words = st.columns([7, 4], gap="medium")
    explained = _explained(one)
    with pictures:
        _pictures(one, number, explained, item)
    with words:
        _verdict(one, number, explained, titled=titled)


def _explained(one: _Stage) -> int | None:
    """The class that the heatmap is for: the one that was clicked, else the predicted one."""
    if one.answer is None:
        return None
    names, asked = one.network.names, st.session_state.get(_EXPLAINED)
    return names.index(asked) if asked in names else one.answer.top[0].class_index


def _explain(name: str) -> None:
    """Explain another class; a second click goes back to the predicted one."""
    st.session_state[_EXPLAINED] = None if st.session_state.get(_EXPLAINED) == name else name


def _pictures(one: _Stage, number: int, explained: int | None, item: PhotoItem) -> None:
    height, width = one.network.shape[:2]
    name = "" if explained is None else one.network.names[explained]
    panels = [Panel("What the network sees", f"{width}×{height} pixels"), _heat(one, explained)]
    heatmaps(
        one.image,
        panels,
        key=f"classify-seen-{number}",
        caption="",
        saved=Saving(f"{item.name} {name}", f"{one.network.title} · explained: {name}") if name else None,
        slider=False,
    )


def _heat(one: _Stage, explained: int | None) -> Panel:
    if explained is None:
        return Panel("Grad-CAM", "is computed …", pending=True)
    panel = one.question.panel(f"Grad-CAM for {one.network.names[explained]}", "gradcam", explained)
    return panel if panel.empty else replace(panel, text="Bright places speak for it.")


def _verdict(one: _Stage, number: int, explained: int | None, *, titled: bool) -> None:
    title, most = one.network.title if titled else "", min(_MOST_BARS, len(one.network.names))
    if one.answer is None:
        verdict("", (), key=f"classify-verdict-{number}", state="pending", title=title, most=most)
        return
    word, share = answer_in_words(one.answer)
    bars = _bars(one.answer, one.before, explained)
    others = len(one.network.names) - len(bars)
    left = "" if one.network.classifier.answers.independent else f": {percent(_left(bars))} together"
    rule = one.rule.abstention if one.rule else None
    verdict(
        word,
        bars,
        key=f"classify-verdict-{number}",
        state="abstained" if one.answer.abstained else "answered",
        title=title,
        share=share,
        reason=one.answer.reason,
        rest=f"{others} other classes{left}" if others else "",
        most=most,
        threshold=rule.threshold if rule and rule.score == "probability" else None,
        on_explain=lambda index: _explain(one.network.names[index]),
    )


def _left(bars: Sequence[ClassBar]) -> float:
    return max(1 - sum(bar.share for bar in bars), 0.0)


def _nearest(one: _Stage) -> None:
    """The training images that come nearest to a photo that is not answered."""
    st.markdown("**The training images that it finds nearest**")
    try:
        neighbours(one.network.run, one.network.weights.snapshot, one.image)
    except CnnvizError as error:
        st.caption(plain(error.sentence))


def _bars(answer: Classification, before: Classification | None, explained: int | None) -> Sequence[ClassBar]:
    return [
        ClassBar(
            ranked.class_index,
            ranked.class_name,
            ranked.probability,
            percent(ranked.probability),
            None if before is None else float(before.probabilities[ranked.class_index]),
            ranked.class_index == explained,
        )
        for place, ranked in enumerate(answer.top)
        if place < _MOST_BARS or ranked.class_index == explained
    ]


def _links(network: Network, item: PhotoItem, *, invert: bool) -> None:
    """Links that pin this photo on the pages that look inside."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption("Look inside with this photo:", width="content")
        for page in (FEATURE_MAPS, CONVOLUTION, ATTRIBUTION):
            key = image_key(item.key, inverted=invert)
            page_link(page, page.title, run=network.run.id, snapshot=network.weights.snapshot, image=key)
