"""What people and attackers give to `cnnviz data import`, each in a folder of its own, and what is to be said of it."""

import io
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

__all__ = ["GOOD", "HOSTILE", "Case"]


@dataclass(frozen=True)
class Case:
    """A thing to import.

    Attributes:
        make: writes it into an empty folder; returns what is given to the command.
        said: part of the sentence that refuses it; for what is imported, parts of all that is said.
        more: further arguments.
    """

    make: Callable[[Path], Path]
    said: tuple[str, ...]
    more: tuple[str, ...] = ()


# --- photos in folders and archives -----------------------------------------------------------------------------


def picture(shade: int = 90, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (12, 10), (shade, 40, 250 - shade)).save(stream, kind)
    return stream.getvalue()


def pets(root: Path) -> Path:
    """Four cats and four dogs."""
    for number, name in enumerate(("cat", "dog")):
        for copy in range(4):
            put(root / "pets" / name / f"{copy}.png", picture(60 + 100 * number + copy))
    return root / "pets"


def put(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def packed(*extra: tuple[str | zipfile.ZipInfo, bytes], more: Iterable[str] = ()) -> Callable[[Path], Path]:
    """A zip of the pets and of something beside them."""

    def make(root: Path) -> Path:
        folder, path = pets(root), root / "pets.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.rglob("*.png")):
                archive.write(file, file.relative_to(folder).as_posix())
            for name, content in extra:
                archive.writestr(name, content)
            for name in more:
                archive.writestr(name, b"")
        return path

    return make


def folder(*extra: tuple[str, bytes | str]) -> Callable[[Path], Path]:
    """The folder of the pets with something beside them."""

    def make(root: Path) -> Path:
        path = pets(root)
        for name, content in extra:
            put(path / name, content)
        return path

    return make


def only(*files: tuple[str, bytes | str]) -> Callable[[Path], Path]:
    """A folder with these alone."""

    def make(root: Path) -> Path:
        for name, content in files:
            put(root / "given" / name, content)
        return root / "given"

    return make


def _link(root: Path) -> Path:
    path = pets(root)
    put(root / "secret.png", picture())
    (path / "cat" / "link.png").symlink_to(root / "secret.png")
    (path / "elsewhere").symlink_to(root)
    return path


def _link_in_zip() -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo("cat/link.png")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info, b"/etc/passwd"


def _bomb(root: Path) -> Path:
    """Nine members of 4 GB, as the list says."""
    path = packed(more=(f"cat/bomb{number}.png" for number in range(9)))(root)
    content = bytearray(path.read_bytes())
    at = -1
    while (at := content.find(b"PK\1\2", at + 1)) >= 0:
        if b"bomb" in content[at + 46 : at + 60]:
            struct.pack_into("<II", content, at + 20, 100, 2**32 - 2)
    path.write_bytes(content)
    return path


def _encrypted(root: Path) -> Path:
    path = packed()(root)
    content = bytearray(path.read_bytes())
    at = -1
    while (at := content.find(b"PK\1\2", at + 1)) >= 0:
        content[at + 8] |= 1
    path.write_bytes(content)
    return path


def _lying(root: Path) -> Path:
    """The list says ten bytes of each."""
    path = packed()(root)
    content = bytearray(path.read_bytes())
    at = -1
    while (at := content.find(b"PK\1\2", at + 1)) >= 0:
        struct.pack_into("<I", content, at + 24, 10)
    path.write_bytes(content)
    return path


def _tar(root: Path) -> Path:
    with tarfile.open(root / "pets.tar.gz", "w:gz") as archive:
        archive.add(pets(root), "pets")
    return root / "pets.tar.gz"


def _arrays_outside(root: Path) -> Path:
    stream = io.BytesIO()
    np.save(stream, np.zeros((9, 8, 8), np.uint8))
    with zipfile.ZipFile(root / "arrays.zip", "w") as archive:
        archive.writestr("../x_train.npy", stream.getvalue())
        archive.writestr("y_train.npy", stream.getvalue())
        archive.writestr("more.h5", b"")
    return root / "arrays.zip"


def _single(root: Path) -> Path:
    path = pets(root)
    for file in (path / "dog").iterdir():
        file.unlink()
    return path


# --- tables -----------------------------------------------------------------------------------------------------

HEADER = ",".join(["label", *(f"p{number}" for number in range(64))])
ROWS = [",".join(map(str, [number % 2, *range(number, number + 64)])) for number in range(10)]


def table(*changed: tuple[int, str], header: str = HEADER, encoding: str = "utf-8") -> Callable[[Path], Path]:
    rows = list(ROWS)
    for number, row in changed:
        rows[number] = row
    return lambda root: put(root / "a.csv", ("\n".join([header, *rows]) + "\n").encode(encoding))


def text(content: str) -> Callable[[Path], Path]:
    return lambda root: put(root / "a.csv", content)


def _value(value: str) -> tuple[int, str]:
    return 2, ",".join(["0", *["7"] * 30, value, *["7"] * 33])


def _pairs(root: Path) -> Path:
    put(root / "four" / "input.csv", "\n".join(",".join(["7"] * 64) for _ in range(9)))
    put(root / "four" / "labels.csv", "\n".join("0101010"))
    return root / "four"


# A line of the list of what is hostile; the cases that it stands for.
HOSTILE: dict[str, dict[str, Case]] = {
    "members that lead elsewhere, links, names twice, encryption, archives in archives, tar": {
        "dots": Case(packed(("../evil.png", picture())), ("which lies outside the archive",)),
        "absolute": Case(packed(("/etc/evil.png", picture())), ("which lies outside the archive",)),
        "dots among arrays": Case(_arrays_outside, ("which lies outside the archive",)),
        "link in a zip": Case(packed(_link_in_zip()), ("link",)),
        "twice": Case(packed(("./cat/0.png", picture())), ("twice",)),
        "encrypted": Case(_encrypted, ("password",)),
        "a zip in a zip": Case(
            only(("inner.zip", b"PK\3\4" + bytes(40))), ("holds no pictures but archives ('inner.zip')",)
        ),
        "tar": Case(_tar, ("accepted are zip archives and folders, so unpack it",)),
    },
    "gigabytes in few bytes, many members, sizes that lie": {
        "bomb": Case(_bomb, ("holds more than",)),
        "many members": Case(packed(more=(f"x/{number}" for number in range(200_001))), ("more than 200,000 files",)),
        "lying sizes": Case(_lying, ("pets.zip",)),
    },
    "tables that do not fit": {
        "names that are not there": Case(
            only(
                ("1.png", picture()),
                ("2.png", picture(91)),
                ("metadata.csv", "file_name,label\nx1.png,cat\nx2.png,dog\n"),
            ),
            ("holds 2 pictures, and 'metadata.csv' names others ('x1.png', 'x2.png', ...)",),
        ),
        "pictures in a zip beside their table": Case(
            only(
                ("images.zip", b"PK\3\4" + bytes(40)),
                ("metadata.jsonl", '{"file_name": "1.png", "label": "cat"}\n'),
            ),
            ("holds no pictures but archives ('images.zip')",),
        ),
    },
    "one class, classes that differ by case": {
        "single class": Case(_single, ("cat",)),
        "case": Case(folder(("Cat/1.png", picture())), ("differ only by case",)),
        "nothing": Case(only(("a/notes.txt", "hello")), ("holds no pictures but 1 other file",)),
    },
    "empty, a header only, ragged rows, more values than columns": {
        "empty": Case(text(""), ("a.csv",)),
        "header only": Case(text(HEADER + "\n"), ("holds a header and no rows",)),
        "ragged": Case(table((4, "1,2,3")), ("row 6", "values")),
        "more values": Case(table((4, ROWS[4] + ",9")), ("row 6", "values")),
    },
    "infinities, NaN, an open quote": {
        "inf": Case(table(_value("inf")), ("row 4", "holds inf in the column 'p30'")),
        "NaN": Case(table(_value("NaN")), ("row 4", "in the column 'p30'")),
        "quote": Case(table((2, '0,"' + ROWS[2][2:])), ("quote",)),
    },
    "labels 1.5 or 10^20": {
        "fraction": Case(table((3, "1.5" + ROWS[3][1:])), ("1.5",)),
        "huge": Case(table((3, "1e20" + ROWS[3][1:])), ("1e+20",)),
    },
    "50,000 columns, a path as content, pixels that make no image, different lengths": {
        "columns": Case(text("\n".join([",".join(map(str, range(50_000)))] * 3)), ("a.csv",)),
        "a path": Case(text("/etc/passwd\n"), ("a.csv",)),
        "content as a path": Case(lambda root: root / "label,p0,p1", ("cannot be read (No such file or directory)",)),
        "no image": Case(
            table(*((n, f"{row},7") for n, row in enumerate(ROWS)), header=HEADER + ",x"), ("make no square",)
        ),
        "lengths": Case(_pairs, ("9 images and labels.csv 7 labels",)),
    },
}

# What looks odd and is imported all the same.
GOOD: dict[str, Case] = {
    "litter": Case(
        packed(("__MACOSX/cat/._0.png", b"x"), (".DS_Store", b"x"), ("cat/Thumbs.db", b"x")),
        ("4 test", "2 classes")[1:],
    ),
    "empty folders and other files": Case(
        folder(("cat/notes.txt", "hello"), ("empty/.keep", "")), ("notes.txt' holds text", "'empty' holds no pictures")
    ),
    "links in a folder": Case(_link, ("'cat/link.png' is a link or device, which is not followed",)),
    "HTML in a name": Case(folder(("<b>x</b>/1.png", picture()), ("<b>x</b>/2.png", picture(91))), ("3 classes",)),
    "a path in a name": Case(
        only(
            *((f"{number}.png", picture(60 + 9 * number)) for number in range(8)),
            ("labels.csv", "file,label\n" + "".join(f"{n}.png,{('../../etc', 'dog')[n % 2]}\n" for n in range(8))),
        ),
        ("2 classes",),
    ),
    "UTF-16": Case(table(encoding="utf-16"), ("2 classes",)),
    "semicolons": Case(
        lambda root: put(root / "a.csv", "\n".join([HEADER, *ROWS]).replace(",", ";")), ("2 classes", "(8x8x1)")
    ),
    # as reported of other tools
    "checkpoints of notebooks": Case(folder((".ipynb_checkpoints/1.png", picture())), ("2 classes",)),
    "a class called train, and stations": Case(
        folder(("train/train_station_1.png", picture()), ("train/train_2.png", picture(99))), ("3 classes",)
    ),
    "other formats under the name of JPEG": Case(
        folder(
            ("cat/a.jpg", picture(61, "GIF")),
            ("cat/b.jpg", picture(62, "BMP")),
            ("dog/c.jpg", picture(163, "WEBP")),
            ("dog/d.JPEG", picture(164, "JPEG")[:-2] + bytes(245) + b"\xff\xd9"),
        ),
        ("2 classes", "10 train"),
    ),
    "endings in capitals at the top of a zip": Case(
        lambda root: _flat(root, [f"{name}_{number}.JPG" for name in ("cat", "dog") for number in range(4)]),
        ("2 classes",),
    ),
    "letters of other scripts": Case(
        folder(("고양이/사진 1.png", picture()), ("고양이/ż:ą.png", picture(92))), ("3 classes",)
    ),
    "gigabytes of nothing under the name of a picture": Case(
        packed(("cat/bomb.png", bytes(80 * 2**20))), ("'cat/bomb.png' holds something unknown", "2 classes")
    ),
    "a row for two pictures": Case(
        only(
            *((f"{kind}{number}.png", picture(60 + 9 * number)) for kind in "ab" for number in range(8)),
            (
                "meta.csv",
                "case,clinic,derm,diagnosis\n" + "".join(f"{n},a{n}.png,b{n}.png,{'xy'[n % 2]}1\n" for n in range(8)),
            ),
        ),
        ("2 classes", "the column 'derm' of 'meta.csv' names further pictures, which were passed over"),
    ),
}


def _flat(root: Path, names: list[str]) -> Path:
    with zipfile.ZipFile(root / "flat.zip", "w") as archive:
        for number, name in enumerate(names):
            archive.writestr(name, picture(60 + number, "JPEG"))
    return root / "flat.zip"
