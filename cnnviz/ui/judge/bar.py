"""What the pages under Judge judge: a run at a moment, and what it predicted."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.evaluation import Judged
from cnnviz.figures.saving import Saving
from cnnviz.runs import Run
from cnnviz.runs.weights import TRAINED_MODEL
from cnnviz.runs.words import Snapshots, snapshot_labels, untested
from cnnviz.training import can_resume
from cnnviz.ui.address import page_link, rerun
from cnnviz.ui.bar import asked_run, run_bar
from cnnviz.ui.invitation import invite_to_train
from cnnviz.ui.judge.readings import judged, state_of
from cnnviz.ui.loaders import MOST_OFFERED, judgeable, open_run, run_ids
from cnnviz.ui.messages import plain
from cnnviz.ui.pages import CLASSIFY, MODELS, TRAIN

__all__ = ["JudgedRun", "judge_bar", "way_on"]

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

    def saving(self, what: str) -> Saving:
        """Say what a saved figure is of, such as "confusion matrix"."""
        data, moment = self.run.spec.data.name, self.moment or TRAINED_MODEL
        source = f"{self.run.name} on {data}, {moment}, {len(self.judged):,} test images"
        return Saving(f"{self.run.name} {self.moment} {what}", source)


def judge_bar(*, snapshot: bool = True, weights: bool = False) -> JudgedRun:
    """Draw the bar and return what is judged; where nothing is yet, say what to do and end the page.

    Args:
        snapshot: whether a snapshot may be chosen; False for a page that shows all of them, or the run's model.
        weights: whether the page needs the weights too, which came for some snapshots of a large network alone.

    Raises:
        CnnvizError: the URL asks for something that there is not, or a file is damaged; one sentence.
    """
    offered = _openable(judgeable(snapshots=not snapshot) or run_ids()[:MOST_OFFERED])
    run = asked_run(offered)
    if run is None:
        invite_to_train(
            "There is nothing to judge yet. Train a network: it takes a minute, and this page then says how good it is "
            "and what it gets wrong.",
            icon=":material/fact_check:",
        )
        st.stop()
    offers: Snapshots = "both" if weights else "measured"
    shown, _ = run_bar(run, offered, snapshots=offers if snapshot else None, follow=True)
    if not run.has_final_predictions and not (shown.labels if snapshot else run.predicted_snapshots()):
        _nothing_predicted(run)
    found = judged(run, shown.pinned)
    if run.status.active:
        st.fragment(_follow, run_every=_TICK_S)(run, state_of(run))
    moment = "" if found.snapshot is None else snapshot_labels(run, "measured")[found.snapshot]
    return JudgedRun(run, shown.pinned, found, moment)


def _openable(offered: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out the newest runs as long as they cannot be opened: the first on offer is what the page begins with."""
    for place, run_id in enumerate(offered):
        try:
            _ = open_run(run_id).spec
        except CnnvizError:
            continue
        return offered[place:]
    return ()


# --- nothing to judge yet -------------------------------------------------------------------------------------------


def _nothing_predicted(run: Run) -> None:
    """Say why a run has predicted nothing, and what to do; where it trains, go on when it has."""
    active, foreign = run.status.active, bool(run.spec.model.foreign)
    st.info(_why_nothing(run), icon=":material/hourglass_empty:" if active else ":material/info:")
    if foreign and run.bundled:
        page_link(CLASSIFY, "Ask it about a photo", run=run.id)
    elif foreign:
        page_link(MODELS, "Go to Models")
    else:
        page_link(TRAIN, "Watch it learn" if active else "Go to this run", run=run.id)
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
    if run.spec.model.foreign or run.spec.train.tests == "never":
        why, way = map(plain, untested(run))
        return f"T{why[1:]}, so there is nothing to judge. {way[0].upper()}{way[1:]}, or choose another run above."
    return (
        f"The run {name} ended before its first epoch did, so there is nothing to judge. {way_on(run)}, or choose "
        "another run above."
    )


def way_on(run: Run) -> str:
    """Say what to do with a run that did not come to its end, without the full stop."""
    if can_resume(run):
        return "Resume it on the Train page"
    return "Train it again with a lower learning rate" if run.state == "diverged" else "Train it again"


def _follow(run: Run, state: str) -> None:
    """Run the page again when a run that trains has predicted something new, or has ended."""
    if state_of(run) != state or not run.status.active:
        rerun()
