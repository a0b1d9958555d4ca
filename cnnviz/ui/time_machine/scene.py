"""What the time machine shows: the run, its frames, the image, where the link says to begin, and the image's replay."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.arrays import digest
from cnnviz.errors import CnnvizError, DataError
from cnnviz.figures.replay_panels import Payload, image_payload, replay_payload
from cnnviz.figures.saving import Saving
from cnnviz.files import stamp
from cnnviz.replay import ImageReplay, Replay, ReplayModels, map_layers, replay
from cnnviz.runs import Run
from cnnviz.runs.words import no_such_snapshot
from cnnviz.ui.address import asked, carry, go
from cnnviz.ui.bar import looked_run, pinned_bar
from cnnviz.ui.jobs import Job, Report, job
from cnnviz.ui.loaders import class_names
from cnnviz.ui.messages import problem
from cnnviz.ui.network import test_split
from cnnviz.ui.pages import TIME_MACHINE

__all__ = ["MadeReplay", "ReplayScene", "prepared", "replay_job", "scene"]

MadeReplay = tuple[ImageReplay, Payload]


@dataclass(frozen=True, eq=False)
class ReplayScene:
    """What is looked at.

    Attributes:
        run: the run.
        image: (height, width, channels) uint8 in the network's size; None where there is none.
        image_key: "test-17" or "upload-1a2b3c4d"; "" without an image.
        label: the image's class, where known.
        image_in_words: such as "cat, test image 17"; "" without an image.
        class_names: by label.
        asked: the snapshot that the link names; None for none.
    """

    run: Run
    image: NDArray[np.uint8] | None
    image_key: str
    label: int | None
    image_in_words: str
    class_names: tuple[str, ...]
    asked: int | None

    @property
    def key(self) -> str:
        """What tells it from everything else that can be looked at."""
        pixels = "" if self.image is None else digest(self.image)
        return "|".join(map(str, (self.run.folder, self.image_key, pixels, self.label, self.class_names)))

    @property
    def test_index(self) -> int | None:
        """Which test image it is; None for a photo, and for one whose dark became bright."""
        number = self.image_key.removeprefix("test-")
        return int(number) if number != self.image_key and number.isdecimal() else None

    @property
    def title(self) -> str:
        """What the image is called."""
        if self.label is not None:
            return self.class_names[self.label]
        if self.image_key.startswith("example-"):
            return "A photo"
        return "Your photo" if self.image_key else ""


def scene() -> ReplayScene:
    """Draw the pinned bar and return what it pins.

    Raises:
        CnnvizError: the link asks for a run or snapshot that there is not.
    """
    try:
        pinned = pinned_bar(snapshot=False)
    except DataError as error:  # no image: everything else can be seen
        run, _ = looked_run()
        at_hand = not _labels(run)[1]
        problem(error, TIME_MACHINE if at_hand else None, "Look at the first test image")
        start = _asked(run)
        if asked("image")[0] is not None:
            go(image=None)  # it would else stand in the way of the next look
        return ReplayScene(run, None, "", None, "", class_names(run), start)
    return ReplayScene(
        pinned.run,
        pinned.image,
        pinned.image_key,
        pinned.label,
        pinned.image_in_words,
        pinned.class_names,
        _asked(pinned.run),
    )


def _asked(run: Run) -> int | None:
    """Return the snapshot to begin at, out of the link or carried from another page; None for the last one."""
    said, linked = asked("snapshot")
    if said is None:
        return None
    numbers = [snapshot.number for snapshot in run.snapshots()]
    number = int(said) if said.isdecimal() and len(said) < 6 else -1
    if number not in numbers and linked:
        raise no_such_snapshot(run, said, numbers)
    if number not in numbers:  # carried from a page that needs no weights
        go(snapshot=None)
        return None
    carry(snapshot=number)
    return number


def prepared(now: ReplayScene) -> tuple[Replay, Payload]:
    """Return the run's frames and what the browser gets of them, read once for all sessions as long as nothing is new.

    Raises:
        CnnvizError: there is no snapshot to show.
    """
    labels, missing = _labels(now.run)
    frames = _frames(now.run, str(now.run.folder), _state(now.run), labels, labels is not None)
    return frames, _payload(frames, now, missing, frames.numbers, _state(now.run), f"{now.key}|{missing}")


def _labels(run: Run) -> tuple[NDArray[np.int64] | None, str]:
    """Return the classes of the run's test images, or why they are not here."""
    try:
        return test_split(run).labels, ""
    except CnnvizError as error:
        return None, error.sentence


def _state(run: Run) -> tuple[int, ...]:
    """What tells whether a run's files grew: its log, and how many predictions there are."""
    return *stamp(run.folder / "events.jsonl"), sum(1 for _ in Path(run.folder, "predictions").glob("*.npz"))


@st.cache_resource(max_entries=6, show_spinner=False)
def _frames(
    _run: Run, folder: str, state: tuple[int, ...], _labels: NDArray[np.int64] | None, labelled: bool
) -> Replay:
    return replay(_run, _labels)


@st.cache_resource(max_entries=12, show_spinner=False)
def _payload(
    _frames: Replay, _now: ReplayScene, _missing: str, numbers: tuple[int, ...], state: tuple[int, ...], key: str
) -> Payload:
    return replay_payload(
        _frames,
        _now.class_names,
        image=_now.image,
        image_title=_now.title,
        test_index=_now.test_index,
        label=_now.label,
        layers=map_layers(_now.run.spec.model) if _now.image is not None else (),
        missing=_missing,
        saved=_saved(_now),
    )


def _saved(now: ReplayScene) -> Saving:
    parts = [f"{now.run.name} on {now.run.spec.data.name}", now.image_in_words, f"run {now.run.id}"]
    return Saving(f"{now.run.name} {now.image_in_words}", " · ".join(filter(None, parts)))


# --- the image's replay, made beside the page -------------------------------------------------------------------


def replay_job(now: ReplayScene, frames: Replay) -> Job:
    """Begin the replay of the image that is looked at, or return the job that makes or made it; never waits.

    It returns `MadeReplay`. Its heatmap explains the image's class; where that is not known, the class that the last
    frame predicts.
    """
    run, image, label, models, total = now.run, now.image, now.label, _models(), len(frames.numbers)
    assert image is not None

    def make(report: Report) -> MadeReplay:
        def on_progress(done: int, of: int) -> None:
            report(done / of, f"sending the image through snapshot {min(done + 1, of)} of {of}")

        on_progress(0, total)
        seen = models.image_replay(run, image, frames.snapshots, label, on_progress)
        return seen, image_payload(seen, now.class_names, label)

    return job(f"replay|{frames.numbers}|{now.key}", make)


@st.cache_resource(show_spinner=False)
def _models() -> ReplayModels:
    return ReplayModels()
