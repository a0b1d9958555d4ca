"""The Time machine page: what is there at once, what comes when TensorFlow is ready, and what can be taken away."""

from functools import partial

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.figures.pictures import to_png
from cnnviz.figures.replay_picture import ReplayView, replay_gif, replay_picture
from cnnviz.figures.theme import Mode
from cnnviz.replay import ImageReplay, Replay
from cnnviz.ui.address import arrived, go, page_link, rerun
from cnnviz.ui.components.time_machine import time_machine
from cnnviz.ui.jobs import Report, again, known_job, show_job
from cnnviz.ui.messages import plain
from cnnviz.ui.network import keras_ready
from cnnviz.ui.pages import KERNELS
from cnnviz.ui.styles import style
from cnnviz.ui.time_machine.scene import MadeReplay, ReplayScene, prepared, replay_job, scene

__all__ = ["time_machine_page"]

_SAVING = "cnnviz.time-saving"  # session state: (run, snapshot) that the dialog to save a replay was opened for
_SOON_S = 0.8  # while something is made in the background
_GROWING_S = 3.0  # while the run trains: a snapshot comes every few seconds at most
_MODES: dict[str, Mode] = {"Light": "light", "Dark": "dark"}
_PACES = {"Slow": 1.2, "Normal": 0.7, "Fast": 0.35}


def time_machine_page() -> None:
    """Draw the page.

    Raises:
        CnnvizError: the link asks for what there is not, or the run has nothing to show.
    """
    st.html(style(__file__))
    if arrived():
        st.session_state.pop(_SAVING, None)
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


def _nothing_to_replay(now: ReplayScene) -> None:
    st.info(
        f"{plain(now.run.name)} came from elsewhere as it is, without the steps of its training, so there is nothing "
        "to replay. Look at its kernels, or choose a run that was trained here.",
        icon=":material/history:",
    )
    page_link(KERNELS, "Look at its kernels", run=now.run.id)


def _machine(now: ReplayScene, was_pending: bool) -> None:
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
        st.session_state[_SAVING] = now.run.id, save
    run_id, number = st.session_state.get(_SAVING, ("", 0))
    if run_id == now.run.id:  # the page ran again since: a GIF is made, or a snapshot came
        _save_dialog(now, frames, result[0] if result else None, frames.nearest(number))


def _frame(now: ReplayScene, frames: Replay) -> int:
    return len(frames.numbers) - 1 if now.asked is None else frames.nearest(now.asked)


def _of_image(now: ReplayScene, frames: Replay) -> tuple[MadeReplay | None, bool, str]:
    """Return the image's replay, whether it is still to come, and what to say in its place."""
    if now.image is None:
        return None, False, "Choose an image above to see what the network makes of it."
    try:
        if not keras_ready():
            return None, True, "Comes in a few seconds: TensorFlow is being imported, once for this server."
    except CnnvizError as error:
        return None, False, error.sentence
    made = replay_job(now, frames).progress
    phrase = made.phrase or "waiting for other work on this server"
    return made.result, not made.ended, made.error or f"{phrase[:1].upper()}{phrase[1:]} …"


def _rested(key: str) -> None:
    """Put the snapshot it came to rest at into the link."""
    number = getattr(st.session_state.get(key), "at", None)
    if isinstance(number, int):
        go(snapshot=number)


# --- what can be taken away -------------------------------------------------------------------------------------


@st.dialog("Save the replay", width="medium", on_dismiss=lambda: st.session_state.pop(_SAVING, None))
def _save_dialog(now: ReplayScene, frames: Replay, seen: ImageReplay | None, frame: int) -> None:
    """Offer the whole replay as GIF, drawn beside the page, and one frame of it as PNG."""
    name = f"{now.run.id}-{now.image_key or 'replay'}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        mode = _MODES[st.segmented_control("Background", list(_MODES), default="Light", required=True, key="time-mode")]
        pace = _PACES[st.segmented_control("Pace", list(_PACES), default="Normal", required=True, key="time-pace")]
    view = ReplayView(frames, now.class_names, seen, now.image, now.label, mode, now.run.name)
    picture = replay_picture(view, frame)
    st.image(picture, output_format="PNG")
    row = st.container(horizontal=True)
    with row:
        key = f"gif|{frames.numbers}|{now.key}|{seen is None}|{mode}|{pace}"
        st.button(
            "Make the GIF",
            type="primary",
            icon=":material/movie:",
            key="time-gif",
            on_click=_begin_gif,
            args=(key, view, pace),
        )
        st.download_button(
            "Save this moment as PNG",
            to_png(picture),
            f"{name}-{frames.numbers[frame]}.png",
            "image/png",
            icon=":material/image:",
            on_click="ignore",
            key="time-png",
        )
    begun = known_job(key)
    content = show_job(begun, "The GIF", partial(_begin_gif, key, view, pace)) if begun else None
    if content is not None:
        size = f"{len(content) / 1e6:.1f} MB"
        row.download_button(
            f"Save the GIF ({plain(size)})",
            content,
            f"{name}.gif",
            "image/gif",
            icon=":material/download:",
            type="primary",
            on_click="ignore",
            key="time-gif-file",
        )


def _begin_gif(key: str, view: ReplayView, pace: float) -> None:
    def make(report: Report) -> bytes:
        return replay_gif(view, seconds=pace, on_progress=lambda done, of: report(done / of, f"frame {done} of {of}"))

    again(key, make)
