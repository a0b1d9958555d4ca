"""Taking a network away: a card for each format, made in the background, checked, downloaded."""

import re
from pathlib import Path

import streamlit as st

from cnnviz.errors import MissingExtraError
from cnnviz.export import FORMATS, Exported, Format, export
from cnnviz.export.formats import require
from cnnviz.export.recipes import can_train_again
from cnnviz.file_shelf import FileShelf, KeptFile
from cnnviz.runs import Weights
from cnnviz.ui.jobs import Report, forget, job, known_job, show_job
from cnnviz.ui.loaders import home
from cnnviz.ui.messages import plain
from cnnviz.ui.models_page.kept_files import exports

__all__ = ["show_taking"]

_STEPS = 5  # starting, opening, writing, checking, putting it in its place
_MIME = {"zip": "application/zip", "py": "text/x-python", "ipynb": "application/x-ipynb+json"}
_ICONS = {
    "keras": "deployed_code",
    "h5": "inventory_2",
    "h5-weights": "scatter_plot",
    "onnx": "language",
    "litert": "phone_android",
    "script": "code",
    "notebook": "book_2",
}


def show_taking(weights: Weights) -> None:
    """Draw the cards for a network."""
    st.caption(
        "Choose a format. Pixels go in as they are: the scaling is inside. The zip holds the network, the names of its "
        "classes, a README and a script that says what is on a photo with that file alone; before you get it, real "
        "images go through the file and must give the same probabilities as here."
    )
    with st.container(horizontal=True, gap="small", key="models-formats"):
        for chosen in FORMATS.values():
            # a fixed width: the cards stand in rows of three on a projector, below each other on a phone
            with st.container(border=True, width=320, height="stretch", gap="small", key=f"models-{chosen.name}"):
                _card(weights, chosen)


def _card(weights: Weights, chosen: Format) -> None:
    title = chosen.title[0].upper() + chosen.title[1:]
    st.markdown(f"**:material/{_ICONS[chosen.name]}: {title}** `{chosen.ending}`")
    st.caption(chosen.use)
    key = f"export|{weights.key}|{chosen.name}"
    kept, started = exports().find(key), known_job(key)
    if kept is None and started is not None and started.progress.state == "done":
        forget(started)  # it made room for others
        started = None
    if kept is not None:
        _offer(kept, key)
    elif started is not None:
        if show_job(started, title) is not None:
            st.rerun()
    else:
        _button(weights, chosen, key)


def _button(weights: Weights, chosen: Format, key: str) -> None:
    """Draw the button that starts, or say why there is none."""
    if not chosen.model and not can_train_again(weights.run):
        st.caption(":material/block: This network came from elsewhere, so how it was trained is not known here.")
        return
    try:
        require(chosen)
    except MissingExtraError as error:
        st.caption(f":material/block: {plain(error.sentence)}")
        return
    label = f"Export as {chosen.title}" if chosen.model else f"Write the {chosen.title}"
    st.button(
        label,
        key=f"models-export-{chosen.name}",
        icon=":material/play_arrow:",
        on_click=_start,
        args=(weights, chosen, key),
    )


def _start(weights: Weights, chosen: Format, key: str) -> None:
    shelf, folder = exports(), home()

    def work(report: Report) -> str:
        return _export(weights, chosen, key, shelf, folder, report)

    job(key, work)


def _export(weights: Weights, chosen: Format, key: str, shelf: FileShelf, folder: Path, report: Report) -> str:
    """Make one; in the job's thread."""
    steps = 0

    def on_step(step: str) -> None:
        nonlocal steps
        steps += 1
        report(steps / _STEPS, step)

    report(0.0, "starting a process for it")
    path = shelf.place(_file_name(weights, chosen))
    try:
        made = export(weights.run, chosen.name, path, snapshot=weights.snapshot, home=folder, on_step=on_step)
        shelf.keep(key, path, made)
    except BaseException:
        shelf.discard(path)
        raise
    return key


def _file_name(weights: Weights, chosen: Format) -> str:
    run, snapshot = weights.run, weights.snapshot
    name = re.sub(r"[^a-z0-9]+", "-", run.name.lower()).strip("-")[:50] or run.id
    if not chosen.model:
        return f"train-{name}{chosen.ending}"
    return f"{name}-{chosen.name}.zip" if snapshot is None else f"{name}-snapshot-{snapshot}-{chosen.name}.zip"


def _offer(kept: KeptFile, key: str) -> None:
    made: Exported = kept.value
    path = kept.path
    if made.largest_difference is not None:
        st.markdown(f":material/verified: {plain(made.checked_in_words)}")
    st.download_button(
        f"Download ({made.size_in_words})",
        path.read_bytes,
        path.name,
        _MIME[path.suffix.removeprefix(".")],
        key=f"models-download-{made.format}",
        on_click="ignore",
        icon=":material/download:",
        type="primary",
        help=f"{', '.join(('the network', *made.companions))}" if made.companions else None,
    )
