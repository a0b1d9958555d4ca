"""Trials as records, and the best of them: by hand."""

from typing import Any

import pytest
from optuna.trial import TrialState as State
from optuna.trial import create_trial

from cnnviz.tuning import Trial, best_of
from cnnviz.tuning.records import shown, trial_of
from tests.tuning.made import RATES, frozen, study_spec


def trials(*values: Any) -> list[Trial]:
    """Complete trials with these objectives; a state for those that are not complete."""
    return [
        Trial(number, one, {}) if isinstance(one, str) else Trial(number, "complete", {}, values=one)  # type: ignore[arg-type]
        for number, one in enumerate(values)
    ]


def numbers(found: tuple[Trial, ...]) -> list[int]:
    return [trial.number for trial in found]


def test_the_best_of_one_objective() -> None:
    some = trials((0.5,), (0.7,), "pruned", (0.7,), (0.6,), "failed", "running")
    assert numbers(best_of(some, study_spec())) == [1]  # of equal ones the earliest
    assert numbers(best_of(some, study_spec(objectives=("loss",)))) == [0]
    assert numbers(best_of(some[::-1], study_spec())) == [1]
    assert best_of(trials("waiting", "pruned"), study_spec()) == ()


def test_the_best_of_several_are_all_that_none_beats() -> None:
    spec = study_spec(objectives=("accuracy", "parameters"), pruner="none")
    some = trials(
        (0.9, 500),  # the most accurate
        (0.8, 100),
        (0.8, 100),  # the same again
        (0.8, 200),  # beaten by the second
        (0.7, 90),  # the smallest
        (0.6, 300),
        (0.9, 600),
        "pruned",
    )
    assert numbers(best_of(some, spec)) == [0, 1, 4]
    by_size = study_spec(objectives=("parameters", "accuracy"), pruner="none")
    swapped = [Trial(one.number, one.state, {}, values=one.values[::-1]) for one in some]
    assert numbers(best_of(swapped, by_size)) == [4, 1, 0]


def test_three_objectives() -> None:
    spec = study_spec(objectives=("loss", "parameters", "milliseconds"), pruner="none")
    some = trials((1.0, 10, 5.0), (1.0, 10, 4.0), (2.0, 9, 9.0), (0.5, 99, 9.0), (2.0, 10, 9.0))
    assert numbers(best_of(some, spec)) == [3, 1, 2]


@pytest.mark.parametrize(
    ("state", "said", "expected"),
    [
        (State.COMPLETE, {"run_id": "a-run"}, "complete"),
        (State.FAIL, {"run_id": "a-run", "problem": "Oh."}, "failed"),
        (State.PRUNED, {"run_id": "a-run", "outcome": "pruned"}, "pruned"),
        (State.PRUNED, {"run_id": "a-run", "outcome": "diverged"}, "diverged"),
        (State.PRUNED, {"outcome": "passed over"}, "passed over"),
        (State.PRUNED, {"outcome": "something new"}, "pruned"),
        (State.RUNNING, {"run_id": "a-run"}, "running"),
        (State.RUNNING, {"tuner": "here-1"}, "waiting"),
    ],
)
def test_states(state: State, said: dict[str, Any], expected: str) -> None:
    values = [0.5] if state == State.COMPLETE else None
    found = trial_of(create_trial(state=state, values=values, user_attrs=said))
    assert found.state == expected
    assert found.ended == (expected not in ("running", "waiting", "passed over"))
    assert found.value == (0.5 if expected == "complete" else None)
    assert (found.run_id, found.problem) == (said.get("run_id", ""), said.get("problem", ""))


def test_a_record_has_what_optuna_has() -> None:
    one = frozen(study_spec(), 3, {"learning_rate": 0.01}, 0.8, curve=(0.4, 0.8))
    one.user_attrs = {"run_id": "a-run", "seconds": 4.5}
    assert trial_of(one) == Trial(
        number=3,
        state="complete",
        settings={"learning_rate": 0.01},
        values=(0.8,),
        curve=(0.4, 0.8),
        run_id="a-run",
        seconds=4.5,
    )
    assert RATES.has(one.params["learning_rate"])


def test_values_are_shown_with_their_units() -> None:
    assert [shown("accuracy", 0.9876), shown("loss", 0.12345), shown("parameters", 123456.0)] == [
        "98.8 %",
        "0.1235",
        "123,456",
    ]
