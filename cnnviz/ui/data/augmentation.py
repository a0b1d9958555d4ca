"""What augmentation makes of one image; the first time, TensorFlow is imported for it."""

import sys
from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data import are_characters
from cnnviz.spec import Augmentation
from cnnviz.ui.components.gallery import GalleryRow, gallery
from cnnviz.ui.messages import reported

__all__ = ["show_augmentation"]

_VERSIONS, _SIDE = 14, 96  # augmented versions of an image, and pixels of their side


def show_augmentation(image: NDArray[np.uint8], class_names: Sequence[str]) -> None:
    """Draw changed versions of an image, in a fold that works when it is opened."""
    fold = st.expander(
        "Augmentation: the same image, changed at random",
        icon=":material/auto_fix_high:",
        key="data-augmentation",
        on_change="rerun",
    )
    if fold.open:
        with fold:
            st.fragment(_draw_augmentation, key="augmentation")(image, mirrors=not are_characters(class_names))


@reported(way_back=None)
def _draw_augmentation(image: NDArray[np.uint8], *, mirrors: bool) -> None:
    pictures, controls = st.columns([2, 1], gap="large")  # on a phone the pictures come first
    with controls:
        augmentation = _choose_augmentation(mirrors)
        seed = st.session_state.get("data-seed", 0)
        st.button("Show others", key="data-others", icon=":material/casino:", on_click=_next_seed)
    with pictures:
        waits = "One moment: TensorFlow is imported once" if "tensorflow" not in sys.modules else "Drawing"
        with st.spinner(waits):
            versions = _versions(image, augmentation, seed)
        names = ["the image itself", *(f"changed version {n}" for n in range(1, len(versions)))]
        gallery(
            versions,
            [GalleryRow(range(len(versions)))],
            key="data-versions",
            side=_SIDE,
            lines=3,
            names=names,
            alt="an image and changed versions of it",
        )
        st.caption(
            "First the image you picked, then what a network may be given in its place, new in every epoch: "
            "it should learn that these are all the same thing. What moves out of the picture is mirrored back in."
        )


def _choose_augmentation(mirrors: bool) -> Augmentation:
    # A key for each kind of data set: what fits photographs is not carried over to digits.
    key = "data-flip" if mirrors else "data-flip-characters"
    flip = st.toggle("Mirror left and right", value=mirrors, key=key, help="Half of the time.")
    if not mirrors:
        st.caption("Off to begin with: a mirrored 2 is no 2.")
    shift = st.slider("Shift (% of the side)", 0, 50, 12, key="data-shift")
    rotation = st.slider("Rotation (degrees)", 0, 180, 10, key="data-rotation")
    zoom = st.slider("Zoom (%)", 0, 50, 10, key="data-zoom")
    contrast = st.slider("Contrast (%)", 0, 90, 20, key="data-contrast")
    return Augmentation(flip=flip, shift=shift / 100, rotation=rotation, zoom=zoom / 100, contrast=contrast / 100)


def _next_seed() -> None:
    st.session_state["data-seed"] = st.session_state.get("data-seed", 0) + 1


def _versions(image: NDArray[np.uint8], augmentation: Augmentation, seed: int) -> NDArray[np.uint8]:
    """The image and its versions; nothing of this is imported before somebody asks."""
    from cnnviz.training.augment import preview

    return np.concatenate([image[None], preview(image, augmentation, _VERSIONS, seed)])
