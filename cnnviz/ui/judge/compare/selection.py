"""Which runs are compared: `?runs=…,…` in the URL, a letter for each; what cannot be shown of a link is said."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.figures.compared_curves import AXES, SPLITS, Axis, Split
from cnnviz.runs import RUN_ID, Run
from cnnviz.ui.address import arrived, go, read
from cnnviz.ui.loaders import open_run, run_ids
from cnnviz.ui.place import Codec, Place, choice, param, several, text

__all__ = ["ComparePlace", "ComparedRun", "Selection", "choose", "choosing", "selected", "set_choosing"]

_MOST = 4  # more curves on one axis are a tangle

_LETTERS = "ABCD"
_CHOOSING = "cnnviz.compare-choosing"  # session state: whether the table is open although enough runs are chosen
_SAID = "cnnviz.compare-said"  # session state: (the runs in the URL, what was said of those that were taken out of it)
_READ = 24  # ids of a link that are looked at


def _ids(said: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in said.split(",") if part.strip())[:_READ]


@dataclass(frozen=True)
class ComparePlace(Place):
    """What the URL says; a session that comes back finds all of it.

    Attributes:
        runs: ids of the runs that are compared, as the link has them.
        split, axis: of which images the curves are, and over what.
        pair: which two runs are compared image by image, such as "A and C"; None for the first two.
        find, states, datasets, tags: what the table is narrowed by.
    """

    runs: tuple[str, ...] = param(Codec(lambda said, _: _ids(said), lambda ids, _: ",".join(ids)), (), kept=True)
    split: Split = param(choice("images", SPLITS), "validation", name="of", kept=True, lenient=True)
    axis: Axis = param(choice("axis", AXES), "epochs", name="by", kept=True, lenient=True)
    pair: str | None = param(text, kept=True)
    find: str = param(text, "", kept=True)
    states: tuple[str, ...] = param(several, (), name="state", kept=True)
    datasets: tuple[str, ...] = param(several, (), name="dataset", kept=True)
    tags: tuple[str, ...] = param(several, (), name="tag", kept=True)


@dataclass(frozen=True, eq=False)
class ComparedRun:
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

    @property
    def badge(self) -> str:
        """Its letter in its colour, as HTML."""
        return f'<b class="compare-letter compare-{self.place}">{self.letter}</b>'


@dataclass(frozen=True, eq=False)
class Selection:
    """The runs that the URL asks for.

    Attributes:
        runs: at most four that can be compared, in the link's order.
        remarks: sentences on what the link asks for and cannot be shown; not escaped.
    """

    runs: tuple[ComparedRun, ...]
    remarks: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The runs' ids."""
        return tuple(one.run.id for one in self.runs)


def selected() -> Selection:
    """Read the URL.

    A run that there is not is taken out of the URL; that it was is said until others are chosen.
    """
    asked = read(ComparePlace).runs
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
    if len(opened) > _MOST:
        remarks.append(
            f"{len(opened)} runs are chosen and {_MOST} can be compared at once; the first {_MOST} are shown."
        )
    runs = tuple(ComparedRun(place, run) for place, run in enumerate(opened[:_MOST]))
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
        go(runs=known)
        return said
    return said if before == left and not arrived() else []


def choose(ids: list[str]) -> None:
    """Put runs into the URL in place of those that are there; the page shows them from its next run on."""
    go(runs=tuple(ids))


def choosing(now: Selection) -> bool:
    """Say whether the table of runs is what the page shows, rather than a comparison."""
    wanted = len(now.runs) < 2 or (bool(st.session_state.get(_CHOOSING)) and not arrived())
    set_choosing(wanted)  # the second tick does not close the table: there may be a third
    return wanted


def set_choosing(wanted: bool) -> None:
    """Open the table of runs, or close it."""
    st.session_state[_CHOOSING] = wanted
