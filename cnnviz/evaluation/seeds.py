"""Runs that differ in nothing but their seed: how much of a difference chance alone makes."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from cnnviz.errors import SpecError
from cnnviz.evaluation.differences import values_that_differ
from cnnviz.evaluation.report import Evaluation
from cnnviz.spec import RunSpec
from cnnviz.words import percent

__all__ = ["SeedSpread", "only_seeds_differ", "seed_spread", "seeds_in_words"]


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


def seeds_in_words(specs: Sequence[RunSpec], reports: Sequence[Evaluation | None]) -> str:
    """Say what runs that differ only in their seed show.

    Args:
        specs: of two or more runs.
        reports: on each, None where it was not measured; of the same test images.

    Returns:
        Two sentences; nothing where anything else differs.
    """
    if not only_seeds_differ(specs):
        return ""
    told = "These runs differ only in their seed, so this is how much one training differs from the next."
    accuracies = [report.accuracy for report in reports if report]
    if len(accuracies) < 2:
        return told
    spread = seed_spread(accuracies)
    return (
        f"{told} Mean test accuracy {percent(spread.mean)}, from {percent(spread.least)} to {percent(spread.largest)}; "
        f"standard deviation {100 * spread.deviation:.2g} points over {spread.count} seeds."
    )
