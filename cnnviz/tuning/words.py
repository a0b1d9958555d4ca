"""A study in words."""

from collections.abc import Sequence

from cnnviz.tuning.records import Trial
from cnnviz.tuning.study import Study
from cnnviz.tuning.study_spec import OBJECTIVES, StudySpec

__all__ = ["progress_in_words", "settings_in_words", "state_in_words"]

_SAMPLERS = {"tpe": "learning from earlier trials (TPE)", "random": "at random", "grid": "over a grid"}
_PRUNERS = {
    "median": "those below the median end early",
    "hyperband": "Hyperband ends the others early",
    "none": "none ends early",
}
_STATES = {
    "running": "Searching",
    "stopping": "Stops as soon as its trials have written what they have",
    "stopped": "Stopped",
    "completed": "Completed",
    "interrupted": "Interrupted",
}


def settings_in_words(spec: StudySpec) -> str:
    """Say what is searched, and how, in a line."""
    base = spec.base
    objectives = " and ".join(OBJECTIVES[one][0] for one in spec.objectives)
    epochs = spec.trial_base.train.epochs
    parts = [
        f"{base.preset or base.name or 'own settings'} on {base.data.name}",
        f"{len(spec.space)} setting{'' if len(spec.space) == 1 else 's'} tried {_SAMPLERS[spec.sampler]}",
        f"{epochs} epoch{'' if epochs == 1 else 's'} a trial",
        f"chosen by {objectives}",
        _PRUNERS[spec.pruner],
        f"seed {spec.seed}",
    ]
    return " · ".join(parts)


def progress_in_words(study: Study, trials: Sequence[Trial]) -> str:
    """Say how far a study is, in a sentence."""
    budget, state = study.budget, study.state
    ended = [trial for trial in trials if trial.ended]
    running = sum(trial.state == "running" for trial in trials)
    early = sum(trial.state == "pruned" for trial in ended)
    failed = sum(trial.state in ("failed", "diverged") for trial in ended)
    passed = sum(trial.state == "passed over" for trial in trials)
    told = [f"{_STATES[state]}: {len(ended)} of {budget.trials} trials"]
    if early:
        told.append(f"{early} ended early")
    if failed:
        told.append(f"{failed} failed or diverged")
    if passed:
        told.append(f"{passed} passed over, since their settings do not go together")
    if state == "running":
        told.append(f"{running} running")
        left = _seconds_left(study, ended, budget.trials)
        if left is not None:
            told.append(f"about {_duration(left)} left")
    return ", ".join(told) + "."


def _seconds_left(study: Study, ended: Sequence[Trial], wanted: int) -> float | None:
    """How long it takes still, if it goes on as before."""
    spent, limit = study.spent, study.budget.seconds
    left = None if limit is None else max(limit - spent, 0.0)
    if ended and spent:
        by_trials = spent / len(ended) * max(wanted - len(ended), 0)
        left = by_trials if left is None else min(left, by_trials)
    return left


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def state_in_words(trial: Trial) -> str:
    """Say how a trial ended, or where it is."""
    words = {"waiting": "waits", "complete": "complete", "pruned": "ended early"}
    told = words.get(trial.state, trial.state)
    return f"{told}: {trial.problem}" if trial.problem else told
