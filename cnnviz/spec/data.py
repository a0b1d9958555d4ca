"""DataSpec: which images a run learns from."""

from typing import Self

from pydantic import Field, model_validator

from cnnviz.errors import SpecError
from cnnviz.spec.base import Settings

__all__ = ["DataSpec"]


class DataSpec(Settings):
    """Which data set, which part of it, and how much is held back to validate on.

    Attributes:
        name: the data set's name.
        validation: share of the training images held back, 0 to 0.5, the same share of every class. A tenth, because
            5,000 of CIFAR-10's images give the accuracy to about one point. Of a data set that brings validation
            images any share above 0 takes all of these.
        train_images: use only that many training images, the same share of every class; None for all.
        classes: use only these classes, relabelled in this order; None for all.
    """

    name: str = Field(default="cifar10-sample", pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    validation: float = Field(default=0.1, ge=0, le=0.5)
    train_images: int | None = Field(default=None, ge=2, le=10_000_000)
    classes: tuple[str, ...] | None = Field(default=None, max_length=1000)

    @model_validator(mode="after")
    def _classes_differ(self) -> Self:
        if self.classes is not None and (len(self.classes) < 2 or len(set(self.classes)) < len(self.classes)):
            raise SpecError(f"the classes are {', '.join(self.classes) or 'none'}; give at least two different ones")
        return self
