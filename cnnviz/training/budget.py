"""How much can be learned in a given time."""

from dataclasses import dataclass

__all__ = ["Plan", "plan_for_seconds"]


@dataclass(frozen=True)
class Plan:
    """How many epochs over how many training images.

    Attributes:
        epochs: at least 1.
        images: training images an epoch, a multiple of nothing; at least 1.
        batch_size: images a step.
    """

    epochs: int
    images: int
    batch_size: int

    @property
    def steps_per_epoch(self) -> int:
        """Steps of one epoch, the last one possibly with a smaller batch."""
        return -(-self.images // self.batch_size)

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return self.epochs * self.steps_per_epoch


def plan_for_seconds(seconds: float, images: int, batch_size: int, images_per_second: float, looking_s: float) -> Plan:
    """Choose epochs and images that fit a time.

    As many whole epochs as fit; where not even one fits, one epoch over fewer images, each seen once: new images teach
    more than the same ones again.

    Args:
        seconds: the time that is left.
        images: training images there are.
        batch_size: images a step.
        images_per_second: measured rate of training.
        looking_s: seconds to validate and predict after an epoch; needed once more at the end.
    """
    epoch_s = images / images_per_second + looking_s
    epochs = int((seconds - looking_s) / epoch_s)
    if epochs >= 1:
        return Plan(epochs, images, batch_size)
    affordable = int((seconds - 2 * looking_s) * images_per_second) // batch_size * batch_size
    return Plan(1, min(images, max(affordable, batch_size)), batch_size)
