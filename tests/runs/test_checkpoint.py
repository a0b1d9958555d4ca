"""Checkpoints: whole or not used, and nothing in them is ever executed."""

import io
import os
import pickle
import random
import zipfile
from pathlib import Path

import numpy as np
import pytest

from cnnviz.arrays import pack_arrays, unpack_arrays
from cnnviz.errors import StorageError
from cnnviz.runs import load_checkpoint, save_checkpoint

STATE = {
    "variable_0000": np.arange(12, dtype=np.float32).reshape(3, 4),
    "place": np.array([1, 2, 3]),
    "losses": np.zeros(0, np.float32),
    "seconds": np.array(1.5),
    "conv2d_1/kernel": np.eye(2),
}


def state(number: int) -> dict[str, np.ndarray]:
    return {**STATE, "place": np.array([number])}


def numbers(folder: Path) -> list[int]:
    return sorted(int(path.stem) for path in folder.glob("*.ckpt"))


def place(folder: Path) -> int:
    checkpoint = load_checkpoint(folder)
    assert checkpoint is not None
    return int(checkpoint.arrays["place"][0])


def tear(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def test_arrays_survive_the_round_trip() -> None:
    found = unpack_arrays(pack_arrays(STATE))
    assert found.keys() == STATE.keys()
    for name, array in STATE.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


def test_the_newest_is_loaded_and_two_are_kept(tmp_path: Path) -> None:
    for number in (5, 10, 1000):
        save_checkpoint(tmp_path / "checkpoint", number, state(number))
    assert numbers(tmp_path / "checkpoint") == [10, 1000]
    assert place(tmp_path / "checkpoint") == 1000
    loaded = load_checkpoint(tmp_path / "checkpoint")
    assert loaded is not None
    assert loaded.torn == ()


def test_no_checkpoint_is_none(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path) is None
    assert load_checkpoint(tmp_path / "missing") is None


def test_a_torn_one_is_passed_over_and_named(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, 1, state(1))
    tear(save_checkpoint(tmp_path, 2, state(2)))
    loaded = load_checkpoint(tmp_path)
    assert loaded is not None
    assert (int(loaded.arrays["place"][0]), loaded.torn) == (1, ("0000000002.ckpt",))


def test_a_whole_one_of_something_else_is_passed_over_and_named(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, 1, state(1))
    save_checkpoint(tmp_path, 2, {"other": np.zeros(3)})
    loaded = load_checkpoint(tmp_path, fits=lambda arrays: "place" in arrays)
    assert loaded is not None
    assert (int(loaded.arrays["place"][0]), loaded.torn) == (1, ("0000000002.ckpt",))


def test_one_wrong_bit_anywhere_is_noticed(tmp_path: Path) -> None:
    path = save_checkpoint(tmp_path, 1, state(1))
    whole = path.read_bytes()
    for position in random.Random(0).sample(range(len(whole)), 100):
        broken = bytearray(whole)
        broken[position] ^= 1
        path.write_bytes(broken)
        if position != 64:  # the line feed behind the checksum carries nothing
            assert load_checkpoint(tmp_path) is None, position


def test_all_torn_is_none_and_the_next_attempt_is_not_hidden_by_them(tmp_path: Path) -> None:
    for number in (100, 200):
        tear(save_checkpoint(tmp_path, number, state(number)))
    assert load_checkpoint(tmp_path) is None
    save_checkpoint(tmp_path, 3, state(3))  # begun anew, so its steps are fewer
    assert place(tmp_path) == 3
    save_checkpoint(tmp_path, 6, state(6))
    assert numbers(tmp_path) == [3, 6]


def test_a_resume_from_the_older_one_keeps_what_it_writes(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, 100, state(100))
    tear(save_checkpoint(tmp_path, 200, state(200)))
    save_checkpoint(tmp_path, 150, state(150))
    assert numbers(tmp_path) == [100, 150]
    assert place(tmp_path) == 150


def test_what_a_killed_writer_left_is_swept_up(tmp_path: Path) -> None:
    (tmp_path / ".0000000001.ckpt.77.88.part").write_bytes(b"half")
    save_checkpoint(tmp_path, 1, state(1))
    assert [path.name for path in tmp_path.iterdir()] == ["0000000001.ckpt"]


class Planted:
    """Makes a file when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return (os.mkdir, (str(self.target),))


def hostile_archives(target: Path) -> dict[str, bytes]:
    objects = io.BytesIO()
    np.savez(objects, place=np.array([Planted(target)], dtype=object))
    plain, header = io.BytesIO(), io.BytesIO()
    np.save(plain, np.arange(3))
    with zipfile.ZipFile(header, "w") as archive:
        shape = "(" + "9" * 12 + ",)"
        text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode()
        archive.writestr("a.npy", b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text)
    with zipfile.ZipFile(open_header := io.BytesIO(), "w") as archive:
        text = b"{'descr': '<f8', 'shape': (3L,"
        archive.writestr("a.npy", b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text)
    with zipfile.ZipFile(text_member := io.BytesIO(), "w") as archive:
        archive.writestr("place", "not an array")
    return {
        "a pickle": pickle.dumps(Planted(target)),
        "objects in an npz": objects.getvalue(),
        "one array instead of an archive": plain.getvalue(),
        "a header of eight terabytes": header.getvalue(),
        "a header that never ends": open_header.getvalue(),
        "a member that is no array": text_member.getvalue(),
        "nothing": b"",
        "html": b"<html></html>",
        "half an archive": pack_arrays(STATE)[:200],
    }


@pytest.mark.parametrize("kind", hostile_archives(Path("target")))
def test_what_is_no_archive_of_plain_arrays_is_refused(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "planted"
    with pytest.raises(ValueError, match=r"."):
        unpack_arrays(hostile_archives(target)[kind])
    assert not target.exists()


def test_flipped_bits_are_refused_or_harmless() -> None:
    whole = pack_arrays(STATE)
    rng = random.Random(3)
    for _ in range(500):
        broken = bytearray(whole)
        for position in rng.sample(range(len(whole)), 3):
            broken[position] ^= 1 << rng.randrange(8)
        try:
            found = unpack_arrays(bytes(broken))
        except ValueError:
            continue
        assert all(isinstance(array, np.ndarray) for array in found.values())


def test_a_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_text("in the way")
    with pytest.raises(StorageError, match="a file"):
        save_checkpoint(tmp_path / "checkpoint", 1, STATE)
