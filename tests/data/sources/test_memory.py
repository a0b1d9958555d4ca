"""A large table is read in little memory: measured in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.dashboard import ROOT

MOST_MEMORY = 80_000_000  # bytes above rest

CHILD = """
import json, sys
from pathlib import Path
import numpy, pandas, pyarrow, scipy.io, h5py
from cnnviz.data.sources import understand

def peak():  # of this process alone; what `resource` gives has its parent's in it
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))

understand(Path(sys.argv[1]))
rest = peak()
found = understand(Path(sys.argv[2]))
for position in range(len(found)):
    found.pictures.read(position)
print(json.dumps((peak() - rest, len(found), found.shape, found.notes)))
"""


def write(path: Path, n_rows: int, decimals: int) -> int:
    """Write rows of 100x100x3, a hundred different ones again and again."""
    random = np.random.default_rng(0)
    values = random.integers(0, 256, (100, 30_000)) / (255 if decimals else 1)
    rows = [
        f"{number % 2}," + ",".join([f"{value:.{decimals}f}" for value in row]) for number, row in enumerate(values)
    ]
    with path.open("w") as file:
        for number in range(n_rows):
            file.write(rows[number % 100] + "\n")
    return path.stat().st_size


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak is read from /proc")
@pytest.mark.parametrize("decimals", [0, 4])
def test_memory_does_not_grow_with_the_table(tmp_path: Path, decimals: int) -> None:
    write(tmp_path / "small.csv", 20, decimals)
    size = write(tmp_path / "large.csv", 1_000, decimals)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "small.csv"), str(tmp_path / "large.csv")],
        cwd=ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    memory, count, shape, notes = json.loads(done.stdout)
    assert (count, shape) == (1_000, [100, 100, 3]), notes
    assert size > 1.2 * MOST_MEMORY
    assert memory < MOST_MEMORY, f"{memory / 1e6:.0f} MB for a table of {size / 1e6:.0f} MB"
