"""The time machine on the page: what is there at once, and what comes when TensorFlow is ready."""

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.replay import Replay
from cnnviz.ui.address import go, page_link, rerun
from cnnviz.ui.components.time_machine import time_machine
from cnnviz.ui.messages import plain
from cnnviz.ui.network import keras_ready
from cnnviz.ui.pages import KERNELS
from cnnviz.ui.styles import style
from cnnviz.ui.time_machine.saving import save_dialog
from cnnviz.ui.time_machine.scene import Scene, prepared, scene
from cnnviz.ui.time_machine.workshop import Made, replay_job

__all__ = ["STYLE", "time_machine_view"]

STYLE = style(__file__)


_SOON_S = 0.8  # while something is made in the background
_GROWING_S = 3.0  # while the run trains: a snapshot comes every few seconds at most


def time_machine_view() -> None:
    """Draw the page.

    Raises:
        CnnvizError: the link asks for what there is not, or the run has nothing to show.
    """
    now = scene()
    if now.run.spec.model.foreign:
        _nothing_to_replay(now)
        return
    frames, _ = prepared(now)
    _, pending, _ = _of_image(now, frames)
    tick = _SOON_S if pending else _GROWING_S if now.run.status.active else None
    st.fragment(_machine, run_every=tick)(now, pending)
    if len(frames.numbers) < frames.announced:
        st.caption(f"{len(frames.numbers)} of the run's {frames.announced:,} snapshots are shown.")


def _nothing_to_replay(now: Scene) -> None:
    st.info(
        f"{plain(now.run.name)} came from elsewhere as it is, without the steps of its training, so there is nothing "
        "to replay. Look at its kernels, or choose a run that was trained here.",
        icon=":material/history:",
    )
    page_link(KERNELS, "Look at its kernels", run=now.run.id)


def _machine(now: Scene, was_pending: bool) -> None:
    """One look: the frames there are, and the image's part where it is made."""
    frames, base = prepared(now)
    result, pending, waiting = _of_image(now, frames)
    if was_pending and not pending:
        rerun()  # the page then ticks no more
    key = f"time-{now.run.id}"
    _, save = time_machine(
        base,
        result[1] if result else None,
        start=frames.numbers[_frame(now, frames)],
        waiting=waiting,
        busy=pending,
        key=key,
        on_rest=lambda: _rested(key),
    )
    if save is not None:
        save_dialog(now, frames, result[0] if result else None, frames.nearest(save))


def _frame(now: Scene, frames: Replay) -> int:
    return len(frames.numbers) - 1 if now.asked is None else frames.nearest(now.asked)


def _of_image(now: Scene, frames: Replay) -> tuple[Made | None, bool, str]:
    """Return the image's replay, whether it is still to come, and what to say in its place."""
    if now.image is None:
        return None, False, "Choose an image above to see what the network makes of it."
    try:
        if not keras_ready():
            return None, True, "Comes in a few seconds: TensorFlow is being imported, once for this server."
    except CnnvizError as error:
        return None, False, error.sentence
    made = replay_job(now.run, frames, now.image, now.label, now.class_names).progress
    phrase = made.phrase or "waiting for other work on this server"
    return made.result, not made.ended, made.error or f"{phrase[:1].upper()}{phrase[1:]} …"


def _rested(key: str) -> None:
    """Put the snapshot it came to rest at into the link."""
    number = getattr(st.session_state.get(key), "at", None)
    if isinstance(number, int):
        go(snapshot=number)
