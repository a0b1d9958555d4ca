"""What a person takes away of a replay: the whole as GIF, a moment as PNG."""

import streamlit as st

from cnnviz.figures.pictures import to_png
from cnnviz.figures.replay_picture import ReplayView, replay_gif, replay_picture
from cnnviz.figures.theme import Mode
from cnnviz.replay import ImageReplay, Replay
from cnnviz.ui.messages import plain
from cnnviz.ui.time_machine.scene import Scene

__all__ = ["save_dialog"]

_MODES: dict[str, Mode] = {"Light": "light", "Dark": "dark"}
_PACES = {"Slow": 1.2, "Normal": 0.7, "Fast": 0.35}


@st.dialog("Save the replay", width="medium")
def save_dialog(now: Scene, frames: Replay, seen: ImageReplay | None, frame: int) -> None:
    """Offer the whole replay as GIF and one frame of it as PNG.

    Args:
        now: what is looked at.
        frames: the run's frames.
        seen: the image's frames; None where they are not made.
        frame: the one looked at.
    """
    name = f"{now.run.id}-{now.image_key or 'replay'}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        mode = _MODES[st.segmented_control("Background", list(_MODES), default="Light", required=True, key="time-mode")]
        pace = _PACES[st.segmented_control("Pace", list(_PACES), default="Normal", required=True, key="time-pace")]
    view = ReplayView(frames, now.class_names, seen, now.image, now.label, mode, now.run.name)
    picture = replay_picture(view, frame)
    st.image(picture, output_format="PNG")
    row = st.container(horizontal=True)
    with row:
        make = st.button("Make the GIF", type="primary", icon=":material/movie:", key="time-gif")
        st.download_button(
            "Save this moment as PNG", to_png(picture), f"{name}-{frames.numbers[frame]}.png", "image/png",
            icon=":material/image:", on_click="ignore", key="time-png",
        )  # fmt: skip
    if make:
        bar = st.progress(0.0, "Drawing …")
        content = replay_gif(
            view, seconds=pace, on_progress=lambda done, of: bar.progress(done / of, f"Frame {done} of {of}")
        )
        bar.empty()
        size = f"{len(content) / 1e6:.1f} MB"
        row.download_button(
            f"Save the GIF ({plain(size)})", content, f"{name}.gif", "image/gif", icon=":material/download:",
            type="primary", on_click="ignore", key="time-gif-file",
        )  # fmt: skip
