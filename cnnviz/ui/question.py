"""A question to a network: weights, image, layer. Its answers are kept for all sessions and not computed again."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.arrays import digest
from cnnviz.errors import CnnvizError, SpecError
from cnnviz.explain.heatmap import Heatmap
from cnnviz.explain.methods import METHODS
from cnnviz.results import Results
from cnnviz.runs import Weights
from cnnviz.spec.flops import laptop_seconds
from cnnviz.ui.components.heatmaps import Panel
from cnnviz.ui.jobs import Job, Report, job
from cnnviz.ui.network.models import model

if TYPE_CHECKING:
    import keras

    from cnnviz.explain import RandomisationCheck

__all__ = ["Question"]

_SLOW_S = 0.25  # what takes longer than that on a slow laptop is drawn when it is ready, and the page before it
_KEPT = 128  # heatmaps of 224x224 pixels: 50 MB


@st.cache_resource(show_spinner=False)
def _results() -> Results:
    return Results(_KEPT)


@dataclass(frozen=True, eq=False)
class Question:
    """An image shown to a network; asks its heatmaps once.

    Attributes:
        weights: the network's.
        image: uint8 (height, width, channels).
        layer: of the methods that look at one; None for the last maps.
    """

    weights: Weights
    image: NDArray[np.uint8]
    layer: str | None = None

    @cached_property
    def _state(self) -> tuple[Any, ...]:
        """What answers depend on: the network's file and the image's pixels."""
        return self.weights.key, digest(self.image)

    @property
    def model(self) -> "keras.Model":
        """The network.

        Raises:
            RunError: it does not exist yet, or is damaged.
        """
        return model(self.weights)

    def at_once(self, methods: Iterable[str], class_index: int | None) -> frozenset[str]:
        """Name the methods whose heatmaps are kept, or will all be there before anybody waits."""
        found, spent = set(), 0.0
        for method in methods:
            kept = self._key(method, class_index) in _results()
            takes = 0.0 if kept else laptop_seconds(self.weights.run.spec.model, METHODS[method].passes)
            if kept or spent + takes < _SLOW_S:
                found.add(method)
                spent += takes
        return frozenset(found)

    def heatmap(self, method: str, class_index: int | None) -> Heatmap:
        """Return a method's heatmap.

        Raises:
            CnnvizError: the method does not work on this network.
        """
        from cnnviz.explain import explain

        network, layer = self.model, self._layer_of(method)
        key = self._key(method, class_index)
        return cast(Heatmap, _results().get(key, lambda: explain(network, self.image, method, class_index, layer)))

    def panel(self, title: str, method: str, class_index: int | None, text: str = "") -> Panel:
        """Return a method's heatmap as a picture; where it cannot be made, why.

        Args:
            title: above it.
            method: a name in METHODS.
            class_index: the class that is explained; None for the predicted one.
            text: below it.
        """
        try:
            return Panel.of(title, self.heatmap(method, class_index), text)
        except CnnvizError as error:
            return Panel(title, text=text, empty=error.sentence)

    def heatmap_job(self, method: str, class_index: int | None) -> Job:
        """Make a method's heatmap in the background, or return the job that does; it returns when `heatmap` is quick.

        Raises:
            RunError: the network does not exist yet, or is damaged.
        """
        _ = self.model  # opened here, since a job has no session
        return job(f"heatmap|{self._key(method, class_index)}", lambda report: self._make(method, class_index, report))

    def _make(self, method: str, class_index: int | None, report: Report) -> bool:
        from cnnviz.explain.batching import watched

        with suppress(CnnvizError), watched(lambda done, of: report(done / of, "")):
            self.heatmap(method, class_index)  # why it cannot be made is kept as well
        return True

    def probabilities(self) -> NDArray[np.float64]:
        """Return the probability of each class, (classes,).

        Raises:
            CnnvizError: the network is no classifier.
        """
        from cnnviz.explain import class_probabilities

        network = self.model
        key = (*self._state, "probabilities")
        found: NDArray[np.float64] = _results().get(key, lambda: class_probabilities(network, self.image)[0])
        if not np.isfinite(found).all():
            raise SpecError("the network gives no finite probabilities; choose an earlier snapshot")
        return found

    def check_job(self, method: str, class_index: int | None) -> Job:
        """See in the background what becomes of a heatmap when the network's weights are drawn anew.

        Returns:
            The job, which returns a `RandomisationCheck`; the one that does or did it already where there is one.

        Raises:
            RunError: the network does not exist yet, or is damaged.
        """
        network = self.model

        def check(report: Report) -> "RandomisationCheck":
            from cnnviz.explain import randomisation_check
            from cnnviz.explain.batching import watched

            with watched(lambda done, of: report(done / of, "the weights are drawn anew, layer by layer")):
                return randomisation_check(network, self.image, method, class_index, self._layer_of(method))

        return job(f"check|{self._key(method, class_index)}", check)

    def _layer_of(self, method: str) -> str | None:
        return self.layer if METHODS[method].uses_layer else None

    def _key(self, method: str, class_index: int | None) -> tuple[Any, ...]:
        return (*self._state, method, class_index, self._layer_of(method))
