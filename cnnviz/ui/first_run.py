"""The run behind "Watch one learn": the one that trains at this moment, or else a new one of the usual settings."""

from cnnviz.spec import preset
from cnnviz.ui.guard import permitted
from cnnviz.ui.loaders import active_runs
from cnnviz.ui.train.editor import start_once

__all__ = ["run_to_watch"]

_USUAL = preset("two-conv")  # on the sample that is always there


def run_to_watch() -> str | None:
    """Return the id of the run that trains or waits; where there is none, start one.

    Returns:
        A run id, or None where this session may not start one; the person has been told then.

    Raises:
        StorageError: the home cannot be written.
    """
    active = active_runs()
    if active:
        return active[0].run_id
    return start_once(_USUAL).id if permitted("start a run") else None
