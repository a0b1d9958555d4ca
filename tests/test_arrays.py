"""Named arrays in files, and arrays that nobody can write to."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cnnviz.arrays import digest, pack_arrays, sealed, unpack_arrays


@dataclass(frozen=True, eq=False)
class Record:
    name: str
    values: NDArray[Any]
    parts: "Record | None" = None


def test_what_is_packed_is_unpacked() -> None:
    arrays = {
        "a/kernel": np.arange(6, dtype=np.float16).reshape(2, 3),
        "made_of": np.array("x"),
        "empty": np.zeros((0, 4)),
    }
    found = unpack_arrays(pack_arrays(arrays))
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array, strict=True)


def test_pickled_objects_are_refused() -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        pack_arrays({"a": np.array([{}], dtype=object)})


def test_sealed_arrays_cannot_be_written_to_wherever_they_are() -> None:
    array, deep, named = np.zeros(3), np.zeros(3), np.zeros(3)
    record = Record("one", array, Record("inside", deep))
    assert sealed(record) is record
    sealed({"named": named})
    for one in (array, deep, named):
        with pytest.raises(ValueError, match="read-only"):
            one[0] = 1


def test_a_name_for_what_is_in_an_array() -> None:
    values = np.arange(12, dtype=np.uint8)
    assert digest(values) == digest(values.copy()) == digest(np.arange(24, dtype=np.uint8)[::2] // 2)
    others = (values.reshape(3, 4), values.reshape(4, 3), values.astype(np.int8), values + 1)
    assert len({digest(values), *map(digest, others)}) == 5
