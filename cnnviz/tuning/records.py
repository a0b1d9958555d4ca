"""What a study has found so far, as records: its trials, the best of them, what mattered. Nothing here needs Keras."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cnnviz.tuning.ranges import Value
from cnnviz.tuning.study_spec import OBJECTIVES, Objective, StudySpec

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

__all__ = ["CURVE", "ENDED", "OUTCOME", "PROBLEM", "RUN", "SECONDS", "Trial", "TrialState", "best_of", "trial_of"]

TrialState = Literal["waiting", "running", "complete", "pruned", "diverged", "failed", "passed over"]

# The states of a trial that was trained, however that ended: these are counted.
ENDED: frozenset[TrialState] = frozenset({"complete", "pruned", "diverged", "failed"})

# What is kept with a trial in the database beside its values.
CURVE, OUTCOME, RUN, PROBLEM, SECONDS = "curve", "outcome", "run_id", "problem", "seconds"


@dataclass(frozen=True)
class Trial:
    """One trial of a study.

    Attributes:
        number: from 0.
        state: "waiting" for those whose results decide what it has; "running"; "complete"; "pruned", ended early since
            it did worse than others; "diverged"; "failed"; "passed over", not trained since its settings do not go
            together.
        settings: the values it has of what is searched; empty while it waits.
        values: of the objectives, in their order; empty unless it is complete.
        curve: the first objective after each epoch so far.
        run_id: of its run; empty where it has none.
        problem: why it was passed over, or failed, or ended early; one sentence, or empty.
        seconds: how long its run took; 0 before its end.
    """

    number: int
    state: TrialState
    settings: Mapping[str, Value]
    values: tuple[float, ...] = ()
    curve: tuple[float, ...] = ()
    run_id: str = ""
    problem: str = ""
    seconds: float = 0.0

    @property
    def value(self) -> float | None:
        """The first objective, or None before the end."""
        return self.values[0] if self.values else None

    @property
    def ended(self) -> bool:
        """Whether it was trained and has ended, in whatever way."""
        return self.state in ENDED


def trial_of(frozen: "FrozenTrial") -> Trial:
    """Return the record of a trial as Optuna has it."""
    said = frozen.user_attrs
    name = frozen.state.name
    state: TrialState
    if name == "COMPLETE":
        state = "complete"
    elif name == "FAIL":
        state = "failed"
    elif name == "PRUNED":
        state = {"diverged": "diverged", "passed over": "passed over"}.get(said.get(OUTCOME, ""), "pruned")  # type: ignore[assignment]
    else:
        state = "running" if said.get(RUN) else "waiting"
    # of several objectives Optuna keeps no curve
    curve = [value for _, value in sorted(frozen.intermediate_values.items())] or said.get(CURVE, [])
    return Trial(
        number=frozen.number,
        state=state,
        settings=dict(frozen.params),
        values=tuple(frozen.values or ()) if state == "complete" else (),
        curve=tuple(curve),
        run_id=str(said.get(RUN, "")),
        problem=str(said.get(PROBLEM, "")),
        seconds=float(said.get(SECONDS, 0.0)),
    )


def best_of(trials: Sequence[Trial], spec: StudySpec) -> tuple[Trial, ...]:
    """Return the best trials: one, or with several objectives all that no other beats, by the first objective.

    Of equal ones the earliest is the best, so that the same trials always have the same best.
    """
    complete = [trial for trial in trials if trial.state == "complete"]
    signs = [1.0 if OBJECTIVES[one][1] else -1.0 for one in spec.objectives]

    def worth(trial: Trial) -> tuple[float, ...]:
        return tuple(sign * value for sign, value in zip(signs, trial.values, strict=True))

    def beaten(trial: Trial) -> bool:
        mine = worth(trial)
        return any(
            other is not trial
            and all(theirs >= own for theirs, own in zip(worth(other), mine, strict=True))
            and (worth(other) != mine or other.number < trial.number)
            for other in complete
        )

    front = [trial for trial in complete if not beaten(trial)]
    return tuple(sorted(front, key=lambda trial: (worth(trial)[0], -trial.number), reverse=True))


def shown(objective: Objective, value: float) -> str:
    """Return an objective's value for people."""
    if objective == "accuracy":
        return f"{100 * value:.1f} %"
    return f"{value:,.0f}" if objective == "parameters" else f"{value:.4g}"
