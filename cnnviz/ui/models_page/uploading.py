"""A file from elsewhere on its way in: taken from the browser, looked at, and made a run."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.files import storage_errors
from cnnviz.spec import ModelSpec
from cnnviz.ui.address import page_link
from cnnviz.ui.guard import unlocked
from cnnviz.ui.jobs import Job, Report, job, known_job
from cnnviz.ui.loaders import home, look_again, open_run
from cnnviz.ui.messages import plain
from cnnviz.ui.models_page.kept_files import uploads
from cnnviz.ui.pages import ATTRIBUTION, CLASSIFY, CONVOLUTION, FEATURE_MAPS, KERNELS, REPORT
from cnnviz.ui.streamlit_private import let_go_of_upload
from cnnviz.ui.styles import style

if TYPE_CHECKING:
    from cnnviz.adoption import Guess

__all__ = [
    "Meaning",
    "ModelFacts",
    "Upload",
    "adoption_job",
    "begin",
    "choose_file",
    "drop",
    "inspection",
    "show_adopted",
    "uploaded",
]

MOST_MEGABYTES = 700  # what cnnviz.adoption accepts of weights

_TOKEN = "cnnviz.models.upload"  # session state: the key of the file on the shelf
_SERIAL = "cnnviz.models.drops"  # session state: counts up with every file, which empties the widget
_PROBLEM = "cnnviz.models.problem"
_ADOPTING = "cnnviz.models.adopting"  # session state: (the file's token, the job's key)
_SEEN = "cnnviz.models.adopted"  # session state: the run that the lists know of

_PAGES = (KERNELS, FEATURE_MAPS, CONVOLUTION, ATTRIBUTION, CLASSIFY)

_Missing = Literal["network", "size"]


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
class ModelFacts:
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
    st.html(style(__file__))
    st.file_uploader(
        f"Drop a .keras or .h5 file of up to {most} MB here, or choose it; or weights alone, as .weights.h5",
        key=key,
        max_upload_size=most,
        on_change=_take,
        args=(key,),
    )
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
        The job, which returns `ModelFacts`, or what has to be said first: "network" for weights alone, or "size".
    """
    key = "|".join(("inspect", upload.token, *words, *([str(size)] if size else ())))
    return job(key, lambda report: _inspected(upload, architecture, size, report))


def _inspected(
    upload: Upload, architecture: ModelSpec | None, size: int | None, report: Report
) -> ModelFacts | _Missing:
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
    return ModelFacts(
        foreign.input_shape,
        foreign.units,
        foreign.head,
        foreign.keras_version,
        foreign.class_names,
        sum(array.size for array in foreign.weights),
        adoption.guessed_scaling(foreign),
        adoption.scalings_for(foreign),
        tuple((meaning, adoption.answers_in_words(foreign, meaning)) for meaning in meanings),
    )


# --- it becomes a run ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Meaning:
    """What a person says of a network.

    Attributes:
        name: what the run is called.
        class_names: by the network's outputs.
        scaling: as `cnnviz.adoption.Scaling`; None tries all on the data set.
        meaning: of its answers, as `cnnviz.adoption.Meaning`.
        dataset: to measure it on; None for none.
        size: pixels of a side, where the network takes images of any size.
    """

    name: str
    class_names: tuple[str, ...]
    scaling: str | None
    meaning: str
    dataset: str | None
    size: int | None = None


def adoption_job(upload: Upload) -> Job | None:
    """Return the job that makes a run of a file, where somebody asked for it."""
    token, key = st.session_state.get(_ADOPTING, ("", ""))
    return known_job(key) if token == upload.token else None


def begin(upload: Upload, meaning: Meaning, architecture: ModelSpec | None) -> None:
    """Make a run of a file, in the background; the job returns its id.

    Args:
        upload: the file.
        meaning: what it does not say.
        architecture: for weights alone, the network that they go into.
    """
    digest = hashlib.blake2b(repr((meaning, architecture)).encode(), digest_size=8).hexdigest()
    key, folder = f"adopt|{upload.token}|{digest}", home()
    st.session_state[_ADOPTING] = (upload.token, key)
    job(key, lambda report: _adopted(upload, meaning, architecture, folder, report))


def _adopted(upload: Upload, meaning: Meaning, architecture: ModelSpec | None, folder: Path, report: Report) -> str:
    """Make it; in the job's thread."""
    from cnnviz.adoption import adopt

    def on_progress(share: float) -> None:
        phrase = f"measured on {meaning.dataset}" if share else "opened by a process of its own, then built anew"
        report(0.3 + 0.7 * share, phrase)

    chosen: Any = {"scaling": meaning.scaling, "meaning": meaning.meaning}
    run = adopt(
        upload.path,
        upload.name,
        folder,
        title=meaning.name,
        class_names=meaning.class_names,
        dataset=meaning.dataset,
        size=meaning.size,
        architecture=architecture,
        on_progress=on_progress,
        **chosen,
    )
    return run.id


def show_adopted(run_id: str) -> None:
    """Say that it is a run now, and where to go on."""
    if st.session_state.get(_SEEN) != run_id:
        st.session_state[_SEEN] = run_id
        look_again()
    run = open_run(run_id)
    report = run.evaluation()
    told = f" It is right on {report['accuracy']:.1%} of the test images of {run.spec.data.name}." if report else ""
    st.success(plain(f"{run.name} is a run now, in every list.{told}"), icon=":material/check:")
    for sentence in run.notes.splitlines():
        st.caption(plain(sentence))
    with st.container(horizontal=True, gap="medium", key="models-go"):
        for page in (*_PAGES, *([REPORT] if report else [])):
            page_link(page, page.title, run=run_id)
