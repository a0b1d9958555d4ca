"""What the snapshots are called at which the test images were measured, and which of them could not be read."""

import streamlit as st

from cnnviz.evaluation import LearningOrder
from cnnviz.runs import Run
from cnnviz.ui.network.moments import snapshot_labels

__all__ = ["moments_in_words", "tell_left_out"]

_MOST = 3


def moments_in_words(run: Run, order: LearningOrder) -> list[str]:
    """Name the snapshots of an order of learning, such as "after epoch 3"."""
    names = snapshot_labels(run, measured=True)
    return [names.get(number, f"snapshot {number}") for number in order.snapshots.tolist()]


def tell_left_out(run: Run, order: LearningOrder) -> None:
    """Say which snapshots are left out because what they predicted cannot be read; nothing where all are there."""
    if not order.left_out:
        return
    names = snapshot_labels(run, measured=True)
    told = [names.get(number, f"snapshot {number}") for number in order.left_out[:_MOST]]
    more = len(order.left_out) - len(told)
    which = ", ".join([*told, *([f"and {more} more"] if more else [])])
    snapshots = "this snapshot" if len(order.left_out) == 1 else "these snapshots"
    what_to_do = "install cnnviz again" if run.bundled else "train the run again"
    st.caption(
        f":material/info: Left out: {which}. The predictions of {snapshots} cannot be read; {what_to_do} to have all."
    )
