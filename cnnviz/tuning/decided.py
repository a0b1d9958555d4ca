"""A sampler for Optuna that draws nothing: the values of a trial are decided before they are written down."""

from collections.abc import Mapping
from typing import Any

from optuna import Study
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial

from cnnviz.tuning.ranges import Value

__all__ = ["Decided"]


class Decided(BaseSampler):
    """Gives each trial the values that were decided for it.

    Attributes:
        values: of each trial, by its number and the setting's name.
    """

    def __init__(self) -> None:
        self.values: dict[int, Mapping[str, Value]] = {}

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Return nothing: all values are given one by one."""
        return {}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Return nothing: all values are given one by one."""
        return {}

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """Return what was decided."""
        return self.values[trial.number][param_name]
