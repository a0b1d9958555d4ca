"""Adopting a network from elsewhere: a run that was never trained here, which every page can look at."""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import keras
import numpy as np

from cnnviz.adoption.foreign import Foreign
from cnnviz.adoption.rebuilding import Meaning, answers_in_words, network_of, rebuild, usual_meaning
from cnnviz.adoption.record import ADOPTION, Adoption, sentences
from cnnviz.adoption.sandbox import inspect_model
from cnnviz.adoption.scaling import SCALINGS, Scaling, guessed_scaling
from cnnviz.adoption.trying import best, tried
from cnnviz.adoption.weights import inspect_weights
from cnnviz.arrays import Arrays, pack_arrays
from cnnviz.data import list_datasets
from cnnviz.errors import DataError, SpecError
from cnnviz.evaluation.judged import cross_entropies, measured_images
from cnnviz.explain import convolution_of
from cnnviz.explain.places import LayerPlace, layers_of
from cnnviz.files import write_atomically, write_json
from cnnviz.inference import Classifier
from cnnviz.models import save_model
from cnnviz.runs import Run, RunStore, Status, Weights
from cnnviz.runs.predictions import predictions_path
from cnnviz.spec import DataSpec, LayerRow, ModelSpec, RunSpec

__all__ = ["AUTO", "adopt", "matching_datasets", "rows_of"]

# How the tables of networks that are built here call the same layers.
_KINDS = {
    "Conv2D": "convolution",
    "DepthwiseConv2D": "convolution",
    "SeparableConv2D": "convolution",
    "MaxPooling2D": "pooling",
    "AveragePooling2D": "pooling",
    "GlobalAveragePooling2D": "global_pooling",
    "GlobalMaxPooling2D": "global_pooling",
    "BatchNormalization": "batch_normalization",
    "Dropout": "dropout",
    "Activation": "activation",
    "ReLU": "activation",
    "Flatten": "flatten",
    "Dense": "dense",
}
_NO_DATASET = "unknown"  # the name of a data set that nobody has
AUTO = "auto"
_DONE = Status("completed", message="Brought from elsewhere.")


OnProgress = Callable[[float], None]


def matching_datasets(class_names: Sequence[str], home: str | Path | None = None) -> tuple[str, ...]:
    """Return the data sets on this machine that have all of these classes, those with no others first."""
    wanted = set(class_names)
    found = [info for info in list_datasets(home) if info.available and not info.problem and wanted <= {*info.classes}]
    return tuple(info.name for info in sorted(found, key=lambda info: len(info.classes) - len(wanted)))


def adopt(
    path: Path,
    name: str,
    home: str | Path | None = None,
    *,
    title: str | None = None,
    class_names: Sequence[str] = (),
    dataset: str | None = None,
    scaling: Scaling | None = None,
    meaning: Meaning | None = None,
    size: int | None = None,
    architecture: ModelSpec | None = None,
    on_progress: OnProgress | None = None,
) -> Run:
    """Make a run of a network from elsewhere; its file is opened by a process of its own, and never here.

    Args:
        path: the file, under a name of ours.
        name: what its owner calls the file.
        home: the home folder.
        title: what the run is called; None names it after the file.
        class_names: by the network's outputs; none takes the file's own, then those of the data set, or numbers them.
        dataset: a data set with these classes on whose test images it is measured; "auto" takes the first that has the
            classes that were given or that the file names, None measures it on none.
        scaling: what the network was trained on; None tries all of them on the data set, or guesses without one.
        meaning: what its answers are together, where its own end does not say it; None takes the usual.
        size: pixels of a side, for a network that takes images of any size.
        architecture: a network that is built here, for a .weights.h5 file, whose weights it takes; None for a file
            that holds a whole network.
        on_progress: called with the share that is done, in [0, 1]; what it raises ends the work, and nothing is left.

    Returns:
        A completed run without snapshots; `adoption_of` says how it was brought in.

    Raises:
        DataError: the file is not acceptable, or the data set does not fit.
        SpecError: the number of class names is wrong, or a choice does not go with the network.
        StorageError: the home cannot be written.
    """
    told = on_progress or (lambda share: None)
    _check_scaling(scaling)
    _check_dataset(dataset, home)
    if architecture is None:
        foreign = inspect_model(path, name, size=size, on_wait=lambda: told(0.0))
    else:
        foreign = inspect_weights(path, name, architecture, on_wait=lambda: told(0.0))
    names, dataset = _class_names(foreign, class_names, dataset, home)
    meaning = meaning or usual_meaning(foreign)
    network = network_of(foreign)
    model = rebuild(foreign, scaling or guessed_scaling(foreign).scaling, meaning, network)
    store = RunStore(home)
    run = store.create(_spec(foreign, model, title or Path(name).stem, names, dataset, meaning), _DONE)
    try:
        measured: dict[str, float] = {}
        images = 0
        if scaling is None and dataset is not None and not guessed_scaling(foreign).sure:
            measured, images = tried(run, foreign, network, meaning, home, told)
            model = rebuild(foreign, best(measured, foreign), meaning, network)
        chosen = scaling or (best(measured, foreign) if measured else guessed_scaling(foreign).scaling)
        adoption = Adoption(
            name[-200:],
            foreign.keras_version,
            chosen,
            meaning,
            measured,
            images,
            sentences(foreign, meaning, scaling, measured, images, dataset),
            answers_in_words(foreign, meaning) if foreign.head == "scores" else "",
        )
        save_model(model, Weights(run).path)
        write_json(run.folder / ADOPTION, asdict(adoption), within=run.folder)
        run.describe(notes="\n".join(adoption.told))
        _write_kernels(run, model)
        if dataset is not None:
            _measure(run, Classifier(model, names), home, lambda share: told(0.5 + 0.5 * share))
    except BaseException:  # somebody who stops it, too
        store.discard(run)
        raise
    return run


