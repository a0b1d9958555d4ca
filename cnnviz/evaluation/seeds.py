"""Runs that differ in nothing but their seed: how much of a difference chance alone makes."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from cnnviz.errors import SpecError
from cnnviz.evaluation.differences import values_that_differ
from cnnviz.spec import RunSpec

__all__ = ["SeedSpread", "only_seeds_differ", "seed_spread"]


@dataclass(frozen=True)
class SeedSpread:
    """What the same settings gave with several seeds.

    Attributes:
        count: how many runs.
        mean: of their values.
        deviation: their standard deviation, estimated with count - 1.
        least, largest: the ends of what they gave.
    """

    count: int
    mean: float
    deviation: float
    least: float
    largest: float


def only_seeds_differ(specs: Sequence[RunSpec]) -> bool:
    """Say whether runs have all their settings in common but the seed.

    Args:
        specs: at least two.
    """
    return list(values_that_differ(specs)) == ["seed"]


def seed_spread(values: Sequence[float]) -> SeedSpread:
    """Describe what the same settings gave with several seeds.

    Args:
        values: such as the accuracies, one for each seed; at least two.

    Raises:
        SpecError: fewer than two.
    """
    if len(values) < 2:
        raise SpecError(f"the spread over seeds was asked of {len(values)} runs, expected at least 2; train another")
    return SeedSpread(len(values), mean(values), stdev(values), min(values), max(values))
