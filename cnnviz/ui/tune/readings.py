"""What the page reads of studies, for all sessions: one reader a study, which reads again only what is new."""

from collections.abc import Mapping

import streamlit as st

from cnnviz.tuning import SETTINGS, START_FROM, Study, StudyStore
from cnnviz.tuning.importance import importance_of
from cnnviz.ui.loaders import home

__all__ = ["importance", "opened", "titles"]

titles: Mapping[str, str] = {name: one.title for name, one in SETTINGS.items()} | {START_FROM: "Begin with"}


def opened(name: str) -> Study:
    """Open a study.

    Raises:
        StudyError: there is none of that name, or it is damaged.
    """
    StudyStore(home()).get(name)  # it may have been deleted, or made anew
    return _opened(str(home()), name, (home() / "studies" / name / "study.json").stat().st_mtime_ns)


@st.cache_resource(max_entries=16, show_spinner=False)
def _opened(folder: str, name: str, made: int) -> Study:
    return StudyStore(folder).get(name)


def importance(study: Study) -> dict[str, float]:
    """Return how much each setting mattered; worked out again only when another trial has come to its end."""
    complete = sum(trial.state == "complete" for trial in study.trials())
    return _importance(str(study.folder), complete, study)


@st.cache_data(max_entries=32, show_spinner=False)
def _importance(folder: str, complete: int, _study: Study) -> dict[str, float]:
    return importance_of(_study)
