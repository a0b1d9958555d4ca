"""Computing an image's replay beside the page: one at a time, one model a network."""

import hashlib
import threading
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from cachetools import LRUCache
from numpy.typing import NDArray

from cnnviz.replay import ImageReplay, Replay, image_replay
from cnnviz.runs import Run
from cnnviz.ui.components.time_machine import Payload, image_payload
from cnnviz.ui.jobs import Job, Report, job

if TYPE_CHECKING:
    import keras

__all__ = ["Made", "replay_job"]

Made = tuple[ImageReplay, Payload]

_MOST_MODELS = 3


class _Workshop:
    def __init__(self) -> None:
        self.lock = threading.Lock()  # TensorFlow uses all cores anyway, and the models' weights are changed
        self._models: LRUCache[str, keras.Model] = LRUCache(_MOST_MODELS)

    def model(self, run: Run) -> "keras.Model":
        """Return a model of the run's network whose weights may be changed; what was compiled for it stays warm."""
        from cnnviz.models import build

        key = run.spec.model.to_json()
        if key not in self._models:
            self._models[key] = build(run.spec.model, run.spec.train.seed)
        return self._models[key]


def replay_job(
    run: Run, frames: Replay, image: NDArray[np.uint8], label: int | None, class_names: tuple[str, ...]
) -> Job:
    """Begin an image's replay, or return the job that makes or made it; never waits. It returns `Made`.

    Args:
        run: the run.
        frames: its frames.
        image: (height, width, channels) uint8.
        label: its class; the heatmap explains it. Where it is not known, the class that the last frame predicts.
        class_names: by label.
    """
    digest = hashlib.blake2b(image.tobytes(), digest_size=16).hexdigest()
    shop, total = _workshop(), len(frames.numbers)

    def make(report: Report) -> Made:
        def on_progress(done: int, of: int) -> None:
            report(done / of, f"sending the image through snapshot {min(done + 1, of)} of {of}")

        on_progress(0, total)
        with shop.lock:
            model = shop.model(run)
            seen = image_replay(run, image, frames.snapshots, class_index=label, model=model, on_progress=on_progress)
        return seen, image_payload(seen, class_names, label)

    return job(f"replay|{run.folder}|{frames.numbers}|{digest}|{label}|{class_names}", make)


@st.cache_resource(show_spinner=False)
def _workshop() -> _Workshop:
    return _Workshop()
