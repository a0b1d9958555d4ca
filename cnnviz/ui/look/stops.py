"""What the pinned bar offers: runs, snapshots and layers, read without Keras."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from cnnviz.errors import CnnvizError, RunError, SpecError
from cnnviz.runs import Run
from cnnviz.ui.loaders import home, lookable, open_run

__all__ = ["Stop", "last_maps", "lookable", "no_such_snapshot", "run_label", "snapshot_labels", "stops_of"]

_MADE = re.compile(r"(\d{8}-\d{6})-(?:.*-)?(\w+)")


@dataclass(frozen=True)
class Stop:
    """A layer that can be looked at.

    Attributes:
        name: as Keras has it.
        kind: as the run's settings have it.
        shape: of its output: (height, width, channels) or (features,).
    """

    name: str
    kind: str
    shape: tuple[int, ...]

    @property
    def units(self) -> int:
        """How many filters or units it has."""
        return self.shape[-1]

    @property
    def shape_in_words(self) -> str:
        """`30×30×32`."""
        return "×".join(map(str, self.shape))


def stops_of(run: Run, which: str) -> tuple[Stop, ...]:
    """List a network's layers in order.

    Args:
        run: its run.
        which: "convolution" for those with kernels, "maps" for those with feature maps, "any" for all.

    Raises:
        SpecError: it has none of the kind.
    """
    spec = run.spec.model
    stops = [Stop(row.name, row.kind, tuple(row.output_shape)) for row in spec.rows]
    if which == "any":
        return (*stops, Stop("probabilities", "output", stops[-1].shape))
    found = tuple(stop for stop in stops if stop.kind == "convolution")
    if not found:
        raise SpecError(
            f"the network of the run {run.name} has no convolution, so there is nothing to see; choose another"
        )
    if which == "convolution":
        return found
    maps = tuple(stop for stop in stops if len(stop.shape) == 3)
    return (_LAST_MAPS, *maps) if spec.foreign else maps


_LAST_MAPS = Stop("", "last maps", ())  # of a network from elsewhere: which layer makes them, its graph alone tells


def last_maps(run: Run) -> Stop:
    """Return where Grad-CAM looks unless told otherwise, as `cnnviz.explain.last_place` says, without Keras.

    Args:
        run: its run.

    Returns:
        The layer that makes the last maps; of a network from elsewhere a stop without a name.

    Raises:
        SpecError: it has no convolution.
    """
    stops = stops_of(run, "maps")
    if run.spec.model.foreign:
        return _LAST_MAPS
    convolutions = [number for number, stop in enumerate(stops) if stop.kind == "convolution"]
    fine = [
        stop
        for stop in stops[convolutions[0] :]
        if stop.shape[:2] != (1, 1) and stop.kind not in ("pooling", "dropout")  # a dropout hands on what it gets
    ]
    return fine[-1] if fine else stops[convolutions[-1]]


def run_label(run_id: str) -> str:
    """Return what a run is called in a list, as text, not Markdown; its id where it cannot be read.

    No two runs have the same one: the browser says by its label which run was chosen.
    """
    return _label(str(home()), run_id)


@st.cache_data(ttl=5, max_entries=256, show_spinner=False)
def _label(home: str, run_id: str) -> str:
    try:
        run = open_run(run_id)
        data = "from elsewhere" if run.spec.model.foreign else run.spec.data.name
        return " · ".join(filter(None, [run.name, data, _made(run_id)]))
    except CnnvizError:
        return run_id


def _made(run_id: str) -> str:
    """When a run was made and the end of its id, `20 Nov 05:50 · 960a`; empty for one that came with cnnviz."""
    found = _MADE.fullmatch(run_id)
    try:
        made = datetime.strptime(found[1], "%Y%m%d-%H%M%S") if found else None
    except ValueError:
        made = None
    return f"{made.day} {made:%b %H:%M} · {found[2]}" if found and made else ""


def snapshot_labels(run: Run, *, measured: bool = False) -> dict[int, str]:
    """Name a run's snapshots by when they were made, oldest first.

    Args:
        run: whose.
        measured: those with predictions of the test images, instead of those that can be opened.
    """
    named = run.predicted_snapshots() if measured else run.snapshots()
    return {item.number: item.moment for item in named}


def no_such_snapshot(run: Run, asked: str, numbers: Collection[int]) -> RunError:
    """Return what to raise where a link asks for a snapshot that is not on offer.

    Args:
        run: whose.
        asked: what the link says.
        numbers: of the snapshots on offer.
    """
    gaps = len(numbers) <= max(numbers, default=0)  # of a large network that came with cnnviz a few can be opened
    there = ", ".join(map(str, sorted(numbers))) if gaps else f"0 to {max(numbers, default=0)}"
    known = f"the snapshots {there}; choose one of these" if numbers else "none; choose another run"
    return RunError(f"the link asks for snapshot {asked[:40]!r} of the run {run.name}, which has {known}")
