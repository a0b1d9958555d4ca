"""Whether a network may say "none of my classes", by what, and what that costs."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.errors import CnnvizError, DataError
from cnnviz.inference import Abstention
from cnnviz.inference.calibrating import Evidence, evidence_of, why_never
from cnnviz.inference.refusing import Rule
from cnnviz.ui import derived
from cnnviz.ui.address import bind
from cnnviz.ui.classify.networks import Network
from cnnviz.ui.classify.place import Wish
from cnnviz.ui.glossary import meaning, words
from cnnviz.ui.jobs import Job, Report, forget, job, known_job, show_job
from cnnviz.ui.loaders import home
from cnnviz.ui.messages import plain
from cnnviz.ui.network.models import model
from cnnviz.ui.training_images import FEATURES, is_whole, training_features

__all__ = ["abstain_fold", "abstain_popover", "pending_rules", "tell_measuring"]

_EVIDENCE_WORDS = "How sure it is of its validation images"
_Found = Rule | tuple[Job, str] | str | None  # a rule, the work that finds it out, why there is none, or nobody asked

_SCORES = {"probability": "Largest probability", "energy": "Energy"}
_LEAST, _MOST, _STEP = 50, 99, 1


def _rule_or_job(network: Network, wish: Wish | None) -> Rule | tuple[Job, str] | None:
    """Return when a network abstains, or the work that finds it out, with what it makes; needs Keras."""
    if wish is None:
        return None
    features, whole = None, True
    if wish.distance:
        made = training_features(network.weights)
        features, whole = derived.kept(made), is_whole(network.run)
        if features is None:
            started = derived.going(made)
            return started or derived.start(training_features(network.weights, model(network.weights))), FEATURES
    going = _evidence_job(network, features)
    if not going.progress.ended:
        going.wait(0.05)  # kept evidence is read in a moment
    if going.progress.state == "failed":
        forget(going)  # what was missing may be there next time
        raise DataError(going.progress.error)
    evidence = going.progress.result
    if not isinstance(evidence, Evidence):
        return going, _EVIDENCE_WORDS
    return Rule(_abstention(evidence, going.key, wish), features, whole)


def _evidence_job(network: Network, features: NDArray[np.float32] | None) -> Job:
    key = f"evidence|{network.key}|{None if features is None else len(features)}"
    going = known_job(key)
    if going is not None:
        return going
    classifier, weights, folder = network.classifier, network.weights, home()
    given: Callable[[], NDArray[np.float32]] | None = None if features is None else lambda: features

    def work(report: Report) -> Evidence:
        return evidence_of(weights, classifier, folder, features=given, on_progress=lambda share: report(share, ""))

    return job(key, work)


@st.cache_resource(max_entries=64, show_spinner=False)
def _abstention(_evidence: Evidence, key: str, wish: Wish) -> Abstention:
    return _evidence.rule(wish.score, wish.keep / 100)


# --- the fold, and the popover of many photos ----------------------------------------------------------------


def pending_rules(networks: Sequence[Network], wish: Wish | None) -> list[_Found]:
    """Return for each network when it abstains, the work that finds it out, or why that cannot be; needs Keras."""
    return [_found(network, wish) for network in networks]


def _found(network: Network, wish: Wish | None) -> _Found:
    try:
        return _rule_or_job(network, wish)
    except CnnvizError as error:
        return error.sentence


def abstain_fold(networks: Sequence[Network], wish: Wish | None, found: Sequence[_Found]) -> None:
    """Draw the fold, with what `pending_rules` found; what is still measured shows its progress in it."""
    if wish is not None:
        st.session_state.setdefault("classify-fold", True)  # a link that asks for it
    fold = st.expander(
        "“None of my classes”: when it had better not answer",
        icon=":material/do_not_disturb_on:",
        key="classify-fold",
        on_change="rerun",
    )
    if fold.open:
        with fold:
            _inside(networks, wish, found)
    else:
        tell_measuring(found)


def abstain_popover(networks: Sequence[Network], wish: Wish | None, found: Sequence[_Found]) -> None:
    """Draw the same as a button of a bar; what is still measured, and what cannot be, is shown by `tell_measuring`."""
    with st.popover(_button(wish, found), icon=":material/do_not_disturb_on:", key="classify-abstain", width=170):
        _inside(networks, wish, [one if isinstance(one, Rule) else None for one in found])


def _button(wish: Wish | None, found: Sequence[_Found]) -> str:
    """What the button says is so: a network whose thresholds are not known answers all the same."""
    if wish is None:
        return "Let it abstain"
    if any(isinstance(one, str) for one in found):
        return "It cannot abstain"
    return "It may abstain" if all(isinstance(one, Rule) for one in found) else "Measuring …"


def tell_measuring(found: Sequence[_Found]) -> None:
    """Draw the progress of what is still measured, and say why something cannot be."""
    for one in found:
        if isinstance(one, tuple):
            show_job(*one)
        elif isinstance(one, str):
            why = plain(one[:1].lower() + one[1:])
            st.warning(f"It answers always: {why}", icon=":material/do_not_disturb_on:")


def _inside(networks: Sequence[Network], wish: Wish | None, found: Sequence[_Found]) -> None:
    if wish is None and all(network.run.spec.model.foreign for network in networks):
        st.caption("A network always names one of its classes, also for a photo of none of them.")
        for network in networks:
            told = plain(why_never(network.run))
            st.caption(f"{told[0].upper()}{told[1:]}.")
        return
    _draw_choices(wish)
    for number, (network, one) in enumerate(zip(networks, found, strict=False)):
        if len(networks) > 1 and one is not None:
            st.markdown(f"**{plain(network.title)}**")
        if isinstance(one, Rule):
            _cost(one, number)
        tell_measuring([one])
    if wish is None:
        st.caption(
            "A network always names one of its classes, also for a photo of none of them. Allowed to abstain, it "
            "answers only where it is as sure as it was of nearly all images that it was checked on."
        )


def _draw_choices(wish: Wish | None) -> None:
    may = bind("wish", wish is not None, key="classify-may", change=lambda on: {"wish": Wish() if on else None})
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.toggle("It may abstain", help=meaning("abstaining"), **may)
        if wish is None:
            return
        st.segmented_control(
            "By",
            list(_SCORES),
            required=True,
            format_func=_SCORES.__getitem__,
            label_visibility="collapsed",
            **_part(wish, "score", wish.score),
        )
        st.checkbox("and by how far it is from the training images", **_part(wish, "distance", wish.distance))
    st.slider(
        "Answer this share of the validation images",
        _LEAST,
        _MOST,
        step=_STEP,
        format="%d %%",
        **_part(wish, "keep", max(wish.keep, _LEAST)),
    )


def _part(wish: Wish, name: str, value: object) -> dict[str, Any]:
    """Bind a widget to a part of the wish."""
    return bind("wish", value, key=f"classify-{name}", change=lambda chosen: {"wish": replace(wish, **{name: chosen})})


def _cost(found: Rule, key: int) -> None:
    rule = found.abstention
    gained = 100 * (rule.accuracy_answered - rule.accuracy)
    with st.container(horizontal=True, gap="large"):
        st.metric("answered", f"{100 * rule.answered:.1f} %", width="content")
        st.metric(
            "right, of those answered",
            f"{100 * rule.accuracy_answered:.1f} %",
            f"{gained:+.1f} points",
            delta_color="off",
            width="content",
        )
        st.metric("right, of all", f"{100 * rule.accuracy:.1f} %", width="content")
    st.caption(f"{rule.cost} {found.in_words}")
    words("temperature scaling", "energy", "logits", "validation", key=f"classify-words-{key}")
