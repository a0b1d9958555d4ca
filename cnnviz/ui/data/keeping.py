"""How what was understood is kept: beside the pictures as they will be, name, size and shares; then the import."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
import streamlit as st

from cnnviz.data.brought import Brought
from cnnviz.data.importing import LARGEST_SIZE, SMALLEST_SIZE, USUAL_SIZE, free_name
from cnnviz.data.previewing import Preview, first_of_classes, preview
from cnnviz.data.sources import Colour, Fit, Keeping, Understood
from cnnviz.ui.components.gallery import GalleryRow, gallery
from cnnviz.ui.data.importing import going, import_now, show_import
from cnnviz.ui.data.news import passed_over
from cnnviz.ui.data.understanding import AT_ONCE_S, understanding_key
from cnnviz.ui.guard import permitted
from cnnviz.ui.jobs import Report, job, show_job
from cnnviz.ui.loaders import home
from cnnviz.ui.naming import ask_name

__all__ = ["show_keeping"]

_CLASSES, _OF_EACH = 10, 12  # rows on a page, and pictures of each
_UNDIVIDED = "undivided"
_FEW, _LARGE, _SMALL = 4, 96, 64  # classes that have room for larger pictures; pixels of a side
_SIDES = (32, 48, 64, 96, 128, 224)
_OWN, _OTHER = 0, -1  # among the sides to choose from
_FITS: dict[Fit, str] = {"crop": "Centre", "fit": "Whole", "stretch": "Stretched"}
_COLOURS: dict[Colour, str] = {"": "As they are", "grey": "Grey", "rgb": "Colour"}

_Option = TypeVar("_Option")


def show_keeping(brought: Brought, understood: Understood) -> None:
    """Draw the pictures, the settings and the button; or how far the import is."""
    pictures, settings = st.columns([2, 1], gap="large")  # on a phone the pictures come first
    running = going(brought) is not None
    with settings:
        st.markdown("**How they are kept**")
        name, replace = ask_name(
            free_name(brought.stem, home()), f"data-name-{brought.token}", understood.path, disabled=running
        )
        keeping = _ask_keeping(brought, understood, running)
        pressed = not running and st.button(  # while it goes on, its progress stands here
            "Import", key="data-import", type="primary", icon=":material/login:", disabled=not name, width="stretch"
        )
        if pressed and permitted("import a data set"):
            import_now(brought, understood, name, keeping, replace=replace)
            st.rerun()
        show_import(brought)
    with pictures:
        _show_pictures(brought, understood, keeping)


def _ask_keeping(brought: Brought, understood: Understood, disabled: bool) -> Keeping:
    token = brought.token
    size = _ask_size(token, understood, disabled)
    fit = _ask_one("Fit", _FITS, f"data-fit-{token}", disabled)
    colour = _ask_one("Colour", _COLOURS, f"data-colour-{token}", disabled)
    usual, parts = Keeping(), set(understood.parts.tolist())
    test, validation, seed = usual.test, usual.validation, usual.seed
    grouped = understood.groups is not None and "validation" not in parts
    if "test" not in parts:
        test = (
            st.slider("For testing (% of each class)", 5, 90, 20, 5, key=f"data-test-{token}", disabled=disabled) / 100
        )
    if grouped:
        validation = (
            st.slider("For validation (% of the rest)", 0, 50, 10, 5, key=f"data-validation-{token}", disabled=disabled)
            / 100
        )
    if "test" not in parts or grouped:
        seed = st.number_input(
            "Seed",
            0,
            2**31 - 1,
            0,
            1,
            key=f"data-seed-of-{token}",
            disabled=disabled,
            help="Another seed draws other pictures for testing.",
        )
    return Keeping(size, fit, colour, test, validation, int(seed))


def _ask_one(label: str, words: Mapping[_Option, str], key: str, disabled: bool) -> _Option:
    """Draw the choice of one of a few, the first to begin with."""
    options = list(words)
    return st.segmented_control(
        label, options, default=options[0], required=True, format_func=words.__getitem__, key=key, disabled=disabled
    )


def _ask_size(token: str, understood: Understood, disabled: bool) -> tuple[int, int] | None:
    """Draw the choice of a size; None for the pictures' own where all have one."""
    own = understood.shape is not None and all(SMALLEST_SIZE <= side <= LARGEST_SIZE for side in understood.shape[:2])
    words = {side: f"{side} × {side}" for side in _SIDES} | {_OTHER: "Another"}
    if own and understood.shape:
        words = {_OWN: f"Their own, {understood.shape[0]} × {understood.shape[1]}"} | words
    chosen = st.selectbox(
        "Size in pixels", list(words), key=f"data-size-{token}", format_func=words.__getitem__, disabled=disabled
    )
    if chosen == _OWN:
        return None
    if chosen != _OTHER:
        return chosen, chosen
    with st.container(horizontal=True):
        height, width = (
            st.number_input(
                words, SMALLEST_SIZE, LARGEST_SIZE, USUAL_SIZE, 1, key=f"data-{words.lower()}-{token}", width=120
            )
            for words in ("Height", "Width")
        )
    return int(height), int(width)


def _show_pictures(brought: Brought, understood: Understood, keeping: Keeping) -> None:
    """Draw some pictures of each class with their counts, as they will be kept."""
    n_classes = len(understood.class_names)
    pages = -(-n_classes // _CLASSES)
    page = st.pagination(pages, key=f"data-classes-{brought.token}") - 1 if pages > 1 else 0
    shown = range(page * _CLASSES, min((page + 1) * _CLASSES, n_classes))
    looks = (keeping.size, keeping.fit, keeping.colour)

    def work(report: Report) -> Preview:
        positions = first_of_classes(understood, shown, _OF_EACH)
        return preview(understood, keeping, positions, lambda done, of: report(done / of, ""))

    made = job(f"preview|{understanding_key(brought)}|{looks}|{page}", work)
    made.wait(AT_ONCE_S)
    found: Preview | None = show_job(made, "Some of the pictures")
    if found is None:
        return
    counts, few = understood.counts(), n_classes <= _FEW
    parts = [part for part in (_UNDIVIDED, "train", "validation", "test") if any(of[part] for of in counts.values())]
    labels = understood.labels[found.positions]
    gallery(
        found.images,
        [
            GalleryRow(
                np.flatnonzero(labels == label).tolist(),
                understood.class_names[label],
                _counted(counts[understood.class_names[label]], parts),
            )
            for label in shown
        ],
        key=f"data-preview-{brought.token}-{page}",
        alt="Some pictures of each class, as they will be kept",
        side=_LARGE if few else _SMALL,
        lines=2 if few else 1,
        names=[understood.class_names[label] for label in labels],
    )
    st.caption("Some pictures of each class, as the network will get them; beside the name, how many there are.")
    passed_over([*map(brought.in_words, found.failed)])
    fold = st.expander("All classes and their parts", icon=":material/table:", key="data-counts", on_change="rerun")
    if fold.open:
        table = [{"class": name, **{part: of[part] for part in parts}} for name, of in counts.items()]
        fold.dataframe(table, hide_index=True, key="data-counts-table")


def _counted(of: Mapping[str, int], parts: Sequence[str]) -> str:
    """Say how many pictures a class has in each part; the number alone where the files do not divide."""
    if parts == [_UNDIVIDED]:
        return f"{of[_UNDIVIDED]:,}"
    return " · ".join(f"{of[part]:,} {part}" for part in parts if of[part])
