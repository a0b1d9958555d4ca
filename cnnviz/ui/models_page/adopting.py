"""A network from elsewhere becomes a run, in the background; then the ways to look at it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from cnnviz.spec import ModelSpec
from cnnviz.ui.address import page_link
from cnnviz.ui.jobs import Job, Report, job, known_job
from cnnviz.ui.loaders import home, look_again, open_run
from cnnviz.ui.messages import plain
from cnnviz.ui.models_page.upload import Upload
from cnnviz.ui.pages import ATTRIBUTION, CLASSIFY, CONVOLUTION, FEATURE_MAPS, KERNELS, REPORT

__all__ = ["Meaning", "adoption", "begin", "show_adopted"]

_ADOPTING = "cnnviz.models.adopting"  # session state: (the file's token, the job's key)
_SEEN = "cnnviz.models.adopted"  # session state: the run that the lists know of

_PAGES = (KERNELS, FEATURE_MAPS, CONVOLUTION, ATTRIBUTION, CLASSIFY)


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


def adoption(upload: Upload) -> Job | None:
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
        upload.path, upload.name, folder, title=meaning.name, class_names=meaning.class_names, dataset=meaning.dataset,
        size=meaning.size, architecture=architecture, on_progress=on_progress, **chosen,
    )  # fmt: skip
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
