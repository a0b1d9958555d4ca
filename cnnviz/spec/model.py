"""ModelSpec: a network as a list of layers, and the table of what each one makes."""

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Self

from pydantic import Field, model_validator

from cnnviz.errors import SpecError
from cnnviz.spec.base import Settings
from cnnviz.spec.growing import grown, halvings
from cnnviz.spec.layers import Convolution, Dense, Flatten, GlobalPooling, Layer, Shape

__all__ = ["Body", "LayerRow", "ModelSpec", "Output"]

# Parameters take 16 bytes each while training with Adam (value, gradient, two moments). Networks from elsewhere are not
# trained here; what is accepted of them is bounded where they come in.
MOST_PARAMETERS = 50_000_000

# What a network's outputs are: the probabilities of classes that exclude each other, one number for the second of two
# classes, or probabilities each of its own, which need not add up to 1.
Output = Literal["softmax", "sigmoid", "independent"]


@dataclass(frozen=True)
class LayerRow:
    """One layer of a network: its name in Keras and what it makes of one image.

    Attributes:
        name: the Keras layer's name, such as "conv2d_1".
        kind: the settings' kind, or "output" for the last rows.
        output_shape: (height, width, channels) or (features,).
        parameters: weights, those that are not trained included.
        multiply_adds: products with weights in one image's forward pass.
    """

    name: str
    kind: str
    output_shape: Shape
    parameters: int
    multiply_adds: int


