"""One kernel's history: the same weights at every snapshot of the run."""

import numpy as np
import streamlit as st

from cnnviz.figures.tiles import colour_tiles, signed_tiles
from cnnviz.runs import Weights
from cnnviz.ui.address import go
from cnnviz.ui.bar import Pinned
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.kernels.facts import KernelFacts, kernels_at
from cnnviz.ui.network.moments import snapshot_labels
from cnnviz.ui.network.saved import saved

__all__ = ["history_strip"]

_MOST_MOMENTS = 16


def history_strip(pinned: Pinned, facts: KernelFacts) -> None:
    """Draw the pinned filter's kernel at the run's snapshots; a click pins the snapshot.

    Args:
        pinned: what is looked at.
        facts: of the pinned layer.
    """
    number, layer = pinned.filter or 0, pinned.layer or ""
    if pinned.run.spec.model.foreign:
        st.caption("This network came from elsewhere as it is, so there is no history of how its kernels were learned.")
        return
    if facts.unlearned:
        st.caption(
            "They have no history: they are the same in every snapshot. Choose a deeper layer to see some learn."
        )
        return
    labels = snapshot_labels(pinned.run)
    moments = _spread(list(labels), pinned.weights.number)
    kernels = np.stack([kernels_at(Weights(pinned.run, moment), layer)[..., number] for moment in moments], axis=-1)
    coloured = kernels.shape[2] == 3
    mean = "the mean of its input channels, " if kernels.shape[2] not in (1, 3) else ""
    pictures = colour_tiles(kernels) if coloured else signed_tiles(kernels.mean(axis=2))
    tiles(
        pictures,
        key="kernels-history",
        caption=(
            f"Filter {number} as it learned, {mean}on one scale; "
            "steps are batches, e is an epoch. Click one to go to that moment."
        ),
        ids=moments,
        names=[labels[moment] for moment in moments],
        labels=[_short(labels[moment]) for moment in moments],
        chosen=pinned.weights.number,
        on_pick=lambda moment: go(snapshot=moment),
        smallest=24,
        largest=60,
        room=90,
        saved=saved(pinned, f"{layer} filter {number} history", image=False),
    )


def _spread(moments: list[int], chosen: int) -> list[int]:
    """At most as many moments as fit, the first, the last and the chosen one among them."""
    if len(moments) <= _MOST_MOMENTS:
        return moments
    places = np.linspace(0, len(moments) - 1, _MOST_MOMENTS).round().astype(int)
    return sorted({*(moments[place] for place in places), *([chosen] if chosen in moments else [])})


def _short(label: str) -> str:
    return label.replace("before training", "start").replace("after step ", "").replace("after epoch ", "e")
