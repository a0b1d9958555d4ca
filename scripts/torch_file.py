"""Arrays out of a PyTorch file of weights, without PyTorch.

The form is that of `torch.save` before version 1.6: five pickles one after the other (a magic number, a version, facts
of the machine, the weights, the storages' keys), then each storage as a count and its numbers. A pickle may name
anything that can be imported, and call it: the reader here knows a dictionary, the function that puts a tensor
together, and storages, and refuses everything else.
"""

import pickle
import struct
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["read_torch_file"]

_MAGIC = 0x1950A86A20F9469CFC6C
_VERSION = 1001
_STORAGES = {"FloatStorage": "<f4", "LongStorage": "<i8"}
_MOST_NUMBERS = 100_000_000


@dataclass(frozen=True)
class _Storage:
    """What a pickle says of a storage; its numbers come after all pickles."""

    key: str
    kind: str
    count: int


@dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _tensor(
    storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], needs_gradient: bool, hooks: Any
) -> _Tensor:
    """What stands for `torch._utils._rebuild_tensor_v2`."""
    return _Tensor(storage, offset, shape, strides)


_ALLOWED: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    **{("torch", name): kind for name, kind in _STORAGES.items()},
}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"the file asks for {module}.{name}, which no file of weights needs")
        return _ALLOWED[module, name]

    def persistent_load(self, saved: Any) -> _Storage:
        match saved:
            case ("storage", str(kind), str(key), str(), int(count), None) if 0 <= count <= _MOST_NUMBERS:
                return _Storage(key, kind, count)
        raise pickle.UnpicklingError(f"the file has a storage that is described as {saved!r:.80}")


def read_torch_file(path: Path) -> dict[str, NDArray[Any]]:
    """Read a dictionary of tensors as `torch.save` wrote it before version 1.6.

    Args:
        path: the file.

    Returns:
        The tensors by name, float32 or int64, in the shapes they have in PyTorch.

    Raises:
        ValueError: it is no such file, asks for anything but tensors, or ends too early.
    """
    try:
        with open(path, "rb") as file:
            return _read(file)
    except (pickle.UnpicklingError, EOFError, struct.error, TypeError, AttributeError, IndexError, KeyError) as error:
        raise ValueError(f"{path.name} is no file of weights that can be read here: {error}") from error


def _read(file: IO[bytes]) -> dict[str, NDArray[Any]]:
    pickled: Callable[[], Any] = lambda: _Reader(file).load()  # noqa: E731
    magic, version, _machine, tensors, keys = (pickled() for _ in range(5))
    if (magic, version) != (_MAGIC, _VERSION):
        raise pickle.UnpicklingError("it does not begin as PyTorch's files did before version 1.6")
    if not isinstance(tensors, OrderedDict) or not all(isinstance(one, _Tensor) for one in tensors.values()):
        raise pickle.UnpicklingError("it holds something other than tensors by name")
    kinds = {tensor.storage.key: tensor.storage for tensor in tensors.values()}
    numbers = {key: _numbers(file, kinds[key]) for key in keys}
    return {str(name): _array(tensor, numbers[tensor.storage.key]) for name, tensor in tensors.items()}


def _numbers(file: IO[bytes], storage: _Storage) -> NDArray[Any]:
    (count,) = struct.unpack("<q", file.read(8))
    kind = np.dtype(storage.kind)
    content = file.read(storage.count * kind.itemsize)
    if count != storage.count or len(content) < storage.count * kind.itemsize:
        raise pickle.UnpicklingError("a storage is not as long as the file says")
    return np.frombuffer(content, kind)


def _array(tensor: _Tensor, numbers: NDArray[Any]) -> NDArray[Any]:
    """A copy of what a tensor covers; `as_strided` alone would read beyond its storage."""
    if len(tensor.shape) != len(tensor.strides):
        raise pickle.UnpicklingError("a tensor's shape and its strides do not go together")
    reach = tensor.offset + sum((size - 1) * stride for size, stride in zip(tensor.shape, tensor.strides, strict=True))
    if min((tensor.offset, *tensor.shape, *tensor.strides), default=0) < 0 or reach >= len(numbers):
        raise pickle.UnpicklingError("a tensor reaches beyond its storage")
    steps = tuple(stride * numbers.itemsize for stride in tensor.strides)
    return np.lib.stride_tricks.as_strided(numbers[tensor.offset :], tensor.shape, steps, writeable=False).copy()
