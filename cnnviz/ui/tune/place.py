"""What the URL of the Tune page says: which study, and how its trials are shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cnnviz.ui.place import Place, choice, param, text

__all__ = ["VIEWS", "TunePlace", "View"]

View = Literal["trials", "parallel", "importance", "slices"]

VIEWS: Mapping[View, str] = {
    "trials": "All trials",
    "parallel": "Settings together",
    "importance": "What mattered",
    "slices": "Setting by setting",
}


@dataclass(frozen=True)
class TunePlace(Place):
    """What is looked at.

    Attributes:
        study: its name; None for the newest.
        task: "new" to set one up.
        view: how the trials are shown below.
    """

    study: str | None = param(text)
    task: Literal["new"] | None = param(choice("task", ("new",)))
    view: View = param(choice("view", tuple(VIEWS)), "trials", per="study")
