"""Networks from elsewhere as runs, without the process that opens strangers' files."""

from pathlib import Path

import keras

from cnnviz.explain import answers_of, layers_of
from cnnviz.models import save_model
from cnnviz.runs import Run, RunStore, Status
from cnnviz.spec import DataSpec, LayerRow, ModelSpec, RunSpec

__all__ = ["bring"]


def bring(model: keras.Model, home: Path, names: tuple[str, ...] | None = None) -> Run:
    """Make a completed run of a network as it is."""
    answers = answers_of(model)
    names = names or tuple(f"class {number}" for number in range(answers.classes))
    output = "independent" if answers.independent else "sigmoid" if answers.units == 1 else "softmax"
    rows = tuple(
        LayerRow(place.name, "convolution" if place.is_convolution else "other", place.output_shape, 1, 1)
        for place in layers_of(model)
    )
    spec = RunSpec(
        name="brought",
        data=DataSpec(name="unknown", classes=names, validation=0),
        model=ModelSpec(input_shape=model.input_shape[1:], classes=answers.classes, output=output, foreign=rows),
    )
    run = RunStore(home).create(spec, Status("completed", message="Brought from elsewhere."))
    save_model(model, run.folder / "model.keras")
    return run
