"""What the next trial has, and whether one goes on: by Optuna, from earlier trials and a seed alone.

Optuna's samplers remember their draws and look at whatever has ended, so two searches with one seed part ways as soon
as two trials end in another order. Here each choice is made anew, from the trials that had ended by rule and not by
chance (`StudySpec.behind`) and from a seed of its own. The same seed then gives the same study on one core, on a
cluster, and after a crash.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from cnnviz.tuning.ranges import Between, OneOf, Value
from cnnviz.tuning.study_spec import OBJECTIVES, StudySpec

__all__ = ["directions", "distributions", "goes_on", "next_values"]

optuna.logging.set_verbosity(optuna.logging.ERROR)  # of every study in memory it says that it was made

_STARTUP = 8  # trials drawn at random before anything is learned from them; also those that no median is taken of
_UNPRUNED_EPOCHS = 1  # in which every network may still find its feet
_THIRD = 3  # Hyperband's usual


def distributions(spec: StudySpec) -> dict[str, BaseDistribution]:
    """Return the search space as Optuna has it."""
    return {name: _distribution(tried) for name, tried in spec.space.items()}


def directions(spec: StudySpec) -> list[StudyDirection]:
    """Return which way each objective is better, as Optuna has it."""
    return [StudyDirection.MAXIMIZE if OBJECTIVES[one][1] else StudyDirection.MINIMIZE for one in spec.objectives]


def next_values(spec: StudySpec, number: int, earlier: Sequence[FrozenTrial]) -> dict[str, Value]:
    """Return the values of a trial.

    Args:
        spec: the study's settings.
        number: the trial's, from 0.
        earlier: those that it may learn from, all ended, in their order.
    """
    if number == 0 and spec.first is not None:
        return spec.first
    if spec.sampler == "grid":
        return _on_grid(spec, number)
    study = optuna.create_study(directions=directions(spec), sampler=_sampler(spec, number))
    study.add_trials([_copied(trial) for trial in earlier if trial.state in (TrialState.COMPLETE, TrialState.PRUNED)])
    return dict(study.ask(distributions(spec)).params)


def goes_on(spec: StudySpec, number: int, curve: Sequence[float], earlier: Sequence[FrozenTrial]) -> bool:
    """Say whether a trial goes on after its last epoch.

    Args:
        spec: the study's settings, with one objective.
        number: the trial's.
        curve: the objective after each epoch so far.
        earlier: the trials that it is compared with, all ended, in their order.
    """
    epochs = spec.trial_base.train.epochs
    if spec.pruner == "none" or not curve or len(curve) >= epochs:
        return True
    if spec.pruner == "hyperband":
        return _among_the_best_third(spec, number, curve, earlier, epochs)
    pruner = optuna.pruners.MedianPruner(n_startup_trials=_STARTUP // 2, n_warmup_steps=_UNPRUNED_EPOCHS + 1)
    study = optuna.create_study(directions=directions(spec))
    study.add_trials([_copied(trial) for trial in earlier if trial.state == TrialState.COMPLETE])
    trial = optuna.trial.create_trial(state=TrialState.RUNNING, intermediate_values=dict(enumerate(curve, 1)))
    return not pruner.prune(study, trial)


def _among_the_best_third(
    spec: StudySpec, number: int, curve: Sequence[float], earlier: Sequence[FrozenTrial], epochs: int
) -> bool:
    """Say whether a trial passes the round that ends with this epoch, if one does (Li et al. 2018, 2020).

    Rounds end after 1, 3, 9 ... epochs, in the bracket of the hardest selection; in the next one after 3, 9 ..., and so
    on. Whoever is among the best third of those of its bracket that got as far, so far, goes on.
    """
    bracket = _bracket(number, epochs)
    epoch = len(curve)
    if epoch < _THIRD**bracket or _THIRD ** round(math.log(epoch, _THIRD)) != epoch:
        return True
    sign = 1 if OBJECTIVES[spec.objectives[0]][1] else -1
    rivals = [
        sign * trial.intermediate_values[epoch]
        for trial in earlier
        if _bracket(trial.number, epochs) == bracket and epoch in trial.intermediate_values
    ]
    values = sorted((*rivals, sign * curve[-1]), reverse=True)
    return sign * curve[-1] >= values[max(len(values) // _THIRD, 1) - 1]


def _bracket(number: int, epochs: int) -> int:
    """Return a trial's bracket: 0 selects after the first epoch, the last one never; in Hyperband's proportions."""
    most = int(math.log(epochs, _THIRD) + 1e-9)
    sizes = [math.ceil((most + 1) * _THIRD**left / (left + 1)) for left in range(most, -1, -1)]
    # spread over the trials, so that a short study has some of each
    order = [bracket for bracket, size in enumerate(sizes) for _ in range(size)]
    shuffled = np.random.default_rng(len(order)).permutation(order)
    return int(shuffled[number % len(order)])


def _sampler(spec: StudySpec, number: int) -> optuna.samplers.BaseSampler:
    seed = int(np.random.SeedSequence((spec.seed, number)).generate_state(1)[0])
    if spec.sampler == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=_STARTUP)


def _on_grid(spec: StudySpec, number: int) -> dict[str, Value]:
    """Return the combination of a trial, in a random order behind that of the first; after the last it begins anew."""
    order, first = np.random.default_rng(spec.seed).permutation(spec.combinations), spec.first_on_grid
    if first is not None:
        order = np.concatenate(([first], order[order != first]))
    elif spec.first is not None:
        number -= 1
    shape = [len(tried.grid) for tried in spec.space.values()]
    at = np.unravel_index(int(order[number % len(order)]), shape)
    return {name: tried.grid[int(which)] for (name, tried), which in zip(spec.space.items(), at, strict=True)}


def _distribution(tried: Between | OneOf) -> BaseDistribution:
    if isinstance(tried, OneOf):
        return CategoricalDistribution(tried.values)
    if tried.whole:
        return IntDistribution(int(tried.low), int(tried.last), log=tried.log, step=int(tried.step or 1))
    return FloatDistribution(tried.low, tried.last, log=tried.log, step=tried.step)


def _copied(trial: FrozenTrial) -> FrozenTrial:
    """Return a trial as another study takes it, with nothing of the one it is from."""
    values: dict[str, Any] = {"values": trial.values} if trial.state == TrialState.COMPLETE else {}
    return optuna.trial.create_trial(
        state=trial.state,
        params=trial.params,
        distributions=trial.distributions,
        intermediate_values=trial.intermediate_values,
        **values,
    )
