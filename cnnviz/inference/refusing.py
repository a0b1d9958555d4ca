"""The rule by which a network says "none of my classes": thresholds, and how far an image is from those it knows."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.evaluation.neighbours import distances
from cnnviz.inference.abstaining import Abstention

if TYPE_CHECKING:
    import keras

__all__ = ["Rule"]


@dataclass(frozen=True, eq=False)
class Rule:
    """When a network abstains.

    Attributes:
        abstention: thresholds, temperature and cost.
        features: those of the training images, (n, features); None where the distance to them does not count.
        whole: whether these are all training images, and not those of them that came with cnnviz.
    """

    abstention: Abstention
    features: NDArray[np.float32] | None = None
    whole: bool = True

    def distances(self, model: "keras.Model", images: NDArray[np.uint8]) -> NDArray[np.float64] | None:
        """Return (n,) how far images (n, height, width, channels) are from the training images, where that counts."""
        if self.features is None:
            return None
        from cnnviz.explain.features import penultimate  # imports Keras, which takes seconds

        return distances(self.features, penultimate(model, images))

    @property
    def in_words(self) -> str:
        """How its probabilities were scaled, and when it answers, in a sentence."""
        rule, by = self.abstention, f"{self.abstention.temperature:.2f}"
        if rule.temperature > 1.005:
            how = (
                f"It was too sure of itself: its logits are divided by {by} (temperature scaling), which moves all bars"
            )
        elif rule.temperature < 0.995:
            how = f"It was not sure enough of itself: its logits are divided by {by} (temperature scaling)"
        else:
            how = "Its probabilities needed no scaling"
        limit = {
            "probability": f"it answers where its largest probability is at least {100 * rule.threshold:.0f} %",
            "energy": f"it answers where T log Σ exp(logit / T), the negative energy, is at least {rule.threshold:.2f}",
        }[rule.score]
        far = ""
        if rule.distance is not None:
            far = (
                f", and where the features of the photo are at most {rule.distance:.2g} (cosine distance) from those "
                f"of its tenth-nearest training image{self._of_those}"
            )
        return f"{how}; {limit}{far}."

    @property
    def _of_those(self) -> str:
        if self.whole or self.features is None:
            return ""
        return f" of the {len(self.features):,} that came with cnnviz (its whole data set is not on this machine)"
