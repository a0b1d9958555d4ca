"""What the next trial has, and whether one goes on: from the study's seed and given trials alone."""

import random
import statistics
from collections.abc import Sequence

import numpy as np
import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from cnnviz.tuning import Between, OneOf, StudySpec, Value
from cnnviz.tuning.choosing import directions, goes_on, next_values
from tests.tuning.made import CHOICE, RATES, base, frozen, study_spec

FLIP = OneOf(values=(False, True))
SHIFT = Between(low=0, high=0.5)
SPACE = {"learning_rate": RATES, "flip": FLIP, "units": Between(low=32, high=256, step=32, whole=True)}


def bowl(spec: StudySpec, count: int, low: float = 0.4) -> list[FrozenTrial]:
    """Trials that were the better the nearer their shift was to a value, chosen one after the other."""
    made: list[FrozenTrial] = []
    for number in range(count):
        values = next_values(spec, number, made)
        made.append(frozen(spec, number, values, 1 - (float(values["shift"]) - low) ** 2))
    return made


# --- values --------------------------------------------------------------------------------------------------------


def test_the_first_trial_has_the_bases_values() -> None:
    assert next_values(study_spec(SPACE), 0, []) == {"learning_rate": 0.001, "flip": False, "units": 32}


@pytest.mark.parametrize("sampler", ["tpe", "random", "grid"])
def test_the_same_seed_chooses_the_same_and_another_one_does_not(sampler: str) -> None:
    spec = study_spec(SPACE, sampler=sampler, base=base(learning_rate=0.5))  # which is not tried
    choices = [next_values(spec, number, []) for number in range(6)]
    assert choices == [next_values(spec, number, []) for number in range(6)]
    assert choices != [next_values(spec.changed(seed=1), number, []) for number in range(6)]
    assert len({str(one) for one in choices}) > 3  # each trial has a seed of its own
    for one in choices:
        assert one.keys() == SPACE.keys()
        assert all(SPACE[name].has(value) for name, value in one.items())
        assert isinstance(one["flip"], bool)
        assert isinstance(one["units"], int)


def test_a_choice_follows_from_the_given_trials_alone() -> None:
    spec = study_spec({"shift": SHIFT}, base=base(augmentation={"shift": 0.5}), seed=2)
    earlier = bowl(spec, 12)
    chosen = next_values(spec, 15, earlier)
    np.random.seed(9)
    assert next_values(spec, 15, [*earlier]) == chosen
    assert next_values(spec, 16, earlier) != chosen
    better = [*earlier[:-1], frozen(spec, 11, {"shift": 0.0}, 5.0)]
    assert next_values(spec, 15, better) != chosen


def test_failed_trials_teach_nothing_and_those_that_ended_early_do() -> None:
    spec = study_spec({"shift": SHIFT})
    earlier = bowl(spec, 12)
    failed = frozen(spec, 12, {"shift": 0.1}, state=TrialState.FAIL)
    assert next_values(spec, 14, [*earlier, failed]) == next_values(spec, 14, earlier)
    early = [frozen(spec, 12 + one, {"shift": 0.39}, curve=(0.1,), state=TrialState.PRUNED) for one in range(8)]
    assert next_values(spec, 30, [*earlier, *early]) != next_values(spec, 30, earlier)


def test_a_grid_has_every_combination_once_and_begins_anew() -> None:
    space = {"flip": FLIP, "optimizer": CHOICE, "shift": Between(low=0.1, high=0.3, step=0.1)}
    spec = study_spec(space, sampler="grid")  # whose base has another shift
    assert spec.first is None
    chosen = [tuple(next_values(spec, number, []).items()) for number in range(12)]
    assert len(set(chosen)) == spec.combinations == 12
    assert [tuple(next_values(spec, number, []).items()) for number in range(12, 24)] == chosen
    assert chosen != sorted(chosen)  # in a random order


