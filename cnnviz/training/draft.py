"""Draft: a run that is being set up. It may not work yet; it says why, and how far it does."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self

from cnnviz.data import DatasetInfo, are_characters
from cnnviz.errors import SpecError
from cnnviz.runs import Run
from cnnviz.runs.beginning import beginning_with, gentle
from cnnviz.runs.presets import find_preset
from cnnviz.spec import (
    ALL,
    Beginning,
    Body,
    DataSpec,
    Layer,
    LayerRow,
    ModelSpec,
    RunSpec,
    Shape,
    TrainSpec,
    as_written,
)
from cnnviz.spec.words import named

__all__ = ["Draft", "Table", "suggested_preset"]

_Output = Literal["softmax", "sigmoid"]


@dataclass(frozen=True)
class Table:
    """What each layer makes of one image, as far as the network works.

    Attributes:
        layers: a row for each layer of the list; None from the one that cannot work on.
        output: the rows that end the network; empty where it does not work.
        problem: why it does not work, in one sentence; empty where it does.
        below: the rows of what is taken over from another network.
    """

    layers: tuple[LayerRow | None, ...]
    output: tuple[LayerRow, ...] = ()
    problem: str = ""
    below: tuple[LayerRow, ...] = ()

    @property
    def rows(self) -> tuple[LayerRow, ...]:
        """All rows that are known, from the input to the output."""
        return (*self.below, *(row for row in self.layers if row is not None), *self.output)


@dataclass(frozen=True)
class Draft:
    """The settings of a run while somebody changes them.

    Its parts are valid each; together they may not be, as while a layer is being moved.

    Attributes:
        data: which images.
        layers: the network without its output.
        train: how it learns.
        shape: the images' (height, width, channels).
        n_classes: how many classes the whole data set has.
        preset: the preset it began as.
        name: what the run will be called; empty for the preset's name.
        output: "sigmoid" only with two classes.
        data_problem: why the data set cannot be used; empty where it can.
        beginning: the network it begins with; None for random weights.
        body: what is taken over from that.
    """

    data: DataSpec
    layers: tuple[Layer, ...]
    train: TrainSpec
    shape: tuple[int, int, int]
    n_classes: int
    preset: str | None = None
    name: str = ""
    output: _Output = "softmax"
    data_problem: str = ""
    beginning: Beginning | None = None
    body: Body | None = None

    @classmethod
    def of(cls, spec: RunSpec, info: DatasetInfo | None = None) -> Self:
        """Return the draft of a spec.

        Args:
            spec: any; its own name is left out, since two runs of one name cannot be told apart.
            info: the data set it names, where there is one.
        """
        shape, n_classes = spec.model.input_shape, spec.model.classes
        problem = "" if info else f"There is no data set called {spec.data.name} here; choose another one."
        if info is not None:
            shape, n_classes, problem = info.shape, len(info.classes), info.problem
        return cls(
            data=spec.data,
            layers=spec.model.layers,
            train=spec.train.changed(tests="epoch"),  # a trial of a search leaves them alone; no other run does
            shape=shape,
            n_classes=n_classes,
            preset=spec.preset,
            output="sigmoid" if spec.model.output == "sigmoid" else "softmax",
            data_problem=problem,
            beginning=spec.beginning,
            body=spec.model.body,
        )

    @classmethod
    def from_run(cls, run: Run, info: DatasetInfo) -> Self:
        """Return settings that begin with a run's network, all of it frozen, for a data set.

        Args:
            run: one with weights.
            info: the data set.

        Raises:
            RunError: its weights are gone.
            SpecError: there is nothing in it to begin with.
        """
        train = gentle(characters=are_characters(info.classes))
        data = DataSpec(name=info.name)
        model = ModelSpec(input_shape=info.shape, classes=max(len(info.classes), 2))
        spec = beginning_with(run, RunSpec(data=data, model=model, train=train), info.classes)
        return cls.of(spec, info)

    @classmethod
    def from_preset(cls, name: str, info: DatasetInfo, home: str | Path | None = None) -> Self:
        """Return a preset as it is for a data set; one that cannot take its images says so in its table.

        Args:
            name: one of the presets, those of the home included.
            info: the data set.
            home: the home folder; None for the usual one.

        Raises:
            SpecError: there is no such preset.
        """
        spec = as_written(find_preset(name, home))
        try:
            return cls.of(spec.for_data(info.name, info.shape, info.classes or 2), info)
        except SpecError:
            data = spec.data.changed(name=info.name, classes=None)
            return replace(cls.of(spec, info), data=data, output="softmax")

    @property
    def classes(self) -> int:
        """How many classes the network tells apart."""
        return len(self.data.classes) if self.data.classes else self.n_classes

    def spec(self) -> RunSpec:
        """Return the finished settings.

        Raises:
            SpecError: they cannot work; the sentence says why and what to do.
        """
        if self.data_problem:
            raise SpecError(self.data_problem)
        model = ModelSpec(
            input_shape=self.shape, layers=self.layers, body=self.body, classes=self.classes, output=self.output
        )
        name = self.name or (f"from {self.beginning.title}"[:80] if self.beginning else "")
        return named(
            RunSpec(
                name=name,
                preset=self.preset,
                data=self.data,
                model=model,
                train=self.train,
                beginning=self.beginning,
            )
        )

    def table(self) -> Table:
        """Return the table of the network; pure Python, under a millisecond."""
        below = self.below
        try:
            rows = self.spec().model.rows[len(below) :]
        except SpecError as error:
            return Table(self._rows_before_the_problem(), problem=error.sentence, below=below)
        return Table(rows[: len(self.layers)], rows[len(self.layers) :], below=below)

    @property
    def below(self) -> tuple[LayerRow, ...]:
        """The rows of what is taken over from another network, and of what brings images to it."""
        return (*self.body.adapting(self.shape), *self.body.rows) if self.body else ()

    @property
    def frozen(self) -> frozenset[str]:
        """The names of layers that are frozen, as far as the settings work."""
        try:
            return self.spec().frozen
        except SpecError:
            return frozenset()

    def _rows_before_the_problem(self) -> tuple[LayerRow | None, ...]:
        rows: list[LayerRow | None] = []
        shape: Shape = self.below[-1].output_shape if self.below else self.shape
        for layer in self.layers:
            try:
                output = layer.output_shape(shape)
            except (SpecError, IndexError):
                break
            row = LayerRow(layer.kind, layer.kind, output, layer.parameters(shape), layer.multiply_adds(shape))
            rows.append(row)
            shape = output
        return (*rows, *[None] * (len(self.layers) - len(rows)))

    def with_data(self, **values: Any) -> Self:
        """Return it with some of the data settings changed."""
        data = self.data.changed(**values)
        fits_sigmoid = (len(data.classes) if data.classes else self.n_classes) == 2
        return replace(self, data=data, output=self.output if fits_sigmoid else "softmax")._follow_task()

    def with_train(self, **values: Any) -> Self:
        """Return it with some of the training settings changed."""
        return replace(self, train=self.train.changed(**{"loss": None, **values}))

    def with_beginning(self, **values: Any) -> Self:
        """Return it with some settings of its beginning changed; as it is where it begins with random weights.

        How it learns follows what is frozen, as long as nobody has changed it.
        """
        if self.beginning is None:
            return self
        beginning = self.beginning.changed(**values)
        usual = {learns: gentle(characters=not self.train.augmentation.flip, learns=learns) for learns in (True, False)}
        train = usual[beginning.frozen != ALL] if self.train in usual.values() else self.train
        return replace(self, beginning=beginning, train=train)

    def with_output(self, output: _Output) -> Self:
        """Return it with another output; its head is then a new one."""
        beginning = self.beginning and self.beginning.changed(head="new")
        return replace(self, output=output, beginning=beginning)._follow_task()

    def _follow_task(self) -> Self:
        """Let the loss and the class weights follow the task again."""
        weights = self.train.class_weights
        kept = weights if weights in (None, "balanced") or len(weights) == self.classes else None
        beginning = self.beginning
        if beginning is not None and self.classes != self.n_classes:  # a kept head is for all of them
            beginning = beginning.changed(head="new")
        return replace(self, train=self.train.changed(loss=None, class_weights=kept), beginning=beginning)

    def with_layer(self, index: int, **values: Any) -> Self:
        """Return it with some settings of one layer changed."""
        layers = list(self.layers)
        layers[index] = layers[index].changed(**values)
        return replace(self, layers=tuple(layers))

    def without_layer(self, index: int) -> Self:
        """Return it without one layer."""
        return replace(self, layers=(*self.layers[:index], *self.layers[index + 1 :]))

    def moved(self, index: int, to: int) -> Self:
        """Return it with one layer at another place."""
        layers = list(self.layers)
        layers.insert(to, layers.pop(index))
        return replace(self, layers=tuple(layers))

    def inserted(self, layer: Layer, at: int) -> Self:
        """Return it with one more layer before place `at`."""
        return replace(self, layers=(*self.layers[:at], layer, *self.layers[at:]))

    def place_for(self, layer: Layer) -> int:
        """Return the last place where a new layer works, or the end where it works nowhere."""
        places: Iterable[int] = range(len(self.layers), -1, -1)
        return next((at for at in places if not self.inserted(layer, at).table().problem), len(self.layers))


def suggested_preset(info: DatasetInfo) -> str:
    """Return the preset to begin with on a data set: the one for two classes where it has two, else the reference.

    Args:
        info: the data set; for images too small for these, it is the preset for the smallest.
    """
    wanted = ("cats-vs-dogs", "two-conv") if len(info.classes) == 2 else ("two-conv",)
    return next((name for name in wanted if not Draft.from_preset(name, info).table().problem), "one-conv")
