"""What is derived of a network and kept with its run, on pages: read at once, or made by a job beside the page."""

from typing import Any, TypeVar, cast

from cnnviz.runs import Derived
from cnnviz.ui.jobs import Job, job, known_job

__all__ = ["going", "kept", "start"]

T = TypeVar("T")


def kept(derived: Derived[T]) -> T | None:
    """Return what was made before, on a disk that takes nothing what a job of this server made; None for neither."""
    found = derived.load()
    if found is None:
        ended = going(derived)
        found = cast("T | None", ended.progress.result) if ended else None
    return found


def start(derived: Derived[Any]) -> Job:
    """Make it in the background, or return the job that does so already."""
    return job(derived.key, derived.make)


def going(derived: Derived[Any]) -> Job | None:
    """Return the job that makes it, or ended without; starts nothing."""
    return known_job(derived.key)
