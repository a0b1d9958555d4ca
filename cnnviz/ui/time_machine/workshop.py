"""Computing an image's replay beside the page: one thread for all sessions, one model a run, a few results kept."""

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from cachetools import LRUCache
from numpy.typing import NDArray

from cnnviz.errors import CnnvizError
from cnnviz.replay import ImageReplay, Replay, image_replay
from cnnviz.runs import Run
from cnnviz.ui.components.time_machine import Payload, image_payload

if TYPE_CHECKING:
    import keras

__all__ = ["Work", "work_on"]

_MOST_MODELS = 3


class Work:
    """One image's replay, while it is made and afterwards.

    Attributes:
        done, total: frames finished, and how many there are.
    """

    def __init__(self, total: int) -> None:
        self.done, self.total = 0, total
        self.future: Future[tuple[ImageReplay, Payload]]

    def progress(self, done: int, total: int) -> None:
        """Note how far it is."""
        self.done, self.total = done, total

    @property
    def finished(self) -> bool:
        """Whether there is nothing to wait for any more."""
        return self.future.done()

    @property
    def failure(self) -> str:
        """Why it failed, "" where it did not or is not finished."""
        error = self.future.exception() if self.finished else None
        if error is None:
            return ""
        return str(error) if isinstance(error, CnnvizError) else "the image could not be sent through the network"

    @property
    def result(self) -> tuple[ImageReplay, Payload] | None:
        """The replay and what the browser gets of it; None while it is made, or where it failed."""
        return self.future.result() if self.finished and not self.failure else None


class _Workshop:
    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="time-machine")  # TensorFlow uses all cores anyway
        self._models: LRUCache[str, keras.Model] = LRUCache(_MOST_MODELS)  # touched by that thread alone

    def model(self, run: Run) -> "keras.Model":
        """Return a model of the run's network whose weights may be changed; what was compiled for it stays warm."""
        from cnnviz.models import build

        key = run.spec.model.to_json()
        if key not in self._models:
            self._models[key] = build(run.spec.model, run.spec.train.seed)
        return self._models[key]


def work_on(
    run: Run, frames: Replay, image: NDArray[np.uint8], label: int | None, class_names: tuple[str, ...]
) -> Work:
    """Begin an image's replay, or return the one that is under way or made; never waits.

    Args:
        run: the run.
        frames: its frames.
        image: (height, width, channels) uint8.
        label: its class; the heatmap explains it. Where it is not known, the class that the last frame predicts.
        class_names: by label.
    """
    digest = hashlib.blake2b(image.tobytes(), digest_size=16).hexdigest()
    return _work(run, frames, image, str(run.folder), frames.numbers, digest, label, class_names)


@st.cache_resource(max_entries=12, show_spinner=False)
def _work(
    _run: Run,
    _frames: Replay,
    _image: NDArray[np.uint8],
    folder: str,
    numbers: tuple[int, ...],
    digest: str,
    label: int | None,
    class_names: tuple[str, ...],
) -> Work:
    work = Work(len(numbers))
    shop = _workshop()

    def make() -> tuple[ImageReplay, Payload]:
        model = shop.model(_run)
        seen = image_replay(_run, _image, _frames.snapshots, class_index=label, model=model, on_progress=work.progress)
        return seen, image_payload(seen, class_names, label)

    work.future = shop.thread.submit(make)
    return work


@st.cache_resource(show_spinner=False)
def _workshop() -> _Workshop:
    return _Workshop()
