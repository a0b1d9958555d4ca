"""Files of weights as PyTorch wrote them, read without PyTorch: what is in them, and what they may not ask for."""

import os
import pickle
import struct
import sys
from collections import OrderedDict
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from scripts.torch_file import read_torch_file

MAGIC, VERSION = 0x1950A86A20F9469CFC6C, 1001


class FloatStorage:
    """Written as torch's, by name."""


class Stored:
    def __init__(self, key: str, count: int) -> None:
        self.key, self.count = key, count


def _rebuild_tensor_v2(*values: Any) -> None: ...


class Tensor:
    def __init__(self, storage: Stored, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
        self.parts = (storage, offset, shape, strides, False, OrderedDict())

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild_tensor_v2, self.parts


class Writer(pickle.Pickler):
    def persistent_id(self, one: Any) -> Any:
        return ("storage", FloatStorage, one.key, "cpu", one.count, None) if isinstance(one, Stored) else None


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules of torch's names, so that a pickle refers to them; the reader has none."""
    for name, kept in (("torch", FloatStorage), ("torch._utils", _rebuild_tensor_v2)):
        module = ModuleType(name)
        setattr(module, kept.__name__, kept)
        monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setattr(kept, "__module__", name)


def written(path: Path, tensors: Any, numbers: dict[str, np.ndarray], magic: int = MAGIC) -> Path:
    with open(path, "wb") as file:
        for value in (magic, VERSION, {"little_endian": True}, tensors, list(numbers)):
            Writer(file, protocol=2).dump(value)
        for array in numbers.values():
            file.write(struct.pack("<q", array.size) + array.tobytes())
    return path


@pytest.mark.usefixtures("torch")
def test_tensors_come_out_as_they_were(tmp_path: Path) -> None:
    numbers = np.arange(24, dtype="<f4")
    storage = Stored("1", 24)
    tensors = OrderedDict(
        whole=Tensor(storage, 0, (2, 3, 4), (12, 4, 1)),
        turned=Tensor(storage, 0, (4, 6), (1, 4)),
        part=Tensor(storage, 20, (2,), (1,)),
        number=Tensor(storage, 23, (), ()),
    )
    found = read_torch_file(written(tmp_path / "weights.pth", tensors, {"1": numbers}))
    np.testing.assert_array_equal(found["whole"], numbers.reshape(2, 3, 4))
    np.testing.assert_array_equal(found["turned"], numbers.reshape(6, 4).T)
    np.testing.assert_array_equal(found["part"], [20, 21])
    assert found["number"] == 23
    assert list(found) == list(tensors)
    assert {array.dtype for array in found.values()} == {np.dtype("<f4")}


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("/nowhere/at/all",)


class Hidden:
    """Getting at something forbidden by way of something allowed."""

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (OrderedDict, "fromkeys")


@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize(
    ("tensors", "why"),
    [
        (OrderedDict(a=Evil()), "mkdir"),
        (OrderedDict(a=Hidden()), "getattr"),
        (OrderedDict(a=Path("x")), "Path"),
        (OrderedDict(a=np.float64(1)), "numpy"),
        (OrderedDict(a=1), "other than tensors"),
        ({"a": 1}, "other than tensors"),
        (OrderedDict(a=Tensor(Stored("1", 4), 1, (4,), (1,))), "beyond its storage"),
        (OrderedDict(a=Tensor(Stored("1", 4), -1, (4,), (1,))), "beyond its storage"),
        (OrderedDict(a=Tensor(Stored("1", 4), 3, (2,), (-1,))), "beyond its storage"),
        (OrderedDict(a=Tensor(Stored("1", 4), 0, (2, 2), (1,))), "do not go together"),
        (OrderedDict(a=Tensor(Stored("1", 5), 0, (4,), (1,))), "not as long"),
        (OrderedDict(a=Tensor(Stored("1", 10**15), 0, (4,), (1,))), "described as"),
        (OrderedDict(a=Tensor(Stored("2", 4), 0, (4,), (1,))), "no file of weights"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(tensors: Any, why: str, tmp_path: Path) -> None:
    path = written(tmp_path / "weights.pth", tensors, {"1": np.arange(4, dtype="<f4")})
    with pytest.raises(ValueError, match=why):
        read_torch_file(path)


@pytest.mark.usefixtures("torch")
def test_a_file_that_ends_too_early_or_is_another_is_refused(tmp_path: Path) -> None:
    numbers = {"1": np.arange(4, dtype="<f4")}
    tensors = OrderedDict(a=Tensor(Stored("1", 4), 0, (4,), (1,)))
    whole = written(tmp_path / "whole.pth", tensors, numbers).read_bytes()
    for end in (0, 1, 20, len(whole) // 2, len(whole) - 20, len(whole) - 1):
        path = tmp_path / "cut.pth"
        path.write_bytes(whole[:end])
        with pytest.raises(ValueError, match="no file of weights"):
            read_torch_file(path)
    with pytest.raises(ValueError, match="does not begin"):
        read_torch_file(written(tmp_path / "other.pth", tensors, numbers, magic=1))
    (tmp_path / "zip.pth").write_bytes(b"PK\x03\x04 a newer form")
    with pytest.raises(ValueError, match="no file of weights"):
        read_torch_file(tmp_path / "zip.pth")
