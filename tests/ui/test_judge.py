"""What the pages under Judge share: one reading for all sessions, and a bar that knows what can be judged."""

import os
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.errors import RunError
from cnnviz.evaluation import evaluate
from cnnviz.runs import Run
from cnnviz.ui.judge.bar import JudgedRun
from cnnviz.ui.judge.readings import evaluation, judged, learning, state_of
from cnnviz.ui.judge.report.matrix import moments_of
from cnnviz.ui.loaders import judgeable
from tests.evaluation.made import ended_run, guesses, stopped_run, with_snapshots, write, write_dataset
from tests.runs.folders import snapshot, write_events

LABELS = np.random.default_rng(3).integers(0, 4, 80)
CHANCES = guesses(LABELS, 4)


@pytest.fixture
def run(home: Any) -> Run:
    return with_snapshots(ended_run(home, LABELS, CHANCES), [guesses(LABELS, 4, seed=9), CHANCES, CHANCES], missing=1)


# --- what is read -----------------------------------------------------------------------------------------------


def test_all_sessions_share_what_was_read(run: Run) -> None:
    assert judged(run) is judged(run)
    assert judged(run, 0) is judged(run, 0)
    assert judged(run, 0) is not judged(run)
    assert learning(run) is learning(run)
    assert evaluation(run) is evaluation(run)
    assert evaluation(run).to_json() == evaluate(run).to_json()
    for array in (judged(run).labels, judged(run).probabilities, learning(run).predicted):
        assert array is not None
        assert not array.flags.writeable


def test_a_file_that_changed_is_read_again(run: Run) -> None:
    before, state = judged(run), state_of(run)
    write(run, "final", {"predicted": LABELS, "confidence": np.ones(len(LABELS)), "labels": LABELS})
    os.utime(run.folder / "predictions" / "final.npz", ns=(1, 1))
    assert state_of(run) != state
    assert not before.right.all()
    assert judged(run).right.all()
    assert evaluation(run).n_mistakes == 0


def test_a_new_snapshot_is_seen(home: Any) -> None:
    write_dataset(home, LABELS, 4)
    run = stopped_run(home, 4, [CHANCES])
    assert judged(run).snapshot == 0
    write_events(run, snapshot(1, 0.5))
    np.savez(run.folder / "snapshots" / "0001.npz", kernel=np.zeros(1))
    assert judged(run).snapshot == 0  # until it was measured
    write(run, "0001", {"predicted": CHANCES.argmax(1), "confidence": CHANCES.max(1)})
    os.utime(run.folder / "predictions", ns=(1, 1))
    assert judged(run).snapshot == 1
    assert len(learning(run).snapshots) == 2


def test_what_cannot_be_judged_is_a_sentence(home: Any) -> None:
    with pytest.raises(RunError, match="is not on this machine"):
        judged(stopped_run(home, 4, [CHANCES]))


# --- the bar ----------------------------------------------------------------------------------------------------


def _page() -> None:
    import streamlit as st

    from cnnviz.ui.address import arrive, carry
    from cnnviz.ui.judge.bar import judge_bar
    from cnnviz.ui.messages import reported
    from cnnviz.ui.pages import REPORT

    if "carried" in st.session_state:
        carry(**st.session_state.pop("carried"))
    arrive(REPORT)
    with reported(way_back=None):
        st.session_state["judged"] = judge_bar(weights=st.session_state.get("weights", False))


def opened(carried: dict[str, str] | None = None, *, weights: bool = False, **query: str) -> AppTest:
    at = AppTest.from_function(_page, default_timeout=30)
    at.session_state["weights"] = weights
    at.query_params.update(query)
    if carried:
        at.session_state["carried"] = carried
    at.run()
    assert not at.exception
    return at


def query(at: AppTest) -> dict[str, str]:
    return {name: value[0] if isinstance(value, list) else value for name, value in at.query_params.items()}


def test_measured_snapshots_and_the_model_are_on_offer(run: Run) -> None:
    at = opened()
    assert at.selectbox(key="pinned-snapshot").options == ["trained model", "after step 5", "before training"]
    shown = at.session_state["judged"]
    assert (shown.run.id, shown.snapshot, shown.moment, shown.complete) == (run.id, None, "", True)
    assert query(at) == {"run": run.id}
    at.selectbox(key="pinned-snapshot").set_value(1).run()
    shown = at.session_state["judged"]
    assert (shown.snapshot, shown.moment, shown.complete) == (1, "after step 5", False)
    assert query(at) == {"run": run.id, "snapshot": "1"}


