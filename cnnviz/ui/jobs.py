"""Work that takes long, in a thread of this server: one job a key, shared by all sessions, with progress and a stop.

    made = job(f"features|{key}", lambda report: compute(run, on_progress=report))   # starts it, or finds it
    features = show_job(made, "What the network makes of the training images")       # draws progress and "Stop"
    if features is not None:
        ...                                                                           # the page goes on

`work(report)` calls `report(fraction, phrase)` now and then, with a fraction from 0 to 1; that raises `Stopped` when
somebody asked to stop, which `work` lets pass, or catches to return what there is so far. `work` runs in a thread
without a session: it must not call `st.*`, nor anything cached by Streamlit that draws; fetch the run, the model and
the images before, and close over them. What it returns is kept with the job until newer ones push it out; what is to
last longer it writes to disk itself.
"""

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.ui.address import rerun
from cnnviz.ui.messages import plain

__all__ = ["Job", "Progress", "Report", "Stopped", "Work", "again", "counted", "forget", "job", "known_job", "show_job"]

Report = Callable[[float, str], None]
Work = Callable[[Report], Any]
State = Literal["waiting", "running", "done", "stopped", "failed"]

_AT_ONCE = 2  # of all jobs; the others wait, since each takes a core
_KEPT = 12  # ended jobs with what they returned
_LOOK_S = 0.1  # how often a job that waits looks whether it is to stop
_TICK_S = 0.5
_OURS = "This failed by a mistake of ours, not of yours: the log of the server has the details, and the rest works."

_log = logging.getLogger(__name__)


class Stopped(Exception):  # noqa: N818 - no error: somebody asked for it
    """Raised by `report` in a job that is to stop."""


@dataclass(frozen=True)
class Progress:
    """Where a job is.

    Attributes:
        state: "waiting" for other jobs, "running", "done", "stopped" or "failed".
        fraction: what is done, 0 to 1.
        phrase: what it does now.
        result: what it returned; None unless it is done.
        error: why it failed, one sentence; empty unless it did.
    """

    state: State = "waiting"
    fraction: float = 0.0
    phrase: str = ""
    result: Any = None
    error: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ("done", "stopped", "failed")


class Job:
    """Work in a thread; any thread may look at it and stop it. Made by `job`.

    Args:
        key: what tells it from every other.
        work: see the module.
        places: how many jobs may run at once.
    """

    def __init__(self, key: str, work: Work, places: threading.Semaphore) -> None:
        self.key = key
        self._work = work
        self._places = places
        self._now = Progress()  # replaced as a whole: a reader sees one moment
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"job {key[:40]}", daemon=True)
        self._thread.start()

    @property
    def progress(self) -> Progress:
        """Where it is at this moment."""
        return self._now

    @property
    def stopping(self) -> bool:
        """Whether somebody asked it to stop, which it has not done yet."""
        return self._stop.is_set() and not self._now.ended

    def stop(self) -> None:
        """Ask it to stop; it does so at its next report. Asking twice is asking once."""
        self._stop.set()

    def wait(self, timeout_s: float) -> Progress:
        """Wait until it has ended, or for so long; returns where it is then."""
        self._thread.join(timeout_s)
        return self._now

    def _run(self) -> None:
        try:
            if self._has_place():
                self._do()
            else:
                self._now = replace(self._now, state="stopped")
        finally:
            del self._work  # and with it the models and images that it closed over

    def _has_place(self) -> bool:
        """Wait for a place; False where somebody asked to stop meanwhile."""
        while not self._places.acquire(timeout=_LOOK_S):
            if self._stop.is_set():
                return False
        return True

    def _do(self) -> None:
        try:
            self._report(0.0, "")
            self._now = Progress("done", 1.0, result=self._work(self._report))
        except Stopped:
            self._now = replace(self._now, state="stopped")
        except CnnvizError as error:
            self._now = replace(self._now, state="failed", error=error.sentence)
        except Exception:  # noqa: BLE001 - whatever it is, it must not end in a page that waits for ever
            _log.exception("the job %s failed", self.key)
            self._now = replace(self._now, state="failed", error=_OURS)
        finally:
            self._places.release()

    def _report(self, fraction: float, phrase: str) -> None:
        if self._stop.is_set():
            raise Stopped
        self._now = Progress("running", min(max(float(fraction), 0.0), 1.0), phrase)


