"""The bar of the pages under Judge: which run and which of its snapshots is judged, and what it predicted."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.evaluation import Judged
from cnnviz.runs import Run, RunStore
from cnnviz.ui.invitation import invite_to_train
from cnnviz.ui.judge.loaders import judged, state_of
from cnnviz.ui.loaders import home, open_run, run_ids
from cnnviz.ui.look.run_bar import BAR_STYLE, asked_run, run_chooser, snapshot_chooser
from cnnviz.ui.look.stops import snapshot_labels
from cnnviz.ui.look.travel import last_shown, remember
from cnnviz.ui.messages import plain
from cnnviz.ui.run_facts import can_resume
from cnnviz.ui.session import arrived, choose_run

__all__ = ["JudgedRun", "judge_bar", "judgeable", "switch_snapshot"]

TRAIN = "pages/learn/train.py"
MODELS = "pages/use/models.py"
MODELS = "pages/use/models.py"

_MOST_RUNS = 60
_TICK_S = 2.0  # a run predicts once an epoch


@dataclass(frozen=True, eq=False)
class JudgedRun:
    """What is judged.

    Attributes:
        run: the run.
        snapshot: the number of its snapshot that is pinned, for `evaluation` and for links; None for the run's model,
            and for the newest snapshot of a run that is not finished: `judged.snapshot` says which.
        judged: what it predicted; read-only.
        moment: when that was, such as "after epoch 3"; empty for the run's model.
    """

    run: Run
    snapshot: int | None
    judged: Judged
    moment: str

    @property
    def complete(self) -> bool:
        """Whether all probabilities are known: those of a snapshot are not."""
        return self.judged.probabilities is not None


def judge_bar(*, snapshot: bool = True, weights: bool = False, forget: Sequence[str] = ()) -> JudgedRun:
    """Draw the bar and return what is judged; where nothing is yet, say what to do and end the page.

    Args:
        snapshot: whether a snapshot may be chosen; False for a page that shows all of them, or the run's model.
        weights: whether the page needs the weights too, which came for some snapshots of a large network alone.
        forget: query parameters of the page that mean something for one run only; another run takes them away.

    Raises:
        CnnvizError: the URL asks for something that there is not, or a file is damaged; one sentence.
    """
    offered = _openable(judgeable(snapshots=not snapshot) or _any_runs())
    run = asked_run(offered)
    if run is None:
        _no_run_yet()
    assert run is not None  # _no_run_yet() ends the page
    labels = snapshot_labels(run, measured=True)
    if weights:
        labels = {number: name for number, name in snapshot_labels(run).items() if number in labels}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="pinned"):
        st.html(BAR_STYLE)
        run_chooser(run, offered, lambda run_id: _switch_run(run_id, forget))
        known = bool(labels) or run.has_final_predictions
        number = (
            snapshot_chooser(run, labels, switch_snapshot, model=run.has_final_predictions)
            if snapshot and known else None
        )  # fmt: skip
    if not run.has_final_predictions and number == max(labels, default=None):
        number = None  # the newest one is not pinned: where the run trains, the page goes on with it
    if not known:
        _remember(run, None, snapshot)
        _nothing_predicted(run)
    found = judged(run, number)
    _remember(run, number, snapshot)
    if run.status.active:
        st.fragment(_follow, run_every=_TICK_S)(run, state_of(run))
    moment = "" if found.snapshot is None else labels[found.snapshot]
    return JudgedRun(run, number, found, moment)


def switch_snapshot(number: int | None) -> None:
    """Judge another snapshot, None for the run's model: in a callback, or before the page runs again."""
    if number is None:
        st.query_params.pop("snapshot", None)
    else:
        st.query_params["snapshot"] = str(number)


def judgeable(*, snapshots: bool = False) -> tuple[str, ...]:
    """Return the ids of the runs that predicted the test images, newest first; opens none of them.

    Args:
        snapshots: only those that did so at snapshots, which a network from elsewhere has not.
    """
    return _judgeable(str(home()), "[0-9]*.npz" if snapshots else "*.npz")


@st.cache_data(ttl=2, max_entries=8, show_spinner=False)
def _judgeable(home: str, files: str) -> tuple[str, ...]:
    found: list[str] = []
    store = RunStore(home)
    for run_id in run_ids():
        folders = (store.folder / run_id / "predictions", store.bundled_folder / run_id / "predictions")
        if any(True for folder in folders for _ in folder.glob(files)):
            found.append(run_id)
        if len(found) == _MOST_RUNS:
            break
    return tuple(found)


def _any_runs() -> tuple[str, ...]:
    return run_ids()[:_MOST_RUNS]


def _openable(offered: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out the newest runs as long as they cannot be opened: the first on offer is what the page begins with."""
    for place, run_id in enumerate(offered):
        try:
            _ = open_run(run_id).spec
        except CnnvizError:
            continue
        return offered[place:]
    return ()


def _switch_run(run_id: str, forget: Sequence[str]) -> None:
    choose_run(run_id)
    for name in ("snapshot", *forget):
        st.query_params.pop(name, None)


def _remember(run: Run, number: int | None, snapshot: bool) -> None:
    """Keep what is judged for the next page, with the image and the layer that this one does not show."""
    kept = {name: value for name, value in last_shown(run).items() if name != "snapshot" or not snapshot}
    shown = {"run": run.id} | ({} if number is None else {"snapshot": str(number)})
    remember(kept | shown)
    if arrived():
        choose_run(run.id)
        if number is not None:
            switch_snapshot(number)


# --- nothing to judge yet ---------------------------------------------------------------------------------------


def _no_run_yet() -> None:
    invite_to_train(
        "There is nothing to judge yet. Train a network: it takes a minute, and this page then says how good it is and "
        "what it gets wrong.",
        icon=":material/fact_check:",
    )
    st.stop()


def _nothing_predicted(run: Run) -> None:
    """Say why a run has predicted nothing, and what to do; where it trains, go on when it has."""
    active, foreign = run.status.active, bool(run.spec.model.foreign)
    st.info(_why_nothing(run), icon=":material/hourglass_empty:")
    if foreign:
        st.page_link(MODELS, label="Go to Models", icon=":material/deployed_code:")
    else:
        label = "Watch it learn" if active else "Go to this run"
        st.page_link(TRAIN, label=label, icon=":material/model_training:", query_params={"run": run.id})
    if active:
        st.fragment(_follow, run_every=_TICK_S)(run, state_of(run))
    st.stop()


def _why_nothing(run: Run) -> str:
    name = plain(run.name)
    if run.status.active:
        return (
            f"The run {name} has not predicted the test images yet. It does so after each epoch; this page fills by "
            "itself after the first one."
        )
    if run.spec.model.foreign:
        return (
            f"The network {name} came from elsewhere and was measured on no test images, so there is nothing to judge. "
            "Bring it in again with a data set that has its classes, or choose another run above."
        )
    again = "Train it again with a lower learning rate" if run.state == "diverged" else "Train it again"
    what = "Resume it on the Train page" if can_resume(run) else again
    return (
        f"The run {name} ended before its first epoch did, so there is nothing to judge. {what}, or choose another run "
        "above."
    )


def _follow(run: Run, state: str) -> None:
    """Run the page again when a run that trains has predicted something new, or has ended."""
    if state_of(run) != state or not run.status.active:
        st.rerun()
