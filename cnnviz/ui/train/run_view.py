"""A run: its name and what can be done with it, where it is as it learns or how it ended, and what it looks like."""

from dataclasses import dataclass
from html import escape

import streamlit as st
from plotly.graph_objects import Figure

from cnnviz.evaluation import advice, doubts
from cnnviz.figures import in_words, loss_and_accuracy
from cnnviz.figures.curves import marks_epochs
from cnnviz.runs import Run, RunStore, Status
from cnnviz.runs.words import progress_in_words, queue_in_words, state_in_words
from cnnviz.spec import RunSpec
from cnnviz.spec.words import beginning_in_words, data_in_words, origin_in_words
from cnnviz.training import can_resume, resume, stop, waiting_before
from cnnviz.ui import loaders
from cnnviz.ui.acting import act
from cnnviz.ui.address import go, page_link, rerun
from cnnviz.ui.components import live_chart, watched
from cnnviz.ui.glossary import words
from cnnviz.ui.guard import permitted
from cnnviz.ui.live_view import LiveKernels, has_kernels, live_view
from cnnviz.ui.messages import plain
from cnnviz.ui.pages import REPORT
from cnnviz.ui.train.editor import Editor, current_editor, look_at

__all__ = ["run_header", "run_view"]

_TICK_S = 0.5
_FIRST_TICK_S = 0.2  # until the first step: nobody should wait for the first point
CHART_HEIGHT = 230
_SLOWER = 10


def run_view(run: Run, *, wide: bool = True) -> None:
    """Draw a run; while it is active the drawing follows it, in place, and the page runs once more when it ends.

    Args:
        run: shared by every tab that looks at it.
        wide: whether it has the page to itself.

    Raises:
        RunError: its settings cannot be read.
    """
    spec = run.spec
    active = run.status.active
    waiting = active and run.status.step == 0
    tick = _FIRST_TICK_S if waiting else _TICK_S
    st.fragment(_draw, run_every=tick if active else None)(run, spec, active, wide, waiting)


def _draw(run: Run, spec: RunSpec, was_active: bool, wide: bool, was_waiting: bool) -> None:
    """One tick: reads what is new and sends it to nodes that stay."""
    status = run.status
    if (was_active and not status.active) or (was_waiting and status.step > 0):
        rerun()  # the next tick is a slower one, or none
    with st.container(key="train-live", gap="small"):
        drawn = _drawn(str(run.folder), _size(run), _epochs(spec, status), spec.model.classes, run)
        _progress(run, status, drawn.position)
        _curves(drawn, "; marks: whole epochs" if marks_epochs(_epochs(spec, status)) else "")
        _looks(run, status, wide)


def _progress(run: Run, status: Status, position: float) -> None:
    line = progress_in_words(status, position)
    if status.state == "queued":
        training = [one for one in loaders.active_runs() if one.status.state != "queued"]
        before = waiting_before(RunStore(loaders.home()), run.id)
        line = queue_in_words(before, training[0].name if training else None)
    with st.container(key="train-state", gap="xsmall"):
        if not status.active:
            _verdict(run, status)
            return
        st.markdown(f"**{plain(line)}**" if status.state != "queued" else plain(line))
        done = max(status.position, position, 0.0) / max(status.epochs, 1)
        st.progress(min(done or status.prepared, 1.0))


def _epochs(spec: RunSpec, status: Status) -> int:
    return max(status.epochs or spec.train.epochs, 1)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """The curves of a run, what they show in words, and the moment they reach, in epochs."""

    loss: Figure
    accuracy: Figure
    alt: str
    position: float


@st.cache_resource(max_entries=16, show_spinner=False)
def _drawn(folder: str, size: int, epochs: int, classes: int, _run: Run) -> _Drawn:
    """Draw a run's curves: once for all tabs each time its log has grown."""
    history = _run.history()
    loss, accuracy = loss_and_accuracy(history, epochs, classes=classes, revision=_run.id)
    position = history.batches.get("position", [0.0])[-1]
    return _Drawn(loss, accuracy, in_words(history, epochs), position)


def _curves(drawn: _Drawn, marks: str) -> None:
    left, right = st.columns(2, gap="small")
    with left:
        live_chart(drawn.loss, key="train-loss", height=CHART_HEIGHT, alt=drawn.alt)
    with right:
        live_chart(drawn.accuracy, key="train-accuracy", height=CHART_HEIGHT, alt=drawn.alt)
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.caption(
            f"Thin line: batch by batch; thick line: the same, smoothed{marks}. "
            "Training measures the images it learns from, validation images it never learns from.",
            width="stretch",
        )
        words("loss", "accuracy", "batch", "epoch", "validation", "kernel", "probabilities", key="train-words")


def _looks(run: Run, status: Status, wide: bool) -> None:
    view, kernels = live_view(run)
    left, right = st.columns((2, 3), gap="medium") if wide else (st.container(), st.container())
    with left, st.container(key="train-kernels", gap="xsmall"):
        _kernels(run, kernels, status)
    with right, st.container(key="train-watched", gap="xsmall"):
        st.markdown(f"**Test images and what it {'predicts now' if status.active else 'predicted last'}**")
        if view is None:
            _nothing_yet("Eight test images with its predictions", status)
        else:
            watched(
                view.images, view.labels, view.probabilities, loaders.class_names(run), key="train-guesses", size=64
            )


def _kernels(run: Run, kernels: LiveKernels | None, status: Status) -> None:
    st.markdown("**Kernels of the first convolution**")
    if not has_kernels(run):
        st.caption("This network has no convolution, and so no kernels to look at.")
    elif kernels is None:
        _nothing_yet("The kernels of the first convolution", status)
    else:
        kernels.draw(key="train-mosaic")