def test_a_grid_with_the_bases_values_does_not_train_them_twice() -> None:
    spec = study_spec({"flip": FLIP, "optimizer": CHOICE}, sampler="grid")
    chosen = [tuple(next_values(spec, number, []).items()) for number in range(spec.whole_grid)]
    assert chosen[0] == (("flip", False), ("optimizer", "adam"))
    assert len(set(chosen)) == len(chosen) == spec.whole_grid == spec.combinations == 4
    beside = study_spec({"learning_rate": Between(low=0.0001, high=0.01)}, sampler="grid")  # 0.001 is on none of its 4
    chosen = [tuple(next_values(beside, number, []).items()) for number in range(beside.whole_grid)]
    assert len(set(chosen)) == len(chosen) == beside.whole_grid == beside.combinations + 1 == 5


def test_tpe_looks_where_it_was_good() -> None:
    def distance(sampler: str) -> float:
        spec = study_spec({"shift": SHIFT}, sampler=sampler, seed=1)
        known = bowl(spec.changed(sampler="random"), 16)
        chosen = [float(next_values(spec, number, known)["shift"]) for number in range(20, 40)]
        return statistics.mean(abs(value - 0.4) for value in chosen)

    assert distance("tpe") < 0.5 * distance("random")


def test_tpe_looks_where_the_loss_is_small() -> None:
    spec = study_spec({"shift": SHIFT}, objectives=("loss",), seed=1)
    known = [frozen(spec, number, {"shift": number / 40}, (number / 40 - 0.1) ** 2) for number in range(20)]
    chosen = [float(next_values(spec, number, known)["shift"]) for number in range(20, 40)]
    assert statistics.mean(abs(value - 0.1) for value in chosen) < 0.08


def test_several_objectives_are_learned_from() -> None:
    spec = study_spec({"shift": SHIFT}, objectives=("accuracy", "parameters"), pruner="none")
    known = [frozen(spec, number, {"shift": number / 40}, number / 40, 100.0) for number in range(20)]
    chosen = [float(next_values(spec, number, known)["shift"]) for number in range(20, 40)]
    assert statistics.mean(chosen) > 0.35
    assert directions(spec) == [optuna.study.StudyDirection.MAXIMIZE, optuna.study.StudyDirection.MINIMIZE]


# --- pruning -------------------------------------------------------------------------------------------------------

RATE: dict[str, Value] = {"learning_rate": 0.01}


def complete(spec: StudySpec, *curves: Sequence[float]) -> list[FrozenTrial]:
    return [frozen(spec, number, RATE, curve[-1], curve=curve) for number, curve in enumerate(curves)]


def test_whoever_is_below_the_median_ends_after_the_second_epoch() -> None:
    spec = study_spec(epochs=4)
    known = complete(spec, (0.1, 0.2, 0.3, 0.4), (0.2, 0.4, 0.5, 0.6), (0.3, 0.6, 0.7, 0.8), (0.4, 0.8, 0.9, 0.9))
    assert goes_on(spec, 9, (0.0,), known)  # after the first nobody ends
    assert not goes_on(spec, 9, (0.1, 0.49), known)  # the median of 0.2, 0.4, 0.6, 0.8 is 0.5
    assert goes_on(spec, 9, (0.1, 0.51), known)
    assert goes_on(spec, 9, (0.55, 0.3), known)  # its best counts, whenever that was
    assert not goes_on(spec, 9, (0.1, 0.2, 0.59), known)
    assert goes_on(spec, 9, (0.1, 0.2, 0.3, 0.0), known)  # it has ended anyway
    assert goes_on(spec, 9, (), known)
    assert goes_on(spec, 9, (0.0, 0.0), known[:3])  # too few to compare with
    assert goes_on(spec.changed(pruner="none"), 9, (0.0, 0.0), known)


def test_trials_that_ended_early_are_part_of_no_median() -> None:
    spec = study_spec(epochs=4)
    known = complete(spec, *[(0.5, 0.5, 0.5, 0.5)] * 3)
    early = [frozen(spec, 5 + one, RATE, curve=(0.9, 0.9), state=TrialState.PRUNED) for one in range(5)]
    assert goes_on(spec, 20, (0.1, 0.1), [*known, *early])


