"""A run's images, as its settings ask for them."""

from pathlib import Path

from cnnviz.data import Prepared, Progress, load_dataset, prepare
from cnnviz.errors import SpecError
from cnnviz.spec import RunSpec
from cnnviz.training.memory import refuse_too_large

__all__ = ["load_for"]


def load_for(spec: RunSpec, home: str | Path | None, on_progress: Progress | None = None) -> Prepared:
    """Load and prepare a spec's images, refusing what the network cannot take.

    Args:
        spec: what is to be trained.
        home: the home folder; None for the usual one.
        on_progress: called during a download.

    Raises:
        SpecError: the network does not fit the data, or one step of it not the memory.
        DataError: the data set does not exist or cannot be had.
    """
    data = prepare(load_dataset(spec.data.name, home, on_progress=on_progress), spec.data, spec.train.seed)
    shape = data.train.images.shape[1:]
    if shape != spec.model.input_shape:
        raise SpecError(
            f"the images of {spec.data.name} are {'x'.join(map(str, shape))} and the model takes "
            f"{'x'.join(map(str, spec.model.input_shape))}; change the model's input or choose another data set"
        )
    if len(data.class_names) != spec.model.classes:
        raise SpecError(
            f"{spec.data.name} has {len(data.class_names)} classes here and the model tells {spec.model.classes} "
            "apart; make them equal"
        )
    refuse_too_large(spec, len(data.train))
    return data
