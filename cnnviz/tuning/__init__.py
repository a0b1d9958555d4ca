"""Searching for settings: a study tries some, each trial a run, and chooses by validation images."""

from cnnviz.tuning.ranges import Between, OneOf, Range, Value, range_of, written
from cnnviz.tuning.records import Trial, best_of
from cnnviz.tuning.settings import SETTINGS, Setting, setting, usual_space
from cnnviz.tuning.study import STORAGE_VARIABLE, Budget, Study, StudyStore
from cnnviz.tuning.study_spec import NOTHING, OBJECTIVES, START_FROM, StudySpec

__all__ = [
    "NOTHING",
    "OBJECTIVES",
    "SETTINGS",
    "START_FROM",
    "STORAGE_VARIABLE",
    "Between",
    "Budget",
    "OneOf",
    "Range",
    "Setting",
    "Study",
    "StudySpec",
    "StudyStore",
    "Trial",
    "Value",
    "best_of",
    "range_of",
    "setting",
    "usual_space",
    "written",
]
