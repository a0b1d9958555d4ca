"""What a search for a learning rate finds: the loss while the rate grew, and the rate that this suggests.

Numbers only; `cnnviz.training.finding_rate` trains.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from cnnviz.spec import RunSpec, TrainSpec

__all__ = ["Ending", "RateCurve", "growing_rates", "has_risen", "role_of_rate", "searched_with"]

Values = NDArray[np.float64]
Ending = Literal["whole", "risen", "not a number"]

_LOWEST, _HIGHEST = 1e-6, 100.0  # the highest that a run may have
_IMAGES_A_DECADE = 1024  # of rates; small batches differ much from each other, so more of them are looked at
_FEWEST, _MOST = 10, 64  # steps a decade
_REACH = 0.5  # decades, both ways, over which losses are averaged
_FAR = 2.0  # times the loss at the beginning: then it has risen
_COUNTED = 4.0  # times the loss at the beginning: a larger one counts as that, or it would reach far back
_CLEARLY = (
    5.0  # standard deviations of the smoothed loss; without learning, its lowest value was 2 to 4 below the first
)
_WITHOUT = (  # what a search does not look at: the rate itself, the run's length, and what depends on that
    "learning_rate",
    *("epochs", "seconds", "early_stopping", "keep", "views"),
    *("schedule", "warm_up", "final_rate", "plateau_factor", "plateau_patience"),
    *("averaging", "averaging_decay", "averaging_every"),
)
_ROLES = {
    "constant": "the rate of every step",
    "cosine": "the rate from which the cosine falls",
    "one_cycle": "the highest rate of the one cycle",
    "plateau": "the rate that it begins with",
}


@dataclass(frozen=True, eq=False)
class RateCurve:
    """The loss of a training in which the learning rate grows from step to step.

    Attributes:
        rates: (n,) the learning rate of each step, by an equal factor larger than the one before.
        losses: (n,) the loss of each step's batch before its update, penalties included.
        smoothed: (n,) the same, averaged over half a decade of rates both ways.
        suggested: the rate at which the smoothed loss fell most steeply, with two digits; None where none stands out.
        remark: why there is none, in one sentence; empty where there is one.
        ending: "whole" where all rates were tried; else the loss had "risen" far above where it began, or the next one
            was "not a number".
    """

    rates: Values
    losses: Values
    smoothed: Values
    suggested: float | None
    remark: str
    ending: Ending

    @classmethod
    def of(cls, rates: Sequence[float] | Values, losses: Sequence[float] | Values, ending: Ending = "whole") -> Self:
        """Smooth the losses and choose a rate.

        The rule: where the smoothed loss falls most steeply over the logarithm of the rate, its slope averaged as the
        loss is, of all places before the lowest one. There the network learns fastest, and the rate is well below the
        one at which it learns no more.

        Args:
            rates: (n,) as `growing_rates` gives them.
            losses: (n,) finite.
            ending: why there are no more.
        """
        rates, losses = np.asarray(rates, np.float64), np.asarray(losses, np.float64)
        smoothed = _smoothed(losses, _reach(rates))
        suggested, remark = _suggestion(rates, losses, smoothed)
        return cls(rates, losses, smoothed, suggested, remark, ending)

    @property
    def best(self) -> int:
        """The step at which the smoothed loss is lowest."""
        return int(np.argmin(self.smoothed))


def growing_rates(batch_size: int) -> Values:
    """Return the rates that are tried, from 0.000001 to 100, each by an equal factor larger than the one before.

    Args:
        batch_size: images a step; the smaller, the more steps, since single losses then say less.
    """
    a_decade = int(np.clip(_IMAGES_A_DECADE // batch_size, _FEWEST, _MOST))
    decades = round(np.log10(_HIGHEST / _LOWEST))
    return np.geomspace(_LOWEST, _HIGHEST, decades * a_decade + 1)


def has_risen(rates: Values, losses: Sequence[float]) -> bool:
    """Say whether the loss has risen so far that larger rates need not be tried.

    Args:
        rates: all that are to be tried.
        losses: of the steps so far.
    """
    reach = _reach(rates)
    known = np.asarray(losses, np.float64)
    return len(known) > 2 * reach and bool(_smoothed(known, reach)[-1] > _FAR * _beginning(known, reach))


def searched_with(spec: RunSpec) -> RunSpec:
    """Return settings without those that play no part in a search: where they are equal, so is what it finds."""
    usual = TrainSpec()
    same = {name: getattr(usual, name) for name in _WITHOUT}
    return spec.changed(name="", preset=None, versions={}, train=spec.train.changed(**same))


def role_of_rate(train: TrainSpec) -> str:
    """Say what the learning rate of these settings is: of its schedule the highest, say."""
    return _ROLES[train.schedule]


def _reach(rates: Values) -> int:
    """How many steps half a decade has."""
    return max(1, round(_REACH / np.log10(rates[1] / rates[0]))) if len(rates) > 1 else 1


def _beginning(losses: Values, reach: int) -> float:
    """The loss before anything is learned."""
    return float(np.mean(losses[:reach]))


def _window(reach: int) -> Values:
    """Weights of a mean over so many steps both ways: a raised cosine, which ends, so that what follows is left out."""
    return np.hanning(2 * reach + 3)[1:-1]


def _averaged(values: Values, reach: int) -> Values:
    """Return the mean around each step (n,), near the ends of those that there are."""
    window, inner = _window(reach), slice(reach, reach + len(values))
    return np.convolve(values, window)[inner] / np.convolve(np.ones_like(values), window)[inner]


def _smoothed(losses: Values, reach: int) -> Values:
    if not len(losses):
        return losses
    return _averaged(np.minimum(losses, _COUNTED * _beginning(losses, reach)), reach)


def _suggestion(rates: Values, losses: Values, smoothed: Values) -> tuple[float | None, str]:
    """Return the rate, or None and why there is none."""
    reach = _reach(rates)
    if len(losses) <= 2 * reach:
        return None, (
            "The loss was not a number from the first steps on, at rates that hardly change anything, so there is "
            "nothing to choose from; other layers or images are needed."
        )
    lowest = int(np.argmin(smoothed))
    window = _window(reach)
    calmed = float(np.sqrt(np.sum(window**2)) / np.sum(window))  # what is left in a mean of how single losses vary
    varies = calmed * float(np.std(losses[: lowest + 1] - smoothed[: lowest + 1]))
    if lowest < reach or _beginning(losses, reach) - smoothed[lowest] <= _CLEARLY * varies:
        return None, (
            "At no rate did the loss fall by more than it differs from batch to batch anyway, so none stands out; "
            "larger batches make that clearer, and a network that has learned all it can shows no fall."
        )
    slopes = _averaged(np.gradient(smoothed[: lowest + 1]), reach)  # of single steps they are mostly noise
    steepest = int(np.argmin(slopes))
    return float(f"{rates[steepest]:.2g}"), ""
