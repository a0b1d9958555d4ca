"""Whatever cnnviz uses of Keras and TensorFlow that has no public name: here, and nowhere else.

Tried with Keras 3.15 and TensorFlow 2.21. Each function says what happens where its name is gone; a test fails then.
Nothing is imported before a function needs it.
"""

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = [
    "TRIED",
    "forget_context",
    "graph_of",
    "import_keras",
    "layers_inside",
    "name_of_maker",
    "outputs_of",
    "quiet_about_tracing",
    "without_values",
    "write_h5_weights",
]

TRIED = {"keras": "3.15", "tensorflow": "2.21"}

_SPARED = ("sklearn", "pandas")
_WAITING = "uninitialized_variables"  # where Keras keeps variables that have no values yet


def layers_inside(layer: Any, *, recursive: bool = True) -> list[Any]:
    """Return the layers that a model or a block is made of, those inside these too.

    Keras has no public name for the parts of a block that is no model. Without `_flatten_layers` only those of models
    and of layers round one other are found.

    Args:
        layer: a Keras layer or model.
        recursive: whether to go on inside each.
    """
    flatten = getattr(layer, "_flatten_layers", None)
    if flatten is not None:
        return list(flatten(include_self=False, recursive=recursive))
    around = getattr(layer, "layer", None)
    found = []
    for part in [*getattr(layer, "layers", ()), *([around] if around is not None else ())]:
        found += [part, *(layers_inside(part) if recursive else ())]
    return found


def graph_of(model: Any) -> Any:
    """Return what has a model's operations: a Sequential model keeps its graph inside; without that name, itself."""
    return getattr(model, "_functional", None) or model


def outputs_of(operation: Any) -> list[Any]:
    """Return the symbolic tensors that an operation makes, at each place where it is used.

    Without `_inbound_nodes`, those of an operation that is used once.
    """
    nodes = getattr(operation, "_inbound_nodes", None)
    if nodes is not None:
        return [tensor for node in nodes for tensor in node.output_tensors]
    made = operation.output
    return list(made) if isinstance(made, list | tuple) else [made]


def name_of_maker(tensor: Any) -> str:
    """Return the name of what makes a symbolic tensor; without `_keras_history`, the tensor's own."""
    history = getattr(tensor, "_keras_history", None)
    return str(tensor.name if history is None else history.operation.name)


@contextmanager
def without_values() -> Iterator[None]:
    """Let the variables that are made have shapes and never get values, so that nothing large is allocated.

    Keras keeps a list of them and would give them values at the end of a later scope; it is put back as it was. Without
    that list, they get values then, as far as the memory of the process goes.
    """
    import keras

    try:
        state: Any = import_module("keras.src.backend.common.global_state")
        before = list(state.get_global_attribute(_WAITING, [], set_to_default=True))
    except (ImportError, AttributeError):
        state = None
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        if state is not None:
            state.set_global_attribute(_WAITING, before)


def write_h5_weights(model: Any, path: Path) -> bool:
    """Write a model's weights as they stand in a whole HDF5 model, without its configuration.

    Without `save_weights_to_hdf5_group` nothing is written; `Model.save` then writes both, of models whose every layer
    and operation the old format can name.

    Args:
        model: a Keras model.
        path: the file, which is made anew.

    Returns:
        Whether they are written.
    """
    import h5py

    try:
        write: Any = import_module("keras.src.legacy.saving.legacy_h5_format").save_weights_to_hdf5_group
    except (ImportError, AttributeError):
        return False
    with h5py.File(path, "w") as file:
        write(file.create_group("model_weights"), model)
    return True


def quiet_about_tracing(function: Any) -> None:
    """Have TensorFlow not warn that a function is traced often; without the name, it warns."""
    function._omit_frequent_tracing_warning = True


def forget_context() -> bool:
    """Have TensorFlow forget how it was started, so that this process can still choose its threads.

    Every tensor made before is lost. Without `_reset_context` nothing happens, and the threads stay as they are.

    Returns:
        Whether it forgot.
    """
    try:
        reset: Any = import_module("tensorflow.python.eager.context")._reset_context
    except (ImportError, AttributeError):
        return False
    reset()
    return True


class _Hidden:
    """Finds no scikit-learn for the thread that made it; other threads find it as ever."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name in _SPARED and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"{name} is left out while Keras is imported", name=name)
        return None


@contextmanager
def _hidden() -> Iterator[None]:
    finder = _Hidden()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def import_keras() -> None:
    """Import Keras without what nobody here needs of it; where that has happened already, do nothing.

    Keras looks for scikit-learn and imports it for its wrappers, with much of SciPy, and for pandas, whose data frames
    it would take: 120 MB and a second of every server, worker and command. Whoever needs one of them imports it in the
    usual way, meanwhile or afterwards. Should Keras need it one day, its import fails here, and it is imported as
    usual.
    """
    try:
        with _hidden():
            import_module("keras")
    except ModuleNotFoundError as error:
        if error.name not in _SPARED:
            raise
        import_module("keras")
