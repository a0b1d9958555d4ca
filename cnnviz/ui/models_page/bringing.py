"""Bringing a network in: a file, what is in it, what it means, and then a run of its own."""

from pathlib import Path

import streamlit as st

from cnnviz.ui.guard import permitted, unlocked
from cnnviz.ui.jobs import show_job
from cnnviz.ui.look import keras_ready, wait_for_keras
from cnnviz.ui.messages import plain
from cnnviz.ui.models_page.adopting import adoption, show_adopted
from cnnviz.ui.models_page.architectures import choose_architecture
from cnnviz.ui.models_page.meaning import ask_meaning
from cnnviz.ui.models_page.upload import Facts, Upload, choose_file, drop, inspection, uploaded
from cnnviz.ui.models_page.words import ENDINGS

__all__ = ["show_bringing"]

_ACTION = "bring a network in"


def show_bringing() -> None:
    """Draw the part of the page, as far as the person has come."""
    if not unlocked():
        _locked()
        return
    upload = uploaded()
    if upload is None:
        st.caption(
            "Bring a classifier of images that Keras 3 saved, with `model.save('model.keras')`: Sequential or "
            "functional, grey or in colour, sides of 4 to 512 pixels. A stranger's file can do harm, so it is never "
            "opened here: a process with little memory and time looks into it, and the network is built anew from its "
            "numbers."
        )
        choose_file()
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="models-upload"):
        st.markdown(f"**:material/deployed_code: {plain(Path(upload.name).name[-60:])}**")
        st.button("Choose another file", key="models-drop", icon=":material/close:", type="tertiary", on_click=drop)
    keras_ready()  # its import begins now, in the way that leaves the pages quick
    running = adoption(upload)
    if running is not None:
        run_id = show_job(running, f"Bringing in {upload.name[-40:]}")
        if run_id is not None:
            show_adopted(str(run_id))
        return
    _ask(upload)


def _ask(upload: Upload) -> None:
    """Show what is in the file, and ask for what it does not say."""
    architecture = choose_architecture() if upload.kind == "weights" else None
    if upload.kind == "weights" and architecture is None:
        return
    if not wait_for_keras("What is in the file"):  # its import in two threads at once takes longer than in one
        return
    spec, words = architecture if architecture else (None, "")
    looking = inspection(upload, spec, (words,))
    facts: Facts | None = show_job(looking, "Looking into the file")
    if facts is None:
        return
    _tell(facts)
    ask_meaning(upload, facts, spec)


def _tell(facts: Facts) -> None:
    height, width, channels = facts.input_shape
    with st.container(horizontal=True, gap="medium", key="models-facts"):
        for label, value in (
            ("Image", f"{width}×{height} {'grey' if channels == 1 else 'colour'}"),
            ("Classes", f"{facts.classes}"),
            ("Ending", ENDINGS.get(facts.ending, facts.ending)),
            ("Weights", f"{facts.parameters:,}"),
            ("Keras", facts.keras_version or "not said"),
        ):
            st.metric(label, plain(value), width="content")
    if facts.ending == "other":
        st.caption("Its answers are taken as they are; only where they are probabilities do percentages mean anything.")
    elif facts.ending == "linear":
        st.caption("It ends with logits: a softmax is put behind it, so that it answers with probabilities.")


def _locked() -> None:
    st.info(
        "This dashboard is open to a network, where opening networks from elsewhere takes its passcode. Taking one "
        "away is free.",
        icon=":material/lock:",
    )
    if st.button("Unlock", key="models-unlock", icon=":material/lock_open:"):
        permitted(_ACTION)
