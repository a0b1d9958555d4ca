"""Which runs are compared: `?runs=…,…` in the URL, a letter for each; what cannot be shown of a link is said."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.runs import RUN_ID, Run
from cnnviz.ui.judge.address import Address
from cnnviz.ui.loaders import open_run, run_ids
from cnnviz.ui.session import arrived

__all__ = ["MOST", "Chosen", "Selection", "choose", "choosing", "selected", "set_choosing"]

MOST = 4  # more curves on one axis are a tangle

_LETTERS = "ABCD"
_ADDRESS = Address("compare", ("runs",))
_LAST = "cnnviz.compared"  # session state: the runs compared last, for a page opened from the navigation
_CHOOSING = "cnnviz.compare-choosing"  # session state: whether the table is open although enough runs are chosen
_SAID = "cnnviz.compare-said"  # session state: (the runs in the URL, what was said of those that were taken out of it)
_READ = 24  # ids of a link that are looked at


@dataclass(frozen=True, eq=False)
class Chosen:
    """A run that is compared.

    Attributes:
        place: among those compared, from 0: it has that letter, colour, dash and mark everywhere.
        run: the run; its settings can be read.
    """

    place: int
    run: Run

    @property
    def letter(self) -> str:
        """What it is called beside the others: A, B, C or D."""
        return _LETTERS[self.place]


@dataclass(frozen=True, eq=False)
class Selection:
    """The runs that the URL asks for.

    Attributes:
        runs: at most four that can be compared, in the link's order.
        remarks: sentences on what the link asks for and cannot be shown; not escaped.
    """

    runs: tuple[Chosen, ...]
    remarks: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The runs' ids."""
        return tuple(one.run.id for one in self.runs)


def selected() -> Selection:
    """Read the URL; on the way in from another page, take up what was compared last.

    A run that there is not is taken out of the URL; that it was is said until others are chosen.
    """
    _ADDRESS.settle()
    text = _ADDRESS.asked().get("runs", "")
    if arrived() and not text and (last := st.session_state.get(_LAST)):
        text = st.query_params["runs"] = last
    asked = [part.strip() for part in text.split(",") if part.strip()][:_READ]
    ids = list(dict.fromkeys(asked))
    remarks = ["The link names a run twice; it is shown once."] if len(ids) < len(asked) else []
    known = [run_id for run_id in ids if RUN_ID.fullmatch(run_id) and run_id in run_ids()]
    remarks += _unknown([run_id for run_id in ids if run_id not in known], known)
    opened: list[Run] = []
    for run_id in known:
        run, problem = _opened(run_id)
        if run:
            opened.append(run)
        else:
            remarks.append(problem)
    if len(opened) > MOST:
        remarks.append(f"{len(opened)} runs are chosen and {MOST} can be compared at once; the first {MOST} are shown.")
    runs = tuple(Chosen(place, run) for place, run in enumerate(opened[:MOST]))
    if runs:
        st.session_state[_LAST] = ",".join(one.run.id for one in runs)
    return Selection(runs, tuple(remarks))


def _opened(run_id: str) -> tuple[Run | None, str]:
    """Return a run whose settings can be read, or why there is none."""
    try:
        run = open_run(run_id)
        _ = run.spec.model.rows, run.name
    except CnnvizError as error:
        return None, error.sentence
    return run, ""


def _unknown(unknown: list[str], known: list[str]) -> list[str]:
    """Take runs that there are not out of the URL, and say so, now and as long as the others are compared."""
    left = ",".join(known)
    before, said = st.session_state.get(_SAID, (None, []))
    if unknown:
        said = [f"There is no run {one[:80]!r} here; it may have been deleted, so choose another." for one in unknown]
        st.session_state[_SAID] = (left, said)
        if left:
            st.query_params["runs"] = left
        else:
            st.query_params.pop("runs", None)
        return said
    return said if before == left and not arrived() else []


def choose(ids: list[str]) -> None:
    """Put runs into the URL in place of those that are there; the page shows them from its next run on."""
    st.session_state[_LAST] = ",".join(ids)
    _ADDRESS.change(runs=",".join(ids))


def choosing(now: Selection) -> bool:
    """Say whether the table of runs is what the page shows, rather than a comparison."""
    wanted = len(now.runs) < 2 or (bool(st.session_state.get(_CHOOSING)) and not arrived())
    set_choosing(wanted)  # the second tick does not close the table: there may be a third
    return wanted


def set_choosing(wanted: bool) -> None:
    """Open the table of runs, or close it."""
    st.session_state[_CHOOSING] = wanted