def test_a_snapshot_that_was_not_measured_is_refused_when_linked_and_passed_over_when_carried(run: Run) -> None:
    assert "asks for snapshot '2'" in opened(run=run.id, snapshot="2").error[0].value.replace("\\", "")
    shown = opened(carried={"run": run.id, "snapshot": "2"}).session_state["judged"]
    assert shown.snapshot is None
    assert opened(carried={"run": run.id, "snapshot": "0"}).session_state["judged"].snapshot == 0


def test_a_page_that_needs_weights_offers_the_snapshots_that_have_some(run: Run) -> None:
    (run.folder / "snapshots" / "0001.npz").unlink()
    assert len(opened().selectbox(key="pinned-snapshot").options) == 3  # what it predicted is there
    at = opened(carried={"run": run.id, "snapshot": "1"}, weights=True)
    assert at.selectbox(key="pinned-snapshot").options == ["trained model", "before training"]
    assert at.session_state["judged"].snapshot is None


def test_another_run_takes_away_what_belonged_to_the_first(run: Run, home: Any) -> None:
    other = ended_run(home, LABELS, CHANCES)
    at = opened(run=run.id, snapshot="1", cell="2-3")
    at.selectbox(key="pinned-run").set_value(other.id).run()
    assert query(at) == {"run": other.id}
    assert at.session_state["judged"].run.id == other.id


def test_what_this_page_does_not_show_is_kept_for_the_next(run: Run) -> None:
    at = opened(carried={"run": run.id, "image": "test-7", "layer": "conv2d_1", "snapshot": "0"})
    kept = at.session_state["cnnviz.carried"]
    assert kept == {"run": run.id, "image": "test-7", "layer": "conv2d_1", "snapshot": "0"}
    assert query(at) == {"run": run.id, "snapshot": "0"}


def test_the_newest_snapshot_of_an_unfinished_run_is_not_pinned(home: Any) -> None:
    write_dataset(home, LABELS, 4)
    stopped_run(home, 4, [CHANCES, CHANCES])
    at = opened()
    shown = at.session_state["judged"]
    assert (shown.snapshot, shown.judged.snapshot, shown.moment) == (None, 1, "after step 5")
    assert "snapshot" not in query(at)


def test_a_page_of_snapshots_begins_with_a_run_that_has_some(run: Run, home: Any) -> None:
    newer = ended_run(home, LABELS, CHANCES)
    assert judgeable() == (newer.id, run.id)
    assert judgeable(snapshots=True) == (run.id,)


def test_a_newest_run_that_cannot_be_opened_is_not_where_a_page_begins(run: Run, home: Any) -> None:
    (ended_run(home, LABELS, CHANCES).folder / "spec.json").write_text('{"name": ')
    at = opened()
    assert not at.error
    assert at.session_state["judged"].run.id == run.id


# --- the moments of the confusion matrix ------------------------------------------------------------------------


def seen(run: Run, snapshot: int | None = None) -> JudgedRun:
    return JudgedRun(run, snapshot, judged(run, snapshot), "" if snapshot is None else f"snapshot {snapshot}")


def matrix_of(chances: np.ndarray) -> np.ndarray:
    return np.bincount(LABELS * 4 + chances.argmax(1), minlength=16).reshape(4, 4)


def test_each_moment_has_its_matrix_and_the_model_is_the_last(run: Run) -> None:
    moments = moments_of(seen(run))
    assert moments.numbers == (0, 1, None)
    assert moments.names == ("before training", "after step 5", "trained model")
    np.testing.assert_array_equal(moments.counts[0], matrix_of(guesses(LABELS, 4, seed=9)))
    np.testing.assert_array_equal(moments.counts[2], matrix_of(CHANCES))
    assert moments.place_of(judged(run)) == 2
    assert moments.place_of(judged(run, 1)) == 1


def test_of_many_moments_some_are_sent_and_what_is_left_out_stands_alone(
    home: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = with_snapshots(ended_run(home, LABELS, CHANCES), [guesses(LABELS, 4, seed=n) for n in range(5)])
    monkeypatch.setattr("cnnviz.evaluation.confusion._MOST_NUMBERS", 3 * 16)
    assert moments_of(seen(run)).numbers == (0, 2, 4, None)
    alone = moments_of(seen(run, 3))
    assert (alone.numbers, alone.names) == ((3,), ("snapshot 3",))
    np.testing.assert_array_equal(alone.counts[0], matrix_of(guesses(LABELS, 4, seed=3)))


def test_a_damaged_snapshot_takes_nothing_from_the_report(run: Run) -> None:
    (run.folder / "predictions" / "0000.npz").write_bytes(b"PK damaged")
    moments = moments_of(seen(run))
    assert moments.numbers == (1, None)
    np.testing.assert_array_equal(moments.counts[-1], matrix_of(CHANCES))
