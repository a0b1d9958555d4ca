"""The bar of the page: which run, which of its snapshots, and perhaps a second run beside it."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.runs import Run
from cnnviz.ui.classify.address import ADDRESS
from cnnviz.ui.classify.networks import Network
from cnnviz.ui.invitation import no_network_yet
from cnnviz.ui.loaders import class_names, open_run
from cnnviz.ui.look.run_bar import BAR_STYLE, asked_run, run_chooser, snapshot_chooser
from cnnviz.ui.look.stops import lookable, run_label, snapshot_labels
from cnnviz.ui.look.travel import last_shown, remember
from cnnviz.ui.messages import plain
from cnnviz.ui.preferred import preferred_id
from cnnviz.ui.session import arrived, choose_run

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
    bar = st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="pinned")
    with bar:
        st.html(BAR_STYLE)
        run_chooser(run, offered, _switch_run)
        labels, model = snapshot_labels(run), _has_model(run)
        # Without a model the newest snapshot is not pinned: where the run trains, the page goes on with it.
        newest = None if model else max(labels, default=None)
        number = snapshot_chooser(
            run, labels, lambda one: _switch_snapshot(None if one == newest else one), model=model
        )
    _remember(run, number)
    if run.status.active:
        st.fragment(_follow, run_every=_TICK_S)(run, len(run.snapshots()))
    return Network(run, number, class_names(run)), bar


def _has_model(run: Run) -> bool:
    return (run.folder / "model.keras").exists()


def beside(run: Run) -> Network | None:
    """Draw the list of runs that may stand beside the first one, and return the network that does.

    Args:
        run: the first one.

    Raises:
        CnnvizError: the URL asks for a run that there is not.
    """
    offered = lookable()
    asked = ADDRESS.asked().get("with", _ALONE)
    other = open_run(asked) if asked and asked != run.id else None
    options = [_ALONE, *(run_id for run_id in offered if run_id != run.id)]
    if other is not None and other.id not in options:
        options.append(other.id)
    if len(options) == 1:
        return None
    st.session_state["classify-with"] = other.id if other else _ALONE
    st.selectbox(
        "The run beside it", options, key="classify-with", label_visibility="collapsed", width=150,
        format_func=lambda run_id: f"beside {run_label(run_id)}" if run_id else "no second run",
        on_change=lambda: ADDRESS.change(**{"with": st.session_state["classify-with"]}),
    )  # fmt: skip
    if other is None:
        return None
    # Its model, or its newest snapshot while it trains.
    newest = None if _has_model(other) else max(snapshot_labels(other), default=None)
    return Network(other, newest, class_names(other))


def _switch_run(run_id: str) -> None:
    choose_run(run_id)
    st.query_params.pop("snapshot", None)
    if ADDRESS.asked().get("with") == run_id:
        ADDRESS.change(**{"with": None})


def _switch_snapshot(number: int | None) -> None:
    if number is None:
        st.query_params.pop("snapshot", None)
    else:
        st.query_params["snapshot"] = str(number)


def _remember(run: Run, number: int | None) -> None:
    """Keep which network this is for the next page; a snapshot that is merely the newest one is not pinned."""
    pinned = st.query_params.get("snapshot") == str(number)
    kept = {name: value for name, value in last_shown(run).items() if name != "snapshot"}
    carried = last_shown(run).get("snapshot") == str(number)
    remember(kept | {"run": run.id} | ({"snapshot": str(number)} if pinned or carried else {}))
    if arrived():
        choose_run(run.id)
        if carried and not pinned:
            _switch_snapshot(number)


def _follow(run: Run, snapshots: int) -> None:
    """Say that the network still learns, and run the page again with its next snapshot, or when it has ended."""
    if len(run.snapshots()) != snapshots or not run.status.active:
        st.rerun()
    st.caption(f"{plain(run.name)} is still training; what it says of a photo changes with every snapshot.")
