"""What tells runs of one name apart: when each was started, and what it does differently from its preset."""

import re
from datetime import datetime

import streamlit as st

from cnnviz.errors import CnnvizError, SpecError
from cnnviz.runs import Run
from cnnviz.spec import DataSpec, RunSpec, preset
from cnnviz.spec.words import learning_in_words, time_in_words
from cnnviz.training import RESUMABLE
from cnnviz.ui.loaders import home, open_run

__all__ = ["can_resume", "changes_in_words", "run_label", "started_in_words"]

_MADE = re.compile(r"(\d{8}-\d{6})-(?:.*-)?(\w+)")
_BEGINNING = re.compile(r"\d{8}-\d{6}(?=-)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST = 3


def started_in_words(run_id: str, now: datetime) -> str:
    """Return when a run was started, such as "today 14:05", "20 Nov" or "20 Nov 2025".

    Args:
        run_id: its id, which begins with that moment in this machine's time.
        now: this machine's time.

    Returns:
        The words; none where the id does not begin with a time, as with runs that came with cnnviz.
    """
    found = _BEGINNING.match(run_id)
    try:
        started = datetime.strptime(found[0], "%Y%m%d-%H%M%S") if found else None
    except ValueError:
        started = None
    if started is None:
        return ""
    if started.date() == now.date():
        return f"today {started:%H:%M}"
    year = f" {started.year}" if started.year != now.year else ""
    return f"{started.day} {_MONTHS[started.month - 1]}{year}"


def can_resume(run: Run) -> bool:
    """Say whether the Train page has a button that resumes a run, so that nothing else speaks of one that is not there.

    Raises:
        RunError: its settings cannot be read.
    """
    return run.state in RESUMABLE and not run.bundled and not run.spec.model.foreign


def changes_in_words(spec: RunSpec) -> str:
    """Return what a run does differently from its preset, such as "20 epochs, rate 0.01, layers changed".

    The data set is left out: a row says it anyway.

    Args:
        spec: of the run.

    Returns:
        At most three changes; no words where there are none, or where it has no preset of this version.
    """
    try:
        original = preset(spec.preset or "")
    except SpecError:
        return ""
    layers = ["layers changed"] if spec.model.layers != original.model.layers else []
    parts = [*time_in_words(spec.train, original.train), *layers, *learning_in_words(spec.train, original.train)]
    parts += _data(spec.data, original.data)
    return ", ".join([*parts[:_MOST], *(["and more"] if len(parts) > _MOST else [])])


def _data(now: DataSpec, before: DataSpec) -> list[str]:
    parts = []
    if now.classes != before.classes and now.classes:
        parts.append(" and ".join(now.classes) if len(now.classes) == 2 else f"{len(now.classes)} classes")
    if now.train_images is not None:
        parts.append(f"{now.train_images:,} images")
    if now.validation != before.validation:
        parts.append(f"{100 * now.validation:.3g} % validation" if now.validation else "no validation")
    return parts


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
