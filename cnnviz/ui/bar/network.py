"""The part of the bar that every page with a run has: which run, and which of its snapshots."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.errors import RunError
from cnnviz.runs import Run, Weights
from cnnviz.ui.address import asked, bind, chosen_run, remember
from cnnviz.ui.loaders import open_run
from cnnviz.ui.network.moments import no_such_snapshot, snapshot_labels
from cnnviz.ui.run_facts import run_label
from cnnviz.ui.styles import style

__all__ = ["BAR_STYLE", "ShownRun", "Snapshots", "asked_run", "choose_network", "container", "run_bar"]

Snapshots = Literal["weights", "measured", "both"]  # which are on offer: with weights, with predictions, with both

_FINAL = -1  # the snapshot chooser's value for the run's model

BAR_STYLE = style(__file__)


@dataclass(frozen=True, eq=False)
class ShownRun:
    """A run at a moment.

    Attributes:
        run: the run.
        snapshot: its snapshot's number; None for the run's model, and where none is on offer.
        follows: whether that is merely the newest one of a run without a model: where the run trains, the page goes on
            with it, and links do not name it.
        labels: what each snapshot on offer is called, by its number, oldest first.
    """

    run: Run
    snapshot: int | None
    follows: bool = False
    labels: Mapping[int, str] = field(default_factory=dict)

    @property
    def pinned(self) -> int | None:
        """The snapshot that links name."""
        return None if self.follows else self.snapshot


def asked_run(offered: Sequence[str], usual: str | None = None) -> Run | None:
    """Return the run that the URL asks for, else the one that the session looked at last, else the usual one.

    Args:
        offered: ids, the newest first.
        usual: the id of the run that nobody asked for; None for the first on offer.

    Returns:
        None where nothing is asked for and nothing on offer.

    Raises:
        RunError: the URL asks for a run that there is not.
    """
    run_id = chosen_run() or (usual or offered[0] if offered else None)
    return None if run_id is None else open_run(run_id)


def run_bar(
    run: Run,
    offered: Sequence[str],
    *,
    snapshots: Snapshots | None = "weights",
    follow: bool = False,
    gap: Literal["small", "xsmall"] = "small",
) -> tuple[ShownRun, DeltaGenerator]:
    """Draw the bar of a page that shows a run and no image of its data set.

    Args:
        run: from `asked_run`.
        offered: ids of the runs on offer, the newest first.
        snapshots: which are on offer; None for a page that shows all of them, or the run's model.
        follow: whether the newest snapshot of a run without a model is shown without being pinned.
        gap: between its parts.

    Returns:
        What is shown, and the bar, for what else stands in it.

    Raises:
        CnnvizError: the URL asks for a snapshot that there is not.
    """
    with container(gap) as drawn:
        shown = choose_network(run, offered, snapshots, follow=follow)
    remember(run=run.id, **({"snapshot": shown.pinned} if snapshots else {}))
    return shown, drawn


@contextmanager
def container(gap: Literal["small", "xsmall"] = "small") -> Iterator[DeltaGenerator]:
    """Draw an empty bar, to be filled."""
    drawn = st.container(horizontal=True, vertical_alignment="center", gap=gap, key="pinned")
    with drawn:
        st.html(BAR_STYLE)
        yield drawn


def choose_network(run: Run, offered: Sequence[str], snapshots: Snapshots | None, *, follow: bool = False) -> ShownRun:
    """Draw the list of runs and that of the run's snapshots; see `run_bar`."""
    options = [*offered] if run.id in offered else [run.id, *offered]
    st.selectbox(
        "Run", options, format_func=run_label, label_visibility="collapsed", width=180,
        **bind("run", run.id, key="pinned-run", options=options),
    )  # fmt: skip
    if snapshots is None:
        return ShownRun(run, None)
    labels = snapshot_labels(run, measured=snapshots != "weights")
    if snapshots == "both":
        labels = {number: name for number, name in snapshot_labels(run).items() if number in labels}
    model = run.has_final_predictions if snapshots != "weights" else Weights(run).exists
    if not labels and not model and snapshots != "weights":
        return ShownRun(run, None)  # nothing was measured yet, as the page says
    followed = max(labels) if follow and labels and not model else None
    number = _choose_snapshot(run, labels, model=model, followed=followed)
    return ShownRun(run, number, number is not None and number == followed, labels)


def _choose_snapshot(run: Run, labels: Mapping[int, str], *, model: bool, followed: int | None) -> int | None:
    """Draw the list of snapshots and return the number of the one that is shown; None for the run's model.

    Args:
        run: the run.
        labels: what its snapshots on offer are called, by number.
        model: whether its model is on offer too.
        followed: the snapshot that is shown without being pinned.

    Raises:
        RunError: the URL asks for a snapshot that is not on offer, or nothing is.
    """
    options = [*([_FINAL] if model else []), *list(labels)[::-1]]
    if not options:
        raise RunError(f"the run {run.name} has no snapshot yet; wait until its first one, or choose another run")
    said, linked = asked("snapshot")
    number = int(said) if said and said.isdecimal() and len(said) < 6 else None
    if said is not None and number not in labels:
        if linked:
            raise no_such_snapshot(run, said, labels)
        number = None
    now = options[0] if number is None else number
    st.selectbox(
        "Snapshot", options, label_visibility="collapsed", width=150,
        format_func=lambda option: "trained model" if option == _FINAL else labels[option],
        **bind("snapshot", now, key="pinned-snapshot", options=options,
               change=lambda choice: {"snapshot": None if choice in (_FINAL, followed) else choice}),
    )  # fmt: skip
    return None if now == _FINAL else now