class _Jobs:
    """All jobs of this server; those that ended go when newer ones come."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places = threading.Semaphore(_AT_ONCE)
        self._known: OrderedDict[str, Job] = OrderedDict()

    def get(self, key: str, work: Work) -> Job:
        with self._lock:
            if key not in self._known:
                self._known[key] = Job(key, work, self._places)
            self._known.move_to_end(key)
            ended = [name for name, one in self._known.items() if one.progress.ended and name != key]
            for name in ended[: max(0, len(ended) - _KEPT)]:
                del self._known[name]
            return self._known[key]

    def find(self, key: str) -> Job | None:
        with self._lock:
            return self._known.get(key)

    def forget(self, one: Job) -> None:
        one.stop()
        with self._lock:
            if self._known.get(one.key) is one:
                del self._known[one.key]


@st.cache_resource(show_spinner=False)
def _jobs() -> _Jobs:
    return _Jobs()


def job(key: str, work: Work) -> Job:
    """Start work in the background, or return the job that does or did it already.

    Args:
        key: what the result depends on, such as the key of its `Weights` and what is made.
        work: see the module; called only where there is no job of that key.
    """
    return _jobs().get(key, work)


def known_job(key: str) -> Job | None:
    """Return the job of a key where somebody started one, whether it has ended or not; starts nothing."""
    return _jobs().find(key)


def forget(one: Job) -> None:
    """Drop a job and its result, so that the next call of `job` with its key starts anew."""
    _jobs().forget(one)


def again(key: str, work: Work) -> Job:
    """Start work in the background as `job` does, anew where it had ended."""
    before = known_job(key)
    if before is not None and before.progress.ended:
        forget(before)
    return job(key, work)


def counted(report: Report, what: str) -> Callable[[int, int | None], None]:
    """Return what the library calls with how many are done and of all, in terms of a job's report.

    Args:
        report: the job's.
        what: is counted, such as "images".
    """

    def on_progress(done: int, total: int | None) -> None:
        report(done / total if total else 0.0, f"{done:,} of {total or 0:,} {what}")

    return on_progress


def show_job(one: Job, what: str, restart: Callable[[], None] | None = None, *, tick_s: float = _TICK_S) -> Any | None:
    """Draw where a job is, with a button to stop it; run the page again once when it has ended.

    Args:
        one: from `job`.
        what: what is made, to begin a sentence: "The map of all test images".
        restart: begins a job that has ended anew; None to forget it, where the page itself calls `job` at every run.
        tick_s: how often the page looks where it is, in seconds.

    Returns:
        What the work returned, once it is done; then nothing is drawn. Else None.
    """
    now = one.progress
    if now.state == "done":
        return now.result
    if not now.ended:
        st.fragment(_poll, run_every=tick_s)(one, what)
        return None
    if now.state == "failed":
        st.error(plain(now.error), icon=":material/error:")
    else:
        st.caption(plain(f"{what}: stopped at {now.fraction:.0%}."))
    label = "Try again" if now.state == "failed" else "Start again"
    st.button(label, key=_key(one, "again"), icon=":material/refresh:", on_click=restart or partial(forget, one))
    return None


def _poll(one: Job, what: str) -> None:
    now = one.progress
    if now.ended:
        rerun()
    phrase = "waits for other work on this server" if now.state == "waiting" else now.phrase
    if one.stopping:
        phrase = f"stops as soon as this is done: {phrase}" if phrase else "stops in a moment"
    st.progress(now.fraction, text=plain(f"{what}: {phrase} ({now.fraction:.0%})" if phrase else f"{what} …"))
    st.button("Stop", key=_key(one, "stop"), icon=":material/stop_circle:", on_click=one.stop, disabled=one.stopping)


def _key(one: Job, what: str) -> str:
    return f"job-{what}-{hashlib.blake2b(one.key.encode(), digest_size=6).hexdigest()}"
