"""Having a stranger's model opened by a process of its own, and taking over nothing but checked numbers."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import DataError
from cnnviz.models.foreign.architecture import cleaned
from cnnviz.models.foreign.archive import MOST_WEIGHTS, Archive, read_archive
from cnnviz.runs import unpack_arrays

__all__ = ["PATIENCE_S", "Ending", "Foreign", "OnWait", "inspect_model", "take_apart"]

Ending = Literal["softmax", "sigmoid", "linear", "other"]
OnWait = Callable[[], None]

_ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 120.0
_TICK_S = 0.2
_MOST_UNITS = 10_000


@dataclass(frozen=True, eq=False)
class Foreign:
    """A stranger's model, taken apart: what is needed to build it anew.

    Attributes:
        config: the architecture, on allowed layers only.
        weights: in Keras' order; finite.
        input_shape: (height, width, channels), channels 1 or 3.
        units: how many numbers it answers with.
        ending: what makes them: "softmax", "sigmoid", "linear" for logits, or "other".
        scales: whether its first layers scale the pixels, so that it takes them as 0..255.
        keras_version: which Keras wrote it; empty where it does not say.
        class_names: as the file says them; empty where it does not, or where their number is another.
    """

    config: dict[str, Any]
    weights: tuple[NDArray[Any], ...]
    input_shape: tuple[int, int, int]
    units: int
    ending: Ending
    scales: bool
    keras_version: str
    class_names: tuple[str, ...] = ()


def inspect_model(path: Path, name: str, *, patience_s: float = PATIENCE_S, on_wait: OnWait | None = None) -> Foreign:
    """Take a .keras file apart without opening it in this process.

    Args:
        path: the file, under a name of ours.
        name: what its owner calls it, for messages.
        patience_s: how long the other process may take, in seconds.
        on_wait: called now and then while the other process works, which ends when this raises.

    Raises:
        DataError: it is no .keras file, uses what is not allowed, does not fit, or takes too long or too much memory.
    """
    return take_apart(read_archive(path, name), name, patience_s, on_wait)


def take_apart(
    archive: Archive,
    name: str,
    patience_s: float = PATIENCE_S,
    on_wait: OnWait | None = None,
    *,
    weights_alone: bool = False,
) -> Foreign:
    """Take apart what `read_archive` read; see `inspect_model`.

    Args:
        archive: the parts of a file.
        name: what its owner calls it, for messages.
        patience_s: as for `inspect_model`.
        on_wait: as for `inspect_model`.
        weights_alone: whether only the weights are a stranger's, so that they are what may not fit.
    """
    config = cleaned(archive.config, name)
    with tempfile.TemporaryDirectory(prefix="cnnviz-model-") as folder:
        copy = Path(folder) / "model.keras"
        _write(copy, config, archive.weights)
        command = [sys.executable, "-m", "cnnviz.models.foreign.child", str(copy), folder]
        command += ["weights"] if weights_alone else []
        facts = _asked(command, Path(folder), repr(name[-60:]), patience_s, on_wait or (lambda: None))
        weights = _weights(Path(folder) / "weights.npz", repr(name[-60:]))
    height, width, channels = facts["input_shape"]
    names = archive.class_names if len(archive.class_names) == max(facts["units"], 2) else ()
    return Foreign(
        config, weights, (height, width, channels), facts["units"], facts["ending"], _scales(config),
        archive.keras_version, names,
    )  # fmt: skip


def _write(path: Path, config: dict[str, Any], weights: bytes) -> None:
    """Write the file that is opened: with the checked configuration, not the one that came."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", weights)


def _asked(command: list[str], folder: Path, shown: str, patience_s: float, on_wait: OnWait) -> dict[str, Any]:
    """Let another process look at the model; its answer is checked as a stranger's."""
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    nothing = subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=_ROOT, env=environment, start_new_session=True, stdin=nothing, stdout=nothing, stderr=nothing
    ) as process:
        try:
            _wait(process, patience_s, on_wait)
        except subprocess.TimeoutExpired:
            raise DataError(
                f"the model {shown} takes longer than {patience_s:.0f} s to open; give a smaller one"
            ) from None
        finally:
            _end(process)
    facts = _read_facts(folder / "facts.json")
    if facts is None:
        raise DataError(
            f"the model {shown} could not be opened within 4 GiB of memory and a minute of computing; give a smaller "
            "one"
        )
    if facts.get("problem"):
        raise DataError(f"the model {shown} cannot be used: {str(facts['problem'])[:300]}")
    return facts


def _wait(process: "subprocess.Popen[bytes]", patience_s: float, on_wait: OnWait) -> None:
    until = time.monotonic() + patience_s
    while True:
        on_wait()
        left = until - time.monotonic()
        try:
            process.wait(timeout=max(min(left, _TICK_S), 0))
            return
        except subprocess.TimeoutExpired:
            if left <= _TICK_S:
                raise


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process and what it may have started."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _read_facts(path: Path) -> dict[str, Any] | None:
    try:
        if path.is_symlink() or path.stat().st_size > 2**16:
            return None
        facts = json.loads(path.read_text(encoding="utf-8"))
        if facts.get("problem"):
            return {"problem": str(facts["problem"])}
        shape, units = facts["input_shape"], facts["units"]
        fits = (
            len(shape) == 3
            and all(type(side) is int and 1 <= side <= 512 for side in shape)
            and type(units) is int
            and 1 <= units <= _MOST_UNITS
            and facts["ending"] in ("softmax", "sigmoid", "linear", "other")
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return facts if fits else None


def _weights(path: Path, shown: str) -> tuple[NDArray[Any], ...]:
    try:
        if path.is_symlink() or path.stat().st_size > 2 * MOST_WEIGHTS:
            raise ValueError("too large")
        arrays = unpack_arrays(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(f"the weights of the model {shown} could not be taken over ({error}); try again") from error
    ordered = tuple(arrays[key] for key in sorted(arrays))
    if not all(array.dtype.kind in "fiub" and np.isfinite(array).all() for array in ordered):
        raise DataError(f"the weights of the model {shown} are not finite numbers; train it again")
    return ordered


_ARITHMETIC = "keras.src.ops.numpy."  # as in `pixels / 255`; a layer of that name works on two tensors
_SCALING = tuple(_ARITHMETIC + name for name in ("Divide", "TrueDivide", "Multiply"))


def _scales(config: dict[str, Any]) -> bool:
    """Whether pixels are scaled before the first convolution."""
    for layer in _in_order(config):
        if layer in ("Rescaling", "Normalization", *_SCALING):
            return True
        if layer in ("Conv2D", "SeparableConv2D", "DepthwiseConv2D"):
            return False
    return False


def _in_order(config: dict[str, Any]) -> list[str]:
    """The classes of the layers as they stand, nested models in their place; operations with their module."""
    layers = config.get("config", {}).get("layers") if isinstance(config.get("config"), dict) else None
    if not isinstance(layers, list):
        module = str(config.get("module"))
        return [(f"{module}." if module.startswith("keras.src.ops") else "") + str(config.get("class_name"))]
    return [kind for layer in layers if isinstance(layer, dict) for kind in _in_order(layer)]
