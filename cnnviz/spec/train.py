"""TrainSpec: how a network learns."""

from typing import Literal, Self

from pydantic import Field, model_validator

from cnnviz.errors import SpecError
from cnnviz.spec.base import Settings

__all__ = ["Augmentation", "TrainSpec"]


_LARGEST_WEIGHT = 1e6  # beyond it the loss overflows before anything is learned


class Augmentation(Settings):
    """Random changes to a training image, new in every epoch; all zero means none.

    Attributes:
        flip: mirror left and right, half of the time.
        alternate: mirror, where `flip` is chosen, each image in every other epoch instead of at random: two epochs show
            both of its sides (Jordan 2024).
        shift: move by up to this share of the side, both ways, in whole pixels.
        rotation: turn by up to this many degrees, both ways.
        zoom: enlarge or shrink by up to this share.
        contrast: strengthen or weaken the contrast by up to this share.
    """

    flip: bool = False
    alternate: bool = False
    shift: float = Field(default=0.0, ge=0, le=0.5)
    rotation: float = Field(default=0.0, ge=0, le=180)
    zoom: float = Field(default=0.0, ge=0, le=0.5)
    contrast: float = Field(default=0.0, ge=0, le=0.9)

    @property
    def active(self) -> bool:
        """Whether any change is asked for."""
        return self.changed(alternate=False) != Augmentation()


class TrainSpec(Settings):
    """How a network learns.

    Attributes:
        epochs: times every training image is seen.
        batch_size: images a step. 64: small enough to learn within minutes, large enough for two cores.
        seconds: a time to train in; the number of epochs and images is then chosen by measuring. None for `epochs`.
        optimizer: "adam" (Kingma and Ba 2015) or "sgd".
        learning_rate: the step size, or the highest of a schedule. 0.001 is Adam's own.
        momentum: of "sgd", 0 to 1.
        nesterov: Nesterov's momentum, of "sgd".
        weight_decay: share of every weight that a step takes off, times its learning rate (decoupled: Loshchilov and
            Hutter 2019). With Adam 0.004 is usual, with a rate of 0.001.
        offset_rate: how many times faster the offsets of batch normalisations learn, of "sgd" (Jordan 2024).
        schedule: how the learning rate changes: "constant"; "cosine" falls to zero (Loshchilov and Hutter 2017);
            "one_cycle" rises in a straight line and falls in another (Smith 2018); "plateau" is multiplied by
            `plateau_factor` after `plateau_patience` epochs in which the validation loss did not fall.
        warm_up: share of the steps in which "one_cycle" rises.
        final_rate: where "one_cycle" ends, as a share of the highest rate.
        loss: None follows the task: binary cross-entropy for a sigmoid, categorical with label smoothing, else sparse.
        label_smoothing: share of the target spread over all classes (Szegedy et al. 2016).
        class_weights: "balanced" makes rare classes count more; a tuple gives a weight for each class. The validation
            loss, by which is stopped and kept, is weighed the same way.
        early_stopping: stop after this many epochs in which the validation loss did not fall; None never.
        keep: which weights become the run's model: the "last", or the "best" by validation loss.
        averaging: "none"; "ema", a moving average of the weights (Polyak and Juditsky 1992); "lookahead", which also
            goes on from the average (Zhang et al. 2019). The averaged weights are what is validated, shown and saved.
        averaging_decay: the share of the average that a step keeps at the run's end. It grows with the cube of the
            steps taken: at first the weights change too much for an average of them to say anything (Jordan 2024).
        averaging_every: steps between two updates of the average.
        views: how many views of each test image the end's additional measurement looks at: 1 for none, 2 with the
            mirror image, 6 with shifts by a pixel too. The plain accuracy is always measured, and never mixed with it.
        tests: when the test images are predicted: with the weights of every "epoch"; once, at the "end"; or "never", as
            in a search, which must not choose by them.
        augmentation: random changes to training images.
        seed: of the first weights, the order of images, and everything random.
    """

    epochs: int = Field(default=10, ge=1, le=1000)
    batch_size: int = Field(default=64, ge=1, le=4096)
    seconds: float | None = Field(default=None, ge=1, le=7 * 24 * 3600)
    optimizer: Literal["adam", "sgd"] = "adam"
    learning_rate: float = Field(default=1e-3, gt=0, le=100)
    momentum: float = Field(default=0.9, ge=0, lt=1)
    nesterov: bool = True
    weight_decay: float = Field(default=0.0, ge=0, le=1)
    offset_rate: float = Field(default=1.0, gt=0, le=1000)
    schedule: Literal["constant", "cosine", "one_cycle", "plateau"] = "constant"
    warm_up: float = Field(default=1 / 3, ge=0, le=1)
    final_rate: float = Field(default=0.0, ge=0, le=1)
    plateau_factor: float = Field(default=0.5, gt=0, lt=1)
    plateau_patience: int = Field(default=2, ge=1, le=100)
    loss: Literal["sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy"] | None = None
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    class_weights: Literal["balanced"] | tuple[float, ...] | None = None
    early_stopping: int | None = Field(default=None, ge=1, le=1000)
    keep: Literal["last", "best"] = "last"
    averaging: Literal["none", "ema", "lookahead"] = "none"
    averaging_decay: float = Field(default=0.95, ge=0, lt=1)
    averaging_every: int = Field(default=5, ge=1, le=10_000)
    views: Literal[1, 2, 6] = 1
    tests: Literal["epoch", "end", "never"] = "epoch"
    augmentation: Augmentation = Augmentation()
    seed: int = Field(default=0, ge=0, lt=2**31)

    @model_validator(mode="after")
    def _works(self) -> Self:
        if isinstance(self.class_weights, tuple) and (
            min(self.class_weights, default=0) < 0
            or max(self.class_weights, default=0) > _LARGEST_WEIGHT
            or not any(self.class_weights)
        ):
            raise SpecError(
                f"the class weights are {self.class_weights!s:.80}; give one number from 0 to "
                f"{_LARGEST_WEIGHT:,.0f} for each class, not all 0"
            )
        if self.offset_rate != 1 and self.optimizer != "sgd":
            raise SpecError(
                f"the offsets' rate is {self.offset_rate:g} and the optimiser {self.optimizer}, which gives each "
                "weight a step of its own anyway; choose sgd or an offsets' rate of 1"
            )
        if self.label_smoothing and self.loss == "sparse_categorical_crossentropy":
            raise SpecError(
                "label smoothing does not work with sparse categorical cross-entropy; "
                "choose categorical cross-entropy or a label smoothing of 0"
            )
        return self
