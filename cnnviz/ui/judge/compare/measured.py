"""What each run makes of its test images, or why nothing is known of it; read once for all sessions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.evaluation import Comparison, Evaluation, Judged, compare
from cnnviz.ui.judge.compare.chosen import Chosen
from cnnviz.ui.judge.loaders import evaluation, judged, state_of

__all__ = ["Judgement", "compared", "judgements", "same_images"]


@dataclass(frozen=True, eq=False)
class Judgement:
    """A run that is compared, with what it makes of its test images.

    Attributes:
        chosen: the run.
        judged: image by image; None where nothing is known.
        report: the numbers; None where nothing is known.
        problem: why nothing is known, one sentence; empty where it is.
    """

    chosen: Chosen
    judged: Judged | None
    report: Evaluation | None
    problem: str = ""

    @property
    def letter(self) -> str:
        """What it is called beside the others."""
        return self.chosen.letter


def judgements(runs: Sequence[Chosen]) -> tuple[Judgement, ...]:
    """Judge runs by their test images; a run that cannot be judged says why."""
    return tuple(map(_judgement, runs))


def _judgement(chosen: Chosen) -> Judgement:
    try:
        return Judgement(chosen, judged(chosen.run), evaluation(chosen.run))
    except CnnvizError as error:
        return Judgement(chosen, None, None, error.sentence)


def same_images(one: Judgement, other: Judgement) -> bool:
    """Say whether two runs were measured on the same test images."""
    a, b = one.judged, other.judged
    if a is None or b is None or (a.dataset, a.class_names) != (b.dataset, b.class_names):
        return False
    return np.array_equal(a.labels, b.labels)


def compared(one: Judgement, other: Judgement) -> Comparison:
    """Compare two runs image by image; remembered for all sessions.

    Raises:
        RunError: they were measured on different test images.
    """
    states = tuple(state_of(each.chosen.run) for each in (one, other))
    return _compared(one, other, (one.letter, other.letter), states)


@st.cache_resource(max_entries=64, show_spinner=False)
def _compared(_one: Judgement, _other: Judgement, letters: tuple[str, str], states: tuple[str, ...]) -> Comparison:
    assert _one.judged is not None
    assert _other.judged is not None
    return compare(_one.judged, _other.judged, letters)
