"""Files that are damaged at random: each is read or refused in one sentence, and never more."""

import random
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pyarrow
import pytest
import scipy.io
from pyarrow import parquet

from cnnviz.data.sources import understand
from cnnviz.errors import CnnvizError
from tests.data.sources.helpers import smooth
from tests.data.sources.test_parquet import png

IMAGES = smooth(12, 8, 8, 3)
LABELS = np.arange(12) % 3
ROUNDS = 60


def table(path: Path) -> None:
    made = pd.DataFrame(IMAGES.reshape(12, -1) / 255).add_prefix("p")
    made["label"] = np.array(["a", '"b"', "c"])[LABELS]
    made.to_csv(path, index=False, sep=";", decimal=",")


def hdf5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=IMAGES, compression="gzip")
        file["y"], file["classes"] = LABELS, [b"a", b"b", b"c"]


def matlab(packed: bool) -> Callable[[Path], None]:
    content = {"X": IMAGES.transpose(1, 2, 3, 0), "y": LABELS[:, np.newaxis] + 1}
    return lambda path: scipy.io.savemat(path, content, do_compression=packed)


def parquet_file(path: Path) -> None:
    pictures = [{"bytes": png(image), "path": "a.png"} for image in IMAGES]
    parquet.write_table(pyarrow.table({"image": pictures, "label": LABELS}), path, row_group_size=4)


WRITERS: dict[str, Callable[[Path], None]] = {
    "a.csv": table,
    "b.npz": lambda path: np.savez_compressed(path, x=IMAGES / 255, y=LABELS),
    "c.npz": lambda path: np.savez(path, x=IMAGES, y=LABELS),
    "d.h5": hdf5,
    "e.mat": matlab(packed=True),
    "f.mat": matlab(packed=False),
    "g.parquet": parquet_file,
}


def damaged(content: bytes, chance: random.Random) -> bytes:
    wrong = bytearray(content)
    if chance.random() < 0.25:
        return bytes(wrong[: chance.randrange(len(wrong))])
    within = len(wrong) if chance.random() < 0.5 else min(len(wrong), 300)
    for _ in range(chance.randrange(1, 6)):
        wrong[chance.randrange(within)] = chance.choice([0, 10, 34, 44, 59, 255, chance.randrange(256)])
    return bytes(wrong)


@pytest.mark.parametrize("name", WRITERS)
def test_damage_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    path, chance = tmp_path / name, random.Random(name)
    WRITERS[name](path)
    content = path.read_bytes()
    assert len(understand(path)) == 12
    refusals = []
    for _ in range(ROUNDS):
        path.write_bytes(damaged(content, chance))
        try:
            found = understand(path)
            for position in range(len(found)):
                found.pictures.read(position)
        except CnnvizError as error:
            refusals.append(str(error))
    assert len(refusals) > ROUNDS // 4
    assert not any("\n" in refusal for refusal in refusals)