def test_less_loss_is_better() -> None:
    spec = study_spec(epochs=4, objectives=("loss",))
    known = complete(spec, *[(value, value, value, value) for value in (0.2, 0.4, 0.6, 0.8)])
    assert goes_on(spec, 9, (0.9, 0.49), known)
    assert not goes_on(spec, 9, (0.9, 0.51), known)


def hardest(count: int, epochs: int) -> list[int]:
    """The numbers of trials in the bracket of the hardest selection, which all rounds are for."""
    from cnnviz.tuning.choosing import _bracket

    return [number for number in range(200) if _bracket(number, epochs) == 0][:count]


def test_hyperband_lets_the_best_third_of_a_round_go_on() -> None:
    spec = study_spec(epochs=9, pruner="hyperband")
    numbers = hardest(7, 9)
    known = [
        frozen(spec, number, RATE, curve=(value,), state=TrialState.PRUNED)
        for number, value in zip(numbers, (0.1, 0.2, 0.3, 0.4, 0.5), strict=False)
    ]
    number = numbers[6]
    assert goes_on(spec, number, (0.5,), known)  # the best two of six: 0.5 and 0.5
    assert goes_on(spec, number, (0.45,), known)  # the best two: 0.5 and 0.45
    assert not goes_on(spec, number, (0.35,), known)
    assert goes_on(spec, number, (0.5, 0.0), known)  # no round ends with the second epoch
    assert goes_on(spec, number, (0.5, 0.0, 0.0), known)  # nobody else got as far
    further = [frozen(spec, numbers[5], RATE, 0.9, curve=(0.5, 0.6, 0.9))]
    assert not goes_on(spec, number, (0.5, 0.6, 0.8), further)
    assert goes_on(spec, number, (0.5, 0.6, 0.9), further)
    assert goes_on(spec, number, (0.0,) * 9, further)
    assert goes_on(spec, number, (0.0,), [])


def test_hyperbands_brackets_are_for_different_patience() -> None:
    from cnnviz.tuning.choosing import _bracket

    brackets = [_bracket(number, 9) for number in range(17 * 10)]
    # of 81 epochs Li et al. begin 81, 34, 15, 8, 5 trials; of 9 that is 9, 5, 3
    assert [brackets.count(one) for one in range(3)] == [90, 50, 30]
    assert {0, 1, 2} == set(brackets[:17])
    assert {_bracket(number, 2) for number in range(20)} == {0}
    spec = study_spec(epochs=9, pruner="hyperband")
    second = next(number for number, one in enumerate(brackets) if one == 1)
    known = [frozen(spec, number, RATE, 0.9, curve=(0.9,) * 9) for number in range(17) if number != second]
    assert goes_on(spec, second, (0.1,), known)  # its first round ends after three epochs
    assert not goes_on(spec, second, (0.1, 0.1, 0.1), known)
    last = next(number for number, one in enumerate(brackets) if one == 2)
    assert all(goes_on(spec, last, (0.1,) * epochs, known) for epochs in range(1, 9))


@pytest.mark.parametrize("objective", ["accuracy", "loss"])
def test_hyperband_decides_as_optunas_successive_halving(objective: str) -> None:
    """One trial after the other in one bracket, where both are the rule of Li et al. 2020."""
    spec = study_spec(epochs=27, pruner="hyperband", objectives=(objective,))
    pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)
    theirs = optuna.create_study(directions=directions(spec), pruner=pruner)
    rng = random.Random(objective)
    ours: list[FrozenTrial] = []
    ended = []
    for number in hardest(40, 27):
        trial, curve, pruned = theirs.ask(), [], False
        for epoch in range(1, 27):
            curve.append(rng.random())
            trial.report(curve[-1], epoch)
            pruned = trial.should_prune()
            assert goes_on(spec, number, curve, ours) == (not pruned), (number, epoch)
            if pruned:
                break
        ended.append(len(curve))
        state = TrialState.PRUNED if pruned else TrialState.COMPLETE
        theirs.tell(trial, None if pruned else curve[-1], state=state)
        ours.append(frozen(spec, number, RATE, *([] if pruned else curve[-1:]), curve=curve, state=state))
    assert set(ended) == {1, 3, 9, 26}
