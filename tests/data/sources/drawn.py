"""Small real pictures whose colour says their class, and where they are put."""

import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from cnnviz.data.sources import Reading, Understood, understand

COLOURS = {"cat": (250, 20, 20), "dog": (20, 250, 20), "owl": (20, 20, 250)}


def photo(path: Path, name: str = "cat", size: tuple[int, int] = (12, 10)) -> Path:
    """Draw a picture in a class's colour; its ending says the format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, COLOURS.get(name, (90, 90, 90))).save(path)
    return path


def photos(root: Path, **counts: int) -> Path:
    """Draw counts of pictures as root/CLASS/NUMBER.png."""
    for name, count in counts.items():
        for number in range(count):
            photo(root / name / f"{number}.png", name)
    return root


def zipped(folder: Path, within: str = "") -> Path:
    """Put all files of a folder into a zip beside it, those of an empty folder too."""
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, f"{within}{file.relative_to(folder).as_posix()}")
    return path


def counts(found: Understood) -> dict[tuple[str, str], int]:
    """Count the pictures by part and class, having looked at each one's colour."""
    told: dict[tuple[str, str], int] = {}
    for at, (part, label) in enumerate(zip(found.parts.tolist(), found.labels.tolist(), strict=True)):
        name = found.class_names[label]
        pixels = found.pictures.read(at)
        colour = COLOURS.get(name.split()[0])
        if colour:
            assert np.abs(pixels.reshape(-1, 3).mean(axis=0) - colour).max() < 8, found.pictures.name(at)
        told[part, name] = told.get((part, name), 0) + 1
    return told


def understood(path: Path, **reading: object) -> Understood:
    return understand(path, Reading(**reading))  # type: ignore[arg-type]
