"""A stranger's HDF5 file, read in a process of its own alone: where its links point, and the network it may describe.

    python hdf5.py MODEL.h5 FOLDER

writes `told.json` into the folder. It stands on its own, so that this first look does not wait for TensorFlow.
"""

import json
import sys
from pathlib import Path
from typing import Any

import h5py

__all__ = ["CONFIG", "MOST_CONFIG", "TOLD", "limit", "main", "outside"]

CONFIG = "model_config"  # the attribute in which Keras keeps the architecture
TOLD = "told.json"
MOST_CONFIG = 4 * 2**20
MEMORY = 2 * 2**30  # bytes of address space
PROCESSOR_S = 60
_CORE = 0


def main() -> None:
    """Read the file with little memory and time, write what it says."""
    path, folder = Path(sys.argv[1]), Path(sys.argv[2])
    limit(memory=MEMORY, processor_s=PROCESSOR_S, file=4 * MOST_CONFIG)
    (folder / TOLD).write_text(json.dumps(_told(path)), encoding="utf-8")


def limit(*, memory: int, processor_s: int, file: int) -> None:
    """Take as little as will do; before anything of a file is read.

    Args:
        memory: bytes of address space.
        processor_s: seconds of computing.
        file: bytes of the largest file it may write.
    """
    try:
        import resource
    except ImportError:  # Windows: the parent's time limit is what there is
        return
    limits = {"RLIMIT_AS": memory, "RLIMIT_CPU": processor_s, "RLIMIT_FSIZE": file, "RLIMIT_CORE": _CORE}
    for name, most in limits.items():
        _, hard = resource.getrlimit(getattr(resource, name))
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(getattr(resource, name), (most, most))


def outside(path: Path) -> str:
    """Say what in a file points out of it, or why it cannot be read; empty where it is whole and on its own.

    HDF5 can link to other files and take data from them.
    """
    found: list[str] = []

    def look(group: Any) -> None:
        for key in group:
            link = group.get(key, getlink=True)
            if not isinstance(link, h5py.HardLink):
                found.append(f"a link at {str(key)[:60]!r}")
                continue
            item = group[key]
            if isinstance(item, h5py.Group):
                look(item)
            elif isinstance(item, h5py.Dataset) and (item.external or item.is_virtual):
                found.append(f"data in another file at {str(key)[:60]!r}")

    try:
        with h5py.File(path, "r") as file:
            look(file)
    except (OSError, RuntimeError, KeyError, ValueError, RecursionError) as error:
        return f"its weights are no readable HDF5 file ({' '.join(str(error).split())[:160]})"
    return f"its weights hold {found[0]}, which is not followed; save it again with model.save(...)" if found else ""


def _told(path: Path) -> dict[str, str]:
    """What the file says: "config" and "class_names" as JSON, and "keras_version", each empty where it does not.

    Where it cannot be used, there is a "problem", a sentence.
    """
    if problem := outside(path):
        return {"problem": problem}
    with h5py.File(path, "r") as file:
        config, version, names = (_text(file.attrs.get(name, "")) for name in (CONFIG, "keras_version", "class_names"))
    if len(config) + len(names) > MOST_CONFIG:
        return {"problem": f"its configuration has more than {MOST_CONFIG / 2**20:g} MiB; choose a smaller model"}
    return {"problem": "", "config": config, "keras_version": version[:20], "class_names": names}


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value if isinstance(value, str) else ""


if __name__ == "__main__":
    main()
