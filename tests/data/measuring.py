"""How much memory and time a photo takes: a process that opens files, each in a fork of its own.

python -m tests.data.measuring FILE...    prints a line of JSON for each
"""

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.dashboard import ROOT

MOST_MEMORY = 300_000_000  # bytes above rest


@dataclass(frozen=True)
class Opened:
    """What became of a file.

    Attributes:
        memory: bytes of resident memory at the most, above what the process had before it read the file.
        seconds: of the processor.
        shape: of the pixels; empty where it was refused.
        said: the note or the refusal.
    """

    memory: int
    seconds: float
    shape: tuple[int, ...]
    said: str


def opened_elsewhere(*paths: Path) -> dict[str, Opened]:
    """Open photos in a process that does nothing else, as the pages, the command line and the server do."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.data.measuring", *map(str, paths)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == len(paths), done.stderr
    return {Path(path).name: Opened(memory, seconds, tuple(shape), said) for path, memory, seconds, shape, said in rows}


def _open(path: str) -> tuple[tuple[int, ...], str]:
    from cnnviz.data.photos import open_photo, smaller
    from cnnviz.errors import DataError
    from cnnviz.inference.crops import Crop, prepare_photo

    try:
        photo = open_photo(Path(path).read_bytes(), Path(path).name)
    except DataError as error:
        return (), str(error)
    smaller(photo.pixels, 1024)  # pages
    for mode in ("centre", "whole"):  # the command line and the server
        prepare_photo(photo.pixels, (32, 32, 3), Crop(mode=mode))
    return photo.pixels.shape, photo.note


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    from PIL import Image

    from cnnviz.inference import crops

    assert crops
    Image.init()  # part of the rest
    for path in sys.argv[1:]:
        sys.stdout.flush()
        child = os.fork()  # its own peak begins with what this process has
        if not child:
            rest, began = _peak(), time.process_time()
            shape, said = _open(path)
            sys.stdout.write(json.dumps((path, _peak() - rest, time.process_time() - began, shape, said)) + "\n")
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
