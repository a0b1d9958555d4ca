"""A run's confusion matrices, moment by moment: its snapshots, and its model at the end."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.errors import RunError
from cnnviz.evaluation import Judged, confusion_matrix, over_snapshots
from cnnviz.runs import Run
from cnnviz.ui.judge.bar import JudgedRun
from cnnviz.ui.judge.loaders import judged, learning, state_of
from cnnviz.ui.network.moments import snapshot_labels

__all__ = ["Moments", "moments_of"]

_MOST_NUMBERS = 400_000  # that the browser is sent
_MODEL = "trained model"


@dataclass(frozen=True, eq=False)
class Moments:
    """Confusion matrices that can be compared.

    Attributes:
        numbers: the snapshots, oldest first; None for the run's model, the last one.
        names: what each moment is called, such as "after epoch 3".
        counts: (moments, classes, classes) int64, rows are true classes.
    """

    numbers: tuple[int | None, ...]
    names: tuple[str, ...]
    counts: NDArray[np.int64]

    def place_of(self, judged: Judged) -> int | None:
        """Return which moment somebody looks at; None where it was left out."""
        return self.numbers.index(judged.snapshot) if judged.snapshot in self.numbers else None


def moments_of(now: JudgedRun) -> Moments:
    """Return the confusion matrices of the run that is judged; that of its pinned moment alone where others fail."""
    found = _moments(now.run, state_of(now.run))
    if found is not None and found.place_of(now.judged) is not None:
        return found
    name = now.moment or _MODEL
    return Moments((now.judged.snapshot,), (name,), confusion_matrix(now.judged)[None])


@st.cache_resource(max_entries=16, show_spinner=False)
def _moments(_run: Run, state: str) -> Moments | None:
    try:
        order = learning(_run)
    except RunError:  # a damaged snapshot takes nothing from the others' report
        return None
    labels = snapshot_labels(_run, measured=True)
    counts = over_snapshots(order)
    most = max(2, _MOST_NUMBERS // counts[0].size)
    kept = np.unique(np.linspace(0, len(counts) - 1, min(most, len(counts))).round().astype(int))
    numbers: list[int | None] = [int(order.snapshots[at]) for at in kept]
    names = [labels.get(int(order.snapshots[at]), f"snapshot {order.snapshots[at]}") for at in kept]
    chosen = counts[kept]
    if _run.has_final_predictions:
        numbers.append(None)
        names.append(_MODEL)
        chosen = np.concatenate([chosen, confusion_matrix(judged(_run))[None]])
    return Moments(tuple(numbers), tuple(names), chosen)
