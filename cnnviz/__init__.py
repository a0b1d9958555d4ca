"""cnnviz shows what a convolutional network sees: train one, look inside, judge it, use it.

    import cnnviz

    run = cnnviz.train(cnnviz.preset("two-conv"))
    run.history().epochs["accuracy"]
    cnnviz.evaluate(run).interval
    cnnviz.explain.grad_cam(run.model(), image)

Names are imported when they are first used, so that `import cnnviz` takes milliseconds.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "CnnvizError": "cnnviz.errors",
    "DataError": "cnnviz.errors",
    "RunError": "cnnviz.errors",
    "SpecError": "cnnviz.errors",
    "StorageError": "cnnviz.errors",
    "DataSpec": "cnnviz.spec",
    "ModelSpec": "cnnviz.spec",
    "RunSpec": "cnnviz.spec",
    "TrainSpec": "cnnviz.spec",
    "Augmentation": "cnnviz.spec",
    "preset": "cnnviz.spec",
    "Dataset": "cnnviz.data",
    "list_datasets": "cnnviz.data",
    "load_dataset": "cnnviz.data",
    "Run": "cnnviz.runs",
    "RunStore": "cnnviz.runs",
    "train": "cnnviz.training.execute",
    "tune": "cnnviz.tuning.searching",
    "build": "cnnviz.models",
    "Evaluation": "cnnviz.evaluation",
    "evaluate": "cnnviz.evaluation",
    "classify": "cnnviz.inference",
    "open_run": "cnnviz.runs",
}

_PACKAGES = ("evaluation", "explain", "export")

__all__ = ["__version__", *sorted([*_HOMES, *_PACKAGES])]

if TYPE_CHECKING:
    from cnnviz import evaluation as evaluation
    from cnnviz import explain as explain
    from cnnviz import export as export
    from cnnviz.data import Dataset as Dataset
    from cnnviz.data import list_datasets as list_datasets
    from cnnviz.data import load_dataset as load_dataset
    from cnnviz.errors import CnnvizError as CnnvizError
    from cnnviz.errors import DataError as DataError
    from cnnviz.errors import RunError as RunError
    from cnnviz.errors import SpecError as SpecError
    from cnnviz.errors import StorageError as StorageError
    from cnnviz.evaluation import Evaluation as Evaluation
    from cnnviz.evaluation import evaluate as evaluate
    from cnnviz.inference import classify as classify
    from cnnviz.models import build as build
    from cnnviz.runs import Run as Run
    from cnnviz.runs import RunStore as RunStore
    from cnnviz.runs import open_run as open_run
    from cnnviz.spec import Augmentation as Augmentation
    from cnnviz.spec import DataSpec as DataSpec
    from cnnviz.spec import ModelSpec as ModelSpec
    from cnnviz.spec import RunSpec as RunSpec
    from cnnviz.spec import TrainSpec as TrainSpec
    from cnnviz.spec import preset as preset
    from cnnviz.training.execute import train as train
    from cnnviz.tuning.searching import tune as tune


def __getattr__(name: str) -> Any:
    if name in _PACKAGES:
        return import_module(f"cnnviz.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'cnnviz' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
