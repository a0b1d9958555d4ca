"""How an ended run ended, and what to do next."""

from dataclasses import replace
from html import escape

import streamlit as st

from cnnviz.evaluation import doubts
from cnnviz.runs import Run, Status
from cnnviz.ui.address import page_link
from cnnviz.ui.messages import plain
from cnnviz.ui.pages import REPORT
from cnnviz.ui.run_facts import can_resume
from cnnviz.ui.train.draft import Draft
from cnnviz.ui.train.editor import current_editor, find_dataset
from cnnviz.ui.train.moves import look_at
from cnnviz.ui.words import state_in_words

__all__ = ["verdict"]

_SLOWER = 10
_GUESSING = 1.3  # times the accuracy of guessing
_RISEN = 1.15


def verdict(run: Run, status: Status) -> None:
    """Say how a run ended, in the place where its progress was.

    Args:
        run: an ended run.
        status: where it is.
    """
    state = f"**{plain(_state(status))}**"
    told = plain(status.message)
    match status.state:
        case "completed":
            _completed(run, status)
        case "stopped":
            st.info(f"{state} {_way_on(run)}", icon=":material/pause_circle:")
            _doubts(run)
        case "interrupted":
            st.warning(f"{state} {told} {_way_on(run)}", icon=":material/power_off:")
        case "failed":
            st.error(f"{state} {told} {_way_on(run)}", icon=":material/error:")
        case "diverged":
            _diverged(run, state, told)


def _state(status: Status) -> str:
    state = state_in_words(status)
    return f"{state[0].upper()}{state[1:]}."


def _way_on(run: Run) -> str:
    return "**Resume** goes on from its last checkpoint." if can_resume(run) else ""


def _completed(run: Run, status: Status) -> None:
    report = run.evaluation() or {}
    accuracy, images = report.get("accuracy"), report.get("n_test")
    words = [f"<b>{escape(_state(status))}</b>"]
    number = ""
    if isinstance(accuracy, int | float):
        of = f" of {images:,}" if isinstance(images, int) else ""
        words.append(f"It gets {100 * accuracy:.0f} %{of} test images right that it has never seen.")
        number = f"<div><strong>{100 * accuracy:.1f} %</strong><small>test accuracy</small></div>"
    words += [escape(part) for part in (_validated(run), status.message, _advice(run, accuracy))]
    st.html(f'<div class="train-verdict">{number}<p>{" ".join(words)}</p></div>')
    _doubts(run)
    if run.has_final_predictions:
        page_link(REPORT, "See what it gets wrong", run=run.id)


def _validated(run: Run) -> str:
    """How many validation images it got right, of how many; nothing where that is not known."""
    history = run.history()
    validated = history.epochs.get("val_accuracy")
    if not validated or not history.of_validation:
        return ""
    return f"Validation accuracy: {100 * validated[-1]:.0f} %{history.of_validation}."


def _doubts(run: Run) -> None:
    """Say what makes one doubt its numbers, over the whole width: they come with their likely causes."""
    for doubt in doubts(run):
        st.warning(plain(doubt.sentence), icon=":material/help:")


def _advice(run: Run, accuracy: float | None) -> str:
    """What to try next, from how it went."""
    if any(doubt.kind == "apart" for doubt in doubts(run)):
        return "Next: look at its mistakes and at the labels on Data, then train on more images."
    if isinstance(accuracy, int | float) and accuracy < _GUESSING / run.spec.model.classes:
        return "That is no better than guessing. Next: start another like this with a smaller learning rate."
    losses = run.history().epochs.get("val_loss", [])
    if losses and losses[-1] > _RISEN * min(losses):
        best = losses.index(min(losses)) + 1
        return (
            f"Since epoch {best} the validation loss has risen: it learns its training images by heart. "
            "Next: start another like this with fewer epochs, dropout or augmentation."
        )
    return "Next: start another like this, change one thing, and see what it does."


def _diverged(run: Run, state: str, told: str) -> None:
    st.warning(f"{state} {told} A smaller learning rate usually helps.", icon=":material/trending_up:")
    rate = max(run.spec.train.learning_rate / _SLOWER, 1e-7)
    if st.button(f"Set it up with a rate of {rate:g}", icon=":material/speed:", key="train-slower"):
        draft = Draft.of(run.spec, find_dataset(run.spec.data.name))
        current_editor().load(replace(draft, train=draft.train.changed(learning_rate=rate)))
        look_at(None)