class Body(Settings):
    """The layers that a network takes over from another one.

    Attributes:
        input_shape: (height, width, channels) of the images that they take; others are brought to it first.
        rows: what each makes of one image. The last one's output goes on.
    """

    input_shape: tuple[int, int, int]
    rows: tuple[LayerRow, ...] = Field(min_length=1, max_length=2000)

    @classmethod
    def of(cls, model: "ModelSpec") -> Self:
        """Return the body of a network: all before its last layer with weights.

        Raises:
            SpecError: nothing comes before that.
        """
        weighted = [number for number, row in enumerate(model.rows) if row.parameters]
        rows = model.rows[: weighted[-1]] if weighted else ()
        if not any(row.parameters for row in rows):
            raise SpecError(
                "this network has no layers with weights before its last one, so there is nothing to begin with; "
                "choose another one"
            )
        return cls(input_shape=model.input_shape, rows=tuple(replace(row, name=free_name(row.name)) for row in rows))

    def at(self, side: int) -> Self:
        """Return this body for square images of another size.

        Args:
            side: in pixels.

        Raises:
            SpecError: it takes images of one size alone: it does not end in global pooling, or its maps are no whole
                fractions of the image, as convolutions that lose the border make them.
        """
        height, width, channels = self.input_shape
        maps = [row.output_shape for row in self.rows if len(row.output_shape) == 3]
        whole = all(height % rows == 0 and width % columns == 0 for rows, columns, _ in maps)
        if (side, side) == (height, width):
            return self
        if not whole or any(row.kind == "flatten" for row in self.rows):
            raise SpecError(f"this network takes images of {height}x{width} pixels alone; leave the size out")
        share = side * side / (height * width)

        def row_at(row: LayerRow) -> LayerRow:
            if len(row.output_shape) != 3:
                return row
            rows, columns, filters = row.output_shape
            shape = (-(-side * rows // height), -(-side * columns // width), filters)
            return replace(row, output_shape=shape, multiply_adds=round(row.multiply_adds * share))

        return self.changed(input_shape=(side, side, channels), rows=tuple(map(row_at, self.rows)))

    def adapting(self, shape: tuple[int, int, int]) -> tuple[LayerRow, ...]:
        """Return the layers that bring images of another shape (height, width, channels) to that of the body."""
        rows = []
        if shape[2] != self.input_shape[2]:
            size = (*shape[:2], self.input_shape[2])
            parameters = shape[2] * size[2]
            rows.append(LayerRow(CHANNELS, "other", size, parameters, parameters * shape[0] * shape[1]))
        if shape[:2] != self.input_shape[:2]:
            rows.append(LayerRow(RESIZING, "other", self.input_shape, 0, 0))
        return tuple(rows)


RESIZING, CHANNELS = "to_size", "to_channels"
_OWN = {"image", "logits", "probabilities", "output_pooling", RESIZING, CHANNELS}


def free_name(name: str) -> str:
    """Return the name of a layer in a network that takes it over, which has layers of its own by some names."""
    return f"body_{name}" if name in _OWN else name


class ModelSpec(Settings):
    """A convolutional network: input, layers, output.

    The output is built from `classes` and `output`: a dense layer named "logits", then "probabilities" (softmax over
    the classes, or one sigmoid that gives the second class's probability). Feature maps that reach the output are
    averaged over the image first, as a network without dense layers does (Lin et al. 2013).

    A network from elsewhere has no layers here, which cannot be built; `foreign` is the table of what it has. Its
    output may also be "independent": a probability for each class that says nothing of the others.

    A network that begins with another one has the body of that below its own layers; see `cnnviz.spec.Beginning`.

    Raises:
        SpecError: a layer cannot take what the one before gives; the sentence names the layer.
    """

    input_shape: tuple[int, int, int] = (32, 32, 3)
    layers: tuple[Layer, ...] = Field(default=(), max_length=200)
    foreign: tuple[LayerRow, ...] = Field(default=(), max_length=2000)
    body: Body | None = None
    classes: int = Field(default=10, ge=2, le=1000)
    output: Output = "softmax"

    @model_validator(mode="after")
    def _works(self) -> Self:
        height, width, channels = self.input_shape
        if not (4 <= height <= 512 and 4 <= width <= 512):
            raise SpecError(f"the input is {height}x{width} pixels; each side must be from 4 to 512")
        if channels not in (1, 3):
            raise SpecError(f"the input has {channels} channels; 1 (grey) and 3 (RGB) are possible")
        if self.output == "sigmoid" and self.classes != 2:
            raise SpecError(f'the output "sigmoid" tells 2 classes apart, not {self.classes}; use "softmax"')
        if self.output == "independent" and not self.foreign:
            raise SpecError(
                'the output "independent" is for networks from elsewhere, since those trained here tell classes apart '
                'that exclude each other; use "softmax"'
            )
        if self.foreign and (self.layers or self.body):
            raise SpecError("the network has layers of its own and the table of another; give one of them")
        for number, layer in enumerate(self.layers if self.body else self.layers[1:], 1 if self.body else 2):
            if isinstance(layer, Convolution) and layer.initial == "whitened":
                raise SpecError(
                    f"layer {number} ({layer.kind}) begins with whitened kernels, which are made of the images' "
                    "patches; only the first layer sees those, so choose random or identity here"
                )
        if self.parameters > MOST_PARAMETERS and not self.foreign and not self.body:
            raise SpecError(
                f"this network has {self.parameters:,} parameters; at most {MOST_PARAMETERS:,} are allowed, "
                "so use fewer units or one more pooling"
            )
        return self

    def unlearned(self, name: str) -> Literal["whitened", "frozen"] | None:
        """Say of a convolution by name whose kernels do not learn what they are instead; None for one that learns."""
        below = len(self.below)
        names = (row.name for row in self.rows[below:] if row.kind == "convolution")
        convolutions = (layer for layer in self.layers if isinstance(layer, Convolution))
        found = next((layer for known, layer in zip(names, convolutions, strict=False) if known == name), None)
        if found is None or not found.frozen:
            return None
        return "whitened" if found.initial == "whitened" else "frozen"

    def for_images(self, shape: tuple[int, int, int], classes: int, output: Output) -> Self:
        """Return this network for other images and classes.

        A first layer that has all whitened kernels has all again. Strides and poolings grow where the images are larger
        than these, see `cnnviz.spec.growing`; they do not shrink.

        Raises:
            SpecError: it cannot take images of that shape; the sentence names the layer.
        """
        layers = self.layers
        if layers and isinstance(first := layers[0], Convolution) and first.initial == "whitened":
            before, most = (first.most_whitened(size[2]) for size in (self.input_shape, shape))
            filters = most if first.filters == before else min(first.filters, most)
            layers = (first.changed(filters=filters), *layers[1:])
        if self.body is None:
            layers = grown(layers, shape, halvings(shape) - halvings(self.input_shape))
        return self.changed(input_shape=shape, layers=layers, classes=classes, output=output)

    @property
    def names(self) -> tuple[str, ...]:
        """The Keras name of each layer: kind and running number, counted per kind from 1; those of a body are taken."""
        taken = {row.name for row in self.below}
        counts: Counter[str] = Counter()
        names = []
        for layer in self.layers:
            name = ""
            while not name or name in taken:
                counts[layer.keras_name] += 1
                name = f"{layer.keras_name}_{counts[layer.keras_name]}"
            names.append(name)
        return tuple(names)

    @property
    def below(self) -> tuple[LayerRow, ...]:
        """The rows below its own layers: the body, and what brings images to it; none where it has no body."""
        return (*self.body.adapting(self.input_shape), *self.body.rows) if self.body else ()

    @property
    def frozen_convolutions(self) -> tuple[str, ...]:
        """The names of its own convolutions whose kernels do not learn."""
        pairs = zip(self.names, self.layers, strict=True)
        return tuple(name for name, layer in pairs if isinstance(layer, Convolution) and layer.frozen)

    @property
    def output_layers(self) -> tuple[tuple[str, Layer], ...]:
        """The layers that end the network, as (name, settings), the activation after the logits left out."""
        images = not any(isinstance(layer, Flatten | GlobalPooling) for layer in self.layers)
        if self.body and len(self.body.rows[-1].output_shape) == 1:
            images = False
        units = 1 if self.output == "sigmoid" else self.classes
        logits = ("logits", Dense(units=units, activation="linear"))
        return (("output_pooling", GlobalPooling()), logits) if images else (logits,)

    @property
    def named_layers(self) -> tuple[tuple[str, Layer], ...]:
        """Its own layers and those that end it, as (name, settings); of a network with a body they are its head."""
        return (*zip(self.names, self.layers, strict=True), *self.output_layers)

    @cached_property
    def rows(self) -> tuple[LayerRow, ...]:
        """The table of the network's layers, output included.

        Raises:
            SpecError: a layer cannot take what the one before gives.
        """
        if self.foreign:
            return self.foreign
        rows = list(self.below)
        below = len(rows)
        shape: Shape = rows[-1].output_shape if rows else self.input_shape
        for name, layer in self.named_layers:
            try:
                output = layer.output_shape(shape)
            except SpecError as error:
                raise SpecError(f"layer {len(rows) + 1} ({name}) cannot work: {error}") from error
            kind = layer.kind if len(rows) < below + len(self.layers) else "output"
            rows.append(LayerRow(name, kind, output, layer.parameters(shape), layer.multiply_adds(shape)))
            shape = output
        return tuple(rows)

    @property
    def parameters(self) -> int:
        """How many weights and offsets it has."""
        return sum(row.parameters for row in self.rows)

    @property
    def multiply_adds(self) -> int:
        """How many products, each added to others, one image takes."""
        return sum(row.multiply_adds for row in self.rows)
