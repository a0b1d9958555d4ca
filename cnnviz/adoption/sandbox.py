"""Having a stranger's model opened by a process of its own, and taking over nothing but checked numbers."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.adoption import child, hdf5
from cnnviz.adoption.architecture import check_depth, cleaned
from cnnviz.adoption.archive import MOST_FILE, MOST_WEIGHTS, copy_weights, parsed, read_archive, usable_names
from cnnviz.adoption.asking import OnWait, asked, content, too_much
from cnnviz.adoption.channels import channels_last
from cnnviz.adoption.foreign import Foreign
from cnnviz.adoption.hdf5 import MOST_CONFIG, TOLD
from cnnviz.adoption.operations import with_operations
from cnnviz.adoption.recognising import recognised
from cnnviz.adoption.refusals import WeightsAloneError
from cnnviz.adoption.sizing import sized
from cnnviz.adoption.translating import translated
from cnnviz.errors import DataError
from cnnviz.explain.scores import HEADS

__all__ = [
    "PATIENCE_S",
    "Parts",
    "foreign",
    "inspect_model",
    "take_apart",
    "working_folder",
]

PATIENCE_S = 120.0
_MOST_UNITS = 10_000
_MOST_ARRAYS = 20_000


@dataclass(frozen=True, eq=False)
class Parts:
    """What the process that opens a model is given.

    Attributes:
        config: the architecture, checked.
        weights: an HDF5 file.
        first: the architecture with its channels first, where `config` was turned round.
        weights_alone: whether only the weights are a stranger's, so that they are what may not fit.
    """

    config: dict[str, Any]
    weights: Path
    first: dict[str, Any] | None = None
    weights_alone: bool = False


def inspect_model(
    path: Path,
    name: str,
    *,
    size: int | None = None,
    patience_s: float = PATIENCE_S,
    on_wait: OnWait | None = None,
) -> Foreign:
    """Take a model file apart without opening it in this process.

    Args:
        path: the file, under a name of ours: a .keras file, or a whole model as HDF5, of Keras 2 or 3.
        name: what its owner calls the file, for messages.
        size: pixels of a side, for a network that takes images of any size; None where it says.
        patience_s: how long the other process may take, in seconds; large files are given more.
        on_wait: called now and then while the other process works, which ends when this raises.

    Raises:
        DataError: it is no such file, uses what is not allowed, does not fit, or takes too long or too much memory.
    """
    waiting = on_wait or (lambda: None)
    shown = repr(name[-60:])
    with working_folder() as folder:
        if recognised(path, name) == "keras":
            archive = read_archive(path, name)
            config, version, names = archive.config, archive.keras_version, archive.class_names
            check_depth(config, shown)
            weights = folder / "model.weights.h5"
            copy_weights(path, weights, name, waiting)
        else:
            config, version, names = _told(path, folder, shown, patience_s, waiting)
            config, weights = with_operations(config), path
        checked = sized(cleaned(translated(config), name), size, name)
        turned, is_turned = channels_last(checked, name)
        facts, built, arrays = take_apart(
            Parts(turned, weights, checked if is_turned else None), folder, name, patience_s, waiting
        )
    names = names if len(names) == max(facts["units"], 2) else ()
    return foreign(facts, built, arrays, version, names, turned=is_turned)


def foreign(
    facts: dict[str, Any],
    config: dict[str, Any],
    weights: tuple[NDArray[Any], ...],
    version: str = "",
    names: tuple[str, ...] = (),
    *,
    turned: bool = False,
) -> Foreign:
    """Put together what `take_apart` returned and what the file said of itself."""
    found = {name: facts[name] for name in ("units", "head", "independent", "constant", "lowest", "highest")}
    return Foreign(
        config, weights, tuple(facts["takes"]), keras_version=version, class_names=names, turned=turned, **found
    )


def take_apart(
    parts: Parts, folder: Path, name: str, patience_s: float, on_wait: OnWait
) -> tuple[dict[str, Any], dict[str, Any], tuple[NDArray[Any], ...]]:
    """Have a checked network opened with its weights.

    Args:
        parts: what is opened.
        folder: a folder of ours, to work in.
        name: what its owner calls it, for messages.
        patience_s: as for `inspect_model`.
        on_wait: as for `inspect_model`.

    Returns:
        What was found, the configuration as this version of Keras has it, checked again, and the weights.
    """
    shown = repr(name[-60:])
    (folder / child.TASK).write_text(json.dumps({"weights_alone": parts.weights_alone}), encoding="utf-8")
    (folder / child.CONFIGURATION).write_text(json.dumps(parts.config), encoding="utf-8")
    if parts.first is not None:
        (folder / child.FIRST).write_text(json.dumps(parts.first), encoding="utf-8")
    weights = _named(parts.weights, folder)
    command = [sys.executable, "-m", child.__name__, str(weights), str(folder)]
    facts = asked(command, weights, folder / child.FACTS, shown, patience_s, on_wait)
    if not _fits(facts):
        raise DataError(too_much(shown))
    built = cleaned(parsed(content(folder / child.BUILT, MOST_CONFIG, shown), shown), name)
    return facts, built, _weights(folder / child.WEIGHTS, shown)


def _named(weights: Path, folder: Path) -> Path:
    """The file under the name that Keras asks of weights, in the folder; without copying it where that can be."""
    path = folder / "model.weights.h5"
    if weights != path:
        try:
            os.link(weights.resolve(), path)
        except OSError:  # on another disk, or one that knows no links
            shutil.copyfile(weights, path)
    return path


@contextmanager
def working_folder() -> Iterator[Path]:
    """A folder for both processes, gone afterwards; weights that are still mapped stay readable."""
    # where a mapped file cannot be deleted (Windows), it goes with the temporary files
    with tempfile.TemporaryDirectory(prefix="cnnviz-model-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _told(
    path: Path, folder: Path, shown: str, patience_s: float, on_wait: OnWait
) -> tuple[dict[str, Any], str, tuple[str, ...]]:
    """Have read what a whole HDF5 model says: its configuration, its Keras, and its classes where it names them."""
    if path.stat().st_size > MOST_FILE:
        raise DataError(f"the model {shown} has more than {MOST_FILE / 2**20:,.0f} MiB; choose a smaller model")
    command = [sys.executable, "-I", str(hdf5.__file__), str(path.resolve()), str(folder)]
    answer = asked(command, path, folder / TOLD, shown, patience_s, on_wait)
    config = str(answer.get("config", ""))
    if not config:
        raise WeightsAloneError(
            f"the model {shown} holds weights alone, no network; name the network that they go into (--architecture, "
            "or the page Models), or save the whole model with model.save('model.keras')"
        )
    if len(config) > MOST_CONFIG:
        raise DataError(too_much(shown))
    values, version = parsed(config.encode(), shown), str(answer.get("keras_version", ""))[:20]
    check_depth(values, shown)
    with suppress(ValueError, RecursionError):
        return values, version, usable_names(json.loads(str(answer.get("class_names", ""))))
    return values, version, ()


def _fits(facts: dict[str, Any]) -> bool:
    """Whether an answer has the form of one."""
    try:
        takes = facts["takes"]
        return (
            len(takes) in (2, 3)
            and all(type(side) is int and 1 <= side <= 512 for side in takes)
            and type(facts["units"]) is int
            and 1 <= facts["units"] <= _MOST_UNITS
            and facts["head"] in HEADS
            and type(facts["independent"]) is bool
            and type(facts["constant"]) is bool
            and all(isinstance(facts[name], float) for name in ("lowest", "highest"))
        )
    except (KeyError, TypeError):
        return False


def _weights(folder: Path, shown: str) -> tuple[NDArray[Any], ...]:
    """Take over the weights, as files that are read when they are needed."""
    try:
        if folder.is_symlink():
            raise OSError("a link")
        paths = sorted(folder.iterdir())
        if len(paths) > _MOST_ARRAYS or any(path.is_symlink() or not path.is_file() for path in paths):
            raise OSError("other files")
        if sum(path.stat().st_size for path in paths) > MOST_WEIGHTS + 2**20:
            raise OSError("too large")
        arrays = tuple(np.load(path, mmap_mode="r", allow_pickle=False) for path in paths)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"the weights of the model {shown} could not be taken over ({error}); try again") from error
    if not all(array.dtype.kind in "fiub" and np.isfinite(array).all() for array in arrays):
        raise DataError(f"the weights of the model {shown} are not finite numbers; train it again")
    return arrays
