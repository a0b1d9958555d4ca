"""The bar of the page: which run, which of its snapshots, and perhaps a second run beside it."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.runs import Run, Weights
from cnnviz.ui.address import bind, read, rerun
from cnnviz.ui.bar import asked_run, run_bar
from cnnviz.ui.classify.address import WhatPlace
from cnnviz.ui.classify.networks import Network
from cnnviz.ui.invitation import no_network_yet
from cnnviz.ui.loaders import class_names, lookable, open_run
from cnnviz.ui.messages import plain
from cnnviz.ui.network.moments import snapshot_labels
from cnnviz.ui.preferred import preferred_id
from cnnviz.ui.run_facts import run_label

__all__ = ["Using", "beside", "classify_bar"]


_ALONE = ""
_TICK_S = 2.0


@dataclass(frozen=True, eq=False)
class Using:
    """What classifies.

    Attributes:
        first: the network that the bar names.
        second: the one beside it; None for none.
    """

    first: Network
    second: Network | None

    @property
    def networks(self) -> tuple[Network, ...]:
        """Both, or the one there is."""
        return (self.first,) if self.second is None else (self.first, self.second)


def classify_bar() -> tuple[Network, DeltaGenerator]:
    """Draw the bar; where there is no network yet, say what to do and end the page.

    Returns:
        The network that classifies, and the bar, for what else stands in it.

    Raises:
        CnnvizError: the URL asks for a run or a snapshot that there is not.
    """
    offered = lookable()
    run = asked_run(offered, preferred_id("use"))
    if run is None or not (offered or run.snapshots()):
        no_network_yet(
            "There is no trained network to show your photos to yet. Train one: it takes a minute, and this page then "
            "says what it sees in them.",
            icon=":material/add_photo_alternate:",
        )
    shown, bar = run_bar(run, offered, follow=True, gap="xsmall")
    if run.status.active:
        st.fragment(_follow, run_every=_TICK_S)(run, len(run.snapshots()))
    return Network(run, shown.snapshot, class_names(run)), bar


def beside(run: Run) -> Network | None:
    """Draw the list of runs that may stand beside the first one, and return the network that does.

    Args:
        run: the first one.

    Raises:
        CnnvizError: the URL asks for a run that there is not.
    """
    offered = lookable()
    asked = read(WhatPlace).beside
    other = open_run(asked) if asked and asked != run.id else None
    options = [_ALONE, *(run_id for run_id in offered if run_id != run.id)]
    if other is not None and other.id not in options:
        options.append(other.id)
    if len(options) == 1:
        return None
    st.selectbox(
        "The run beside it", options, label_visibility="collapsed", width=150,
        format_func=lambda run_id: f"beside {run_label(run_id)}" if run_id else "no second run",
        **bind("beside", other.id if other else _ALONE, key="classify-with", options=options),
    )  # fmt: skip
    if other is None:
        return None
    # Its model, or its newest snapshot while it trains.
    newest = None if Weights(other).exists else max(snapshot_labels(other), default=None)
    return Network(other, newest, class_names(other))


def _follow(run: Run, snapshots: int) -> None:
    """Say that the network still learns, and run the page again with its next snapshot, or when it has ended."""
    if len(run.snapshots()) != snapshots or not run.status.active:
        rerun()
    st.caption(f"{plain(run.name)} is still training; what it says of a photo changes with every snapshot.")