def _nothing_yet(what: str, status: Status) -> None:
    st.caption(f"{what} appear here as soon as it trains." if status.active else f"{what} were not kept.")


def _size(run: Run) -> int:
    try:
        return (run.folder / "events.jsonl").stat().st_size
    except OSError:
        return 0


# --- how an ended run ended, and what to do next ---------------------------------------------------------------


def _verdict(run: Run, status: Status) -> None:
    """Say how a run ended, in the place where its progress was."""
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
    if not can_resume(run):
        return ""
    return "**Resume** goes on from its last checkpoint." if run.status.step else "**Resume** begins it."


def _completed(run: Run, status: Status) -> None:
    report = run.evaluation() or {}
    accuracy, images = report.get("accuracy"), report.get("n_test")
    words = [f"<b>{escape(_state(status))}</b>"]
    number = ""
    if isinstance(accuracy, int | float):
        of = f" of {images:,}" if isinstance(images, int) else ""
        words.append(f"It gets {100 * accuracy:.0f} %{of} test images right that it has never seen.")
        number = f"<div><strong>{100 * accuracy:.1f} %</strong><small>test accuracy</small></div>"
    words += [escape(part) for part in (run.history().validated_in_words, status.message, advice(run, accuracy))]
    st.html(f'<div class="train-verdict">{number}<p>{" ".join(words)}</p></div>')
    _doubts(run)
    if run.has_final_predictions:
        page_link(REPORT, "See what it gets wrong", run=run.id)


def _doubts(run: Run) -> None:
    """Say what makes one doubt its numbers, over the whole width: they come with their likely causes."""
    for doubt in doubts(run):
        st.warning(plain(doubt.sentence), icon=":material/help:")


def _diverged(run: Run, state: str, told: str) -> None:
    st.warning(f"{state} {told} A smaller learning rate usually helps.", icon=":material/trending_up:")
    rate = max(run.spec.train.learning_rate / _SLOWER, 1e-7)
    if st.button(f"Set it up with a rate of {rate:g}", icon=":material/speed:", key="train-slower"):
        current_editor().load_spec(run.spec, train=run.spec.train.changed(learning_rate=rate))
        look_at(None)


# --- above it: its name, and what can be done with it ----------------------------------------------------------


def run_header(run: Run, editor: Editor) -> None:
    """Draw the run's name, its settings in a line, and the buttons that its state allows."""
    status = run.status
    with st.container(gap=None, key="train-header"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.markdown(f"### {plain(run.name)}", width="content")
            st.space("stretch")
            _buttons(run, status, editor)
        st.caption(_settings_in_words(run))
        if run.spec.beginning is not None:
            st.caption(plain(beginning_in_words(run.spec)))


def _settings_in_words(run: Run) -> str:
    spec, train = run.spec, run.spec.train
    parameters = spec.model.parameters
    if spec.model.foreign:
        return f"network from elsewhere · {parameters:,} parameters"
    origin = spec.beginning.title or spec.beginning.network if spec.beginning else origin_in_words(spec)
    parts = [
        f"{origin} on {data_in_words(spec.data)}",
        "" if spec.beginning else f"{parameters:,} parameters",  # the next sentence says how many of them learn
        f"{'Adam' if train.optimizer == 'adam' else 'SGD'} {train.learning_rate:g}",
        f"batches of {train.batch_size}",
        f"seed {train.seed}",
    ]
    return plain(" · ".join(filter(None, parts)))


def _buttons(run: Run, status: Status, editor: Editor) -> None:
    if status.active:
        if st.button(
            "Stop",
            icon=":material/stop_circle:",
            key="train-stop",
            disabled=status.state == "stopping",
            help="It ends after the batch at hand and can be resumed.",
        ) and permitted("stop a run"):
            act(lambda: stop(run, loaders.home()))
    elif (
        can_resume(run)
        and st.button("Resume", icon=":material/resume:", type="primary", key="train-resume")
        and permitted("resume a run")
    ):
        act(lambda: resume(run, loaders.home()))
    if not run.spec.model.foreign and st.button(
        "Start another like this",
        icon=":material/content_copy:",
        key="train-another",
        type="primary" if status.state in ("completed", "diverged") else "secondary",
    ):
        editor.load_spec(run.spec)
        look_at(None)
    if st.button("Set up a new run", icon=":material/add:", key="train-new", type="tertiary"):
        look_at(None)
    if not run.bundled:
        _housekeeping(run, status)


def _housekeeping(run: Run, status: Status) -> None:
    if st.button("Rename", icon=":material/edit:", key="train-rename", type="tertiary") and permitted("rename a run"):
        _rename(run)
    if not status.active:
        asked = st.button("Delete", icon=":material/delete:", key="train-delete", type="tertiary")
        if asked and permitted("delete a run"):
            _delete(run)


@st.dialog("Rename the run", icon=":material/edit:")
def _rename(run: Run) -> None:
    with st.form("train-rename-form", border=False):
        name = st.text_input("Name", value=run.name, max_chars=80, key="train-rename-name")
        if st.form_submit_button("Rename", type="primary"):
            act(lambda: run.rename(name))


@st.dialog("Delete this run?", icon=":material/delete:")
def _delete(run: Run) -> None:
    st.markdown(f"**{plain(run.name)}** and all its files will be gone: weights, curves and predictions.")
    with st.container(horizontal=True):
        if st.button("Delete", type="primary", key="train-delete-yes"):
            act(lambda: _delete_now(run))
        if st.button("Keep", key="train-delete-no"):
            st.rerun()


def _delete_now(run: Run) -> None:
    RunStore(loaders.home()).delete(run.id)
    go(run=None)
