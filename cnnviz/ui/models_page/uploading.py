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
    from cnnviz.adoption import Facts

__all__ = [
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
        The job, which returns `cnnviz.adoption.Facts`, or what has to be said first: "network" for weights alone, or
        "size".
    """
    key = "|".join(("inspect", upload.token, *words, *([str(size)] if size else ())))
    return job(key, lambda report: _inspected(upload, architecture, size, report))


def _inspected(upload: Upload, architecture: ModelSpec | None, size: int | None, report: Report) -> "Facts | _Missing":
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
    return adoption.facts_of(foreign)


# --- it becomes a run ------------------------------------------------------------------------------------------


def adoption_job(upload: Upload) -> Job | None:
    """Return the job that makes a run of a file, where somebody asked for it."""
    token, key = st.session_state.get(_ADOPTING, ("", ""))
    return known_job(key) if token == upload.token else None


def begin(upload: Upload, **said: Any) -> None:
    """Make a run of a file, in the background; the job returns its id.

    Args:
        upload: the file.
        said: what it does not say, by the names of `cnnviz.adoption.adopt`.
    """
    digest = hashlib.blake2b(repr(said).encode(), digest_size=8).hexdigest()
    key, folder = f"adopt|{upload.token}|{digest}", home()
    st.session_state[_ADOPTING] = (upload.token, key)
    job(key, lambda report: _adopted(upload, said, folder, report))


def _adopted(upload: Upload, said: dict[str, Any], folder: Path, report: Report) -> str:
    """Make it; in the job's thread."""
    from cnnviz.adoption import adopt

    def on_progress(share: float) -> None:
        phrase = f"measured on {said['dataset']}" if share else "opened by a process of its own, then built anew"
        report(0.3 + 0.7 * share, phrase)

    return adopt(upload.path, upload.name, folder, on_progress=on_progress, **said).id


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
