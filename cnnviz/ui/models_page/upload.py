"""A file from elsewhere on its way in: taken from the browser, kept under a name of ours, and looked at."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.files import storage_errors
from cnnviz.spec import ModelSpec
from cnnviz.ui.guard import unlocked
from cnnviz.ui.jobs import Job, Report, job
from cnnviz.ui.messages import plain
from cnnviz.ui.models_page.shelf import uploads
from cnnviz.ui.streamlit_private import let_go_of_upload

if TYPE_CHECKING:
    from cnnviz.adoption import Guess

__all__ = ["Facts", "Missing", "Upload", "choose_file", "drop", "inspection", "uploaded"]

MOST_MEGABYTES = 700  # what cnnviz.adoption accepts of weights

# The field's own line of what a file may have, which Streamlit rounds to whole gigabytes; the label says it.
_WITHOUT_LIMIT = """<style>
[class*="st-key-models-file-"] [data-testid="stFileUploaderDropzoneInstructions"] { display: none; }
</style>"""

_TOKEN = "cnnviz.models.upload"  # session state: the key of the file on the shelf
_SERIAL = "cnnviz.models.drops"  # session state: counts up with every file, which empties the widget
_PROBLEM = "cnnviz.models.problem"

Missing = Literal["network", "size"]


@dataclass(frozen=True)
class Upload:
    """A file that this session brought.

    Attributes:
        token: what tells it from every other.
        path: where it is, under a name of ours.
        name: what its owner calls it.
    """

    token: str
    path: Path
    name: str


@dataclass(frozen=True)
class Facts:
    """What was found in a file; numbers and words alone, the network stays in it.

    Attributes:
        input_shape: (height, width, channels).
        units: how many numbers it answers with.
        head: what these are, as `cnnviz.adoption.Foreign.head`.
        keras_version: which Keras wrote it; empty where it does not say.
        class_names: as the file says; empty where it does not.
        parameters: how many weights it has.
        guess: what it was trained on.
        scalings: those that go with its images.
        meanings: what its answers may mean together, each with what is made of them in words; the usual one first.
    """

    input_shape: tuple[int, int, int]
    units: int
    head: str
    keras_version: str
    class_names: tuple[str, ...]
    parameters: int
    guess: "Guess"
    scalings: tuple[str, ...]
    meanings: tuple[tuple[str, str], ...]

    @property
    def classes(self) -> int:
        """How many classes it tells apart."""
        return max(self.units, 2)


def uploaded() -> Upload | None:
    """Return the file that this session brought, as long as it is here."""
    token: str = st.session_state.get(_TOKEN, "")
    kept = uploads().find(token)
    return None if kept is None else Upload(token, kept.path, kept.value)


def choose_file() -> None:
    """Draw the field that a file is dropped on, and what was wrong with the last one."""
    key = f"models-file-{st.session_state.get(_SERIAL, 0)}"
    most = min(MOST_MEGABYTES, int(st.get_option("server.maxUploadSize")))
    st.html(_WITHOUT_LIMIT)
    st.file_uploader(
        f"Drop a .keras or .h5 file of up to {most} MB here, or choose it; or weights alone, as .weights.h5", key=key,
        max_upload_size=most, on_change=_take, args=(key,),
    )  # fmt: skip
    if problem := st.session_state.get(_PROBLEM):
        st.error(plain(problem), icon=":material/error:")
    elif st.session_state.get(_TOKEN):
        st.info("The file is no longer on this server, which keeps a few; choose it again.", icon=":material/upload:")


def drop() -> None:
    """Let go of the file: in a callback."""
    upload = uploaded()
    if upload is not None:
        uploads().discard(upload.path)
    st.session_state.pop(_TOKEN, None)


def _take(key: str) -> None:
    """Put the file on the shelf, and let go of Streamlit's copy of it."""
    file: Any = st.session_state.get(key)
    st.session_state.pop(_PROBLEM, None)
    if file is None or not unlocked():
        return
    token = secrets.token_hex(8)
    try:
        path = uploads().place("model")
        with storage_errors(path):
            path.write_bytes(file.getbuffer())
        uploads().keep(token, path, file.name)
        st.session_state[_TOKEN] = token
    except CnnvizError as error:
        st.session_state[_PROBLEM] = error.sentence
    st.session_state[_SERIAL] = st.session_state.get(_SERIAL, 0) + 1
    let_go_of_upload(file.file_id)


def inspection(
    upload: Upload, architecture: ModelSpec | None = None, words: Sequence[str] = (), size: int | None = None
) -> Job:
    """Have the file looked at by a process of its own, in the background.

    Args:
        upload: the file.
        architecture: for weights alone, the network they go into.
        words: what tells that network from others.
        size: pixels of a side, for a network that takes images of any size.

    Returns:
        The job, which returns `Facts`, or what has to be said first: the network that weights alone go into, or a size.
    """
    key = "|".join(("inspect", upload.token, *words, *([str(size)] if size else ())))
    return job(key, lambda report: _inspected(upload, architecture, size, report))


def _inspected(upload: Upload, architecture: ModelSpec | None, size: int | None, report: Report) -> Facts | Missing:
    report(0.1, "its parts are read")
    from cnnviz import adoption

    def on_wait() -> None:
        report(0.4, "a process of its own looks into it")

    try:
        if architecture is None:
            foreign = adoption.inspect_model(upload.path, upload.name, size=size, on_wait=on_wait)
        else:
            foreign = adoption.inspect_weights(upload.path, upload.name, architecture, on_wait=on_wait)
    except adoption.WeightsAloneError:
        return "network"
    except adoption.OpenSizeError:
        return "size"
    meanings = adoption.meanings_for(foreign)
    return Facts(
        foreign.input_shape, foreign.units, foreign.head, foreign.keras_version, foreign.class_names,
        sum(array.size for array in foreign.weights), adoption.guessed_scaling(foreign), adoption.scalings_for(foreign),
        tuple((meaning, adoption.answers_in_words(foreign, meaning)) for meaning in meanings),
    )  # fmt: skip
