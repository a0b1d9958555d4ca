"""What files were understood as, in the background; and how a person corrected it."""

import streamlit as st

from cnnviz.data.brought import Brought, read_reading, write_reading
from cnnviz.data.sources import Reading, Understood, understand
from cnnviz.errors import CnnvizError, DataError
from cnnviz.ui.data.news import passed_over, sentences
from cnnviz.ui.jobs import Job, Report, forget, job, known_job
from cnnviz.ui.loaders import home
from cnnviz.ui.messages import plain

__all__ = ["forget_understood", "reading_of", "set_reading", "show_understood", "understanding", "understanding_key"]

AT_ONCE_S = 0.5  # how long a page waits for what is quick, so that nothing flickers


def reading_of(brought: Brought) -> Reading:
    """Return what the person said of it so far, in this tab or before a reload."""
    return read_reading(brought, home())


def set_reading(brought: Brought, reading: Reading) -> None:
    """Have it understood anew."""
    forget_understood(brought)
    write_reading(brought, reading, home())


def understanding_key(brought: Brought) -> str:
    """Return what tells it, as it is read now, from everything else."""
    return f"{home()}|{brought.token}|{brought.n_files}|{brought.n_bytes}|{reading_of(brought)!r}"


def forget_understood(brought: Brought) -> None:
    """Let go of what it was understood as, which may hold a large file."""
    one = known_job(f"understand|{understanding_key(brought)}")
    if one is not None:
        forget(one)


def understanding(brought: Brought) -> Job:
    """Understand it in the background; the job returns an `Understood`."""
    reading = reading_of(brought)

    def work(report: Report) -> Understood:
        report(0.1, "what it is is found out")
        try:
            return understand(brought.path, reading)
        except CnnvizError as error:
            raise DataError(brought.in_words(str(error))) from error

    made = job(f"understand|{understanding_key(brought)}", work)
    made.wait(AT_ONCE_S)
    return made


def show_understood(brought: Brought, understood: Understood) -> None:
    """Say what it was understood as."""
    n_classes = len(understood.class_names)
    st.subheader(
        plain(f"{len(understood):,} pictures of {n_classes} classes: {brought.in_words(understood.form)}"), anchor=False
    )
    sentences([*map(brought.in_words, understood.notes)], [*map(brought.in_words, understood.doubts)])
    passed_over([*map(brought.in_words, understood.skipped)])
