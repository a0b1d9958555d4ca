"""RunSpec: everything needed to train the same model again."""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from cnnviz.errors import SpecError
from cnnviz.spec.base import Settings
from cnnviz.spec.beginning import ALL, NONE, Beginning
from cnnviz.spec.data import DataSpec
from cnnviz.spec.layers import Shape
from cnnviz.spec.model import CHANNELS, MOST_PARAMETERS, LayerRow, ModelSpec
from cnnviz.spec.train import TrainSpec

__all__ = ["RunSpec"]


class RunSpec(Settings):
    """One training: its data, its network, and how it learns.

    Attributes:
        name: what people call it, up to 80 characters; empty for the preset's name.
        preset: the preset it came from, or None.
        data: which images.
        model: which network.
        train: how it learns.
        beginning: the network it begins with; None for random weights.
        versions: package versions, written when a run is made; not needed to train again.
    """

    format: Literal[1] = 1
    name: str = Field(default="", max_length=80)
    preset: str | None = Field(default=None, max_length=80)
    data: DataSpec = DataSpec()
    model: ModelSpec
    train: TrainSpec = TrainSpec()
    beginning: Beginning | None = None
    versions: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        train, model = self.train, self.model
        if self.data.classes is not None and len(self.data.classes) != model.classes:
            raise SpecError(
                f"the data has {len(self.data.classes)} classes and the model {model.classes}; make them equal"
            )
        if isinstance(train.class_weights, tuple) and len(train.class_weights) != model.classes:
            raise SpecError(
                f"there are {len(train.class_weights)} class weights for {model.classes} classes; give one for each"
            )
        if (train.loss == "binary_crossentropy") != (model.output == "sigmoid") and train.loss is not None:
            raise SpecError(
                f"the loss {train.loss} does not go with the output {model.output}; "
                "leave the loss out and it follows the output"
            )
        self._check_beginning()
        if self.data.validation == 0:
            needs = [
                ("early stopping", train.early_stopping),
                ("the schedule plateau", train.schedule == "plateau"),
                ("keeping the best weights", train.keep == "best"),
            ]
            for what, asked in needs:
                if asked:
                    raise SpecError(f"{what} needs validation images and the validation share is 0; set it to 0.1, say")
        return self

    def _check_beginning(self) -> None:
        beginning, body = self.beginning, self.model.body
        if (beginning is None) != (body is None):
            raise SpecError("a network that begins with another one needs both its name and its layers; give both")
        if beginning is None or body is None:
            return
        names = [row.name for row in body.rows]
        if beginning.frozen not in (ALL, NONE, *names):
            raise SpecError(
                f"the layers up to {beginning.frozen!r:.80} are to be frozen and "
                f"{beginning.title or beginning.network} has no such layer; give {ALL}, {NONE}, "
                f"or one of {', '.join(names[:3])} ... {names[-1]}"
            )
        if beginning.head == "kept" and self.model.layers:
            raise SpecError("a kept head takes no new layers; leave them out, or make the head new")
        if self.trained_parameters > MOST_PARAMETERS:
            raise SpecError(
                f"{self.trained_parameters:,} parameters would learn; at most {MOST_PARAMETERS:,} are allowed, so "
                "freeze more layers"
            )

    @property
    def frozen_rows(self) -> tuple[LayerRow, ...]:
        """The layers that do not learn at all: of the network it begins with, those below and up to the chosen one."""
        if self.beginning is None or self.model.body is None:
            return ()
        below, body = self.model.below, self.model.body.rows
        adapting = below[: len(below) - len(body)]  # they have nothing to learn
        if self.beginning.frozen == ALL:
            return below
        names = [row.name for row in body]
        count = 0 if self.beginning.frozen == NONE else names.index(self.beginning.frozen) + 1
        never = (row for row in body[count:] if row.name.endswith(CHANNELS))  # of a beginning's own beginning
        return (*adapting, *body[:count], *never)

    @property
    def frozen(self) -> frozenset[str]:
        """The names of the layers that are told as frozen: none where all that can learn of the other network does."""
        rows = self.frozen_rows if self.beginning and self.beginning.frozen != NONE else ()
        return frozenset(row.name for row in rows)

    def unlearned(self, name: str) -> Literal["whitened", "frozen", "taken over"] | None:
        """Say of a convolution by name whose kernels do not learn what they are instead; None for one that learns.

        "taken over": frozen as the network that it begins with has them.
        """
        taken_over = any(row.name == name for row in self.frozen_rows)
        return "taken over" if taken_over else self.model.unlearned(name)

    @property
    def computes_once(self) -> bool:
        """Whether everything below the head is frozen, so that what it makes of the images is computed once."""
        return self.beginning is not None and self.beginning.frozen == ALL

    @property
    def copies(self) -> int:
        """How many changed copies of each training image pass through the body too, where that is computed once."""
        if self.beginning is None or not self.computes_once or not self.train.augmentation.active:
            return 0
        return self.beginning.copies

    @property
    def rate_shares(self) -> dict[str, float]:
        """What share of the learning rate each layer below the head takes, 0 where it is frozen.

        The share grows from that of the body's first layer to that of the head, 1, by an equal factor from layer to
        layer ("discriminative fine-tuning", Howard and Ruder 2018).
        """
        if self.beginning is None or self.model.body is None:
            return {}
        rows, early = self.model.body.rows, self.beginning.early_rate
        shares = {row.name: early ** (1 - place / len(rows)) for place, row in enumerate(rows)}
        return {**shares, **{row.name: 0.0 for row in self.frozen_rows}}

    @property
    def trained_parameters(self) -> int:
        """How many weights and offsets learn, or follow what is learned."""
        return self.model.parameters - sum(row.parameters for row in self.frozen_rows)

    @property
    def loss(self) -> str:
        """The loss that is trained on, after following the task where the spec names none."""
        if self.train.loss is not None:
            return self.train.loss
        if self.model.output != "softmax":
            return "binary_crossentropy"
        return "categorical_crossentropy" if self.train.label_smoothing else "sparse_categorical_crossentropy"

    def for_data(self, name: str, shape: Shape, classes: int | Sequence[str]) -> Self:
        """Return this spec for another data set: input and output take its shape and classes.

        Strides and poolings grow with images that are larger than this spec's, so that a preset stays small on photos
        of 224x224 pixels: see `cnnviz.spec.growing`. They do not shrink: a preset that was fitted to large images is
        first taken back by `cnnviz.spec.as_written`.

        Args:
            name: the data set's name.
            shape: its images' (height, width, channels).
            classes: the names of its classes, or how many there are.

        Returns:
            A new spec. A sigmoid output is kept while it fits, and a choice of classes (as in `cats-vs-dogs`) while it
            is the same data set or its names include them. A kept head is made new for another data set.

        Raises:
            SpecError: the network cannot take images of that size; the sentence names the layer.
        """
        height, width, channels = shape
        chosen, names = self.data.classes, () if isinstance(classes, int) else classes
        kept = chosen if chosen and (name == self.data.name or set(chosen) <= set(names)) else None
        count = classes if isinstance(classes, int) else len(classes)
        n_classes = len(kept) if kept else count
        output = self.model.output if n_classes == 2 else "softmax"
        weights = self.train.class_weights
        train = (
            self.train
            if weights in (None, "balanced") or n_classes == self.model.classes
            else self.train.changed(class_weights=None)
        )
        if output != self.model.output:
            train = train.changed(loss=None)
        model = self.model.for_images((height, width, channels), n_classes, output)
        same = (name, n_classes) == (self.data.name, self.model.classes)
        beginning = self.beginning if same or self.beginning is None else self.beginning.changed(head="new")
        data = self.data.changed(name=name, classes=kept)
        return self.changed(data=data, model=model, train=train, beginning=beginning)