def _check_scaling(scaling: str | None) -> None:
    if scaling is not None and scaling not in SCALINGS:
        raise SpecError(f"the scaling {scaling!r:.60} is none; choose one of {', '.join(SCALINGS)}")


def _check_dataset(dataset: str | None, home: str | Path | None) -> None:
    """Refuse a data set that there is not, before anything else is done."""
    here = [info.name for info in list_datasets(home) if info.available and not info.problem]
    if dataset not in (None, AUTO, *here):
        raise DataError(f"there is no data set {dataset!r:.60} here; choose one of {', '.join(here)}, or none")


def _class_names(
    foreign: Foreign, given: Sequence[str], dataset: str | None, home: str | Path | None
) -> tuple[tuple[str, ...], str | None]:
    """Say what the outputs stand for (as given, as the file says, as the data set has them, or numbers), and where."""
    classes = foreign.classes
    named = tuple(given) or foreign.class_names
    if dataset == AUTO:
        dataset = next(iter(matching_datasets(named, home)), None) if len(named) == classes else None
    elif dataset is not None and not named:
        theirs = next((tuple(info.classes) for info in list_datasets(home) if info.name == dataset), ())
        named = theirs if len(theirs) == classes else ()
    names = named or tuple(f"class {number}" for number in range(classes))
    if len(names) != classes:
        raise SpecError(f"{len(names)} class names were given for a model of {classes} classes; give {classes}")
    if dataset is not None and dataset not in matching_datasets(names, home):
        raise DataError(
            f"the data set {dataset} does not have the classes {', '.join(names[:4])}...; choose one that has, or none"
        )
    return names, dataset


def _spec(
    foreign: Foreign, model: keras.Model, title: str, names: tuple[str, ...], dataset: str | None, meaning: Meaning
) -> RunSpec:
    return RunSpec(
        name=title[:80] or "model",
        data=DataSpec(name=dataset or _NO_DATASET, classes=names, validation=0),
        model=ModelSpec(
            input_shape=foreign.input_shape,
            classes=foreign.classes,
            output="sigmoid" if foreign.units == 1 else "independent" if meaning == "independent" else "softmax",
            foreign=rows_of(model),
        ),
    )


def _write_kernels(run: Run, model: keras.Model) -> None:
    """Write the kernels for pages that do not wait for Keras, as a snapshot has them; a convolution each."""
    arrays: Arrays = {}
    for row in run.spec.model.rows:
        if row.kind == "convolution":
            found = convolution_of(model, row.name)
            arrays |= {f"{row.name}/kernel": found.kernel, f"{row.name}/bias": found.bias}
    write_atomically(Weights(run).arrays_path, pack_arrays(arrays), within=run.folder)


def _measure(run: Run, classifier: Classifier, home: str | Path | None, on_progress: OnProgress) -> None:
    """Measure the network on the test images of its classes, as a training does at its end."""
    test = measured_images(run, home)
    probabilities = classifier.probabilities(
        test.images if test.images.shape[1:] == classifier.shape else list(test.images), on_progress
    )
    predicted = probabilities.argmax(1)
    mistakes = int((predicted != test.labels).sum())
    arrays = {
        "predicted": predicted.astype(np.uint16),
        "confidence": probabilities.max(1).astype(np.float32),
        "probabilities": probabilities.astype(np.float32),
        "labels": test.labels.astype(np.uint16),
    }
    write_atomically(predictions_path(run.folder, None), pack_arrays(arrays), within=run.folder)
    independent = run.spec.model.output == "independent"
    losses = cross_entropies(probabilities, np.asarray(test.labels, np.int64), independent=independent)
    values = {
        "n_test": len(test),
        "n_mistakes": mistakes,
        "accuracy": 1 - mistakes / len(test),
        "loss": float(losses.mean()),
    }
    write_json(run.folder / "evaluation.json", values, within=run.folder)


def rows_of(model: keras.Model) -> tuple[LayerRow, ...]:
    """Return the table of a network that was not built here: its layers in the order of a pass.

    Args:
        model: any built Keras model of one image.
    """
    return tuple(_row(place, model) for place in layers_of(model) if not place.inside)


def _row(place: LayerPlace, model: keras.Model) -> LayerRow:
    from cnnviz.explain.network import find_layer, own_weights

    layer, _ = find_layer(model, place.name)
    sizes = [tuple(weight.shape) for weight in own_weights(layer) if "float" in str(weight.dtype)]  # no random states
    kernels = sum(math.prod(size) for size in sizes if len(size) >= 2)
    positions = math.prod(place.output_shape[:2]) if place.has_maps else 1
    kind = _KINDS.get(place.kind, "other")
    return LayerRow(place.name, kind, place.output_shape, sum(map(math.prod, sizes)), kernels * positions)
