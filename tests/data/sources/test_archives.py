"""Zip archives that are hostile, damaged or of another kind."""

import io
import stat
import struct
import threading
import zipfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from cnnviz.data.known import KNOWN
from cnnviz.data.sources import archives, trees, understand
from cnnviz.errors import DataError
from cnnviz.home import datasets_folder
from tests.data.photos import declared_png
from tests.data.sources.drawn import counts, photo, photos, zipped

Change = Callable[[zipfile.ZipFile], None]


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    return zipped(photos(tmp_path / "pets", cat=3, dog=2))


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        understand(path)
    message = str(caught.value)
    assert "\n" not in message
    return message


def picture(tmp_path: Path) -> bytes:
    return photo(tmp_path / "one.png").read_bytes()


@pytest.mark.parametrize(
    "name",
    ["../evil.png", "a/../../evil.png", "/etc/evil.png", "C:/evil.png", "..\\evil.png", "\\evil.png", "C:\\evil.png"],
)
def test_members_that_lie_elsewhere_are_refused(pets: Path, tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(pets, "a") as archive:
        archive.writestr(name, picture(tmp_path))
    before = set(tmp_path.rglob("*"))
    message = refusal(pets)
    assert "which lies outside the archive; zip a folder of photos again" in message
    assert set(tmp_path.rglob("*")) == before


def test_links_are_refused(pets: Path) -> None:
    with zipfile.ZipFile(pets, "a") as archive:
        link = zipfile.ZipInfo("cat/link.png")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert "holds the link 'cat/link.png'" in refusal(pets)


def test_names_longer_than_any_system_has_are_refused(pets: Path) -> None:
    with zipfile.ZipFile(pets, "a") as archive:
        archive.writestr(f"{'train_' * 50}/1.png", b"")
    assert "holds a name of more than 255 characters" in refusal(pets)


@pytest.mark.parametrize("name", ["cat/0.png", "cat\\0.png", "./cat/0.png", "cat//0.png"])
def test_names_that_stand_there_twice_are_refused(pets: Path, tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(pets, "a") as archive, pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *_, **__: None)  # zipfile's, about just this
        archive.writestr(name, picture(tmp_path))
    assert "holds 'cat/0.png' twice" in refusal(pets)


def test_an_encrypted_archive_is_refused(pets: Path) -> None:
    content = bytearray(pets.read_bytes())
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = content.find(signature)
        content[at + offset] |= 1
    pets.write_bytes(content)
    assert "is encrypted ('cat/'); zip the folder again without a password" in refusal(pets)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as archive:
        archive.writestr("cat/1.png", picture(tmp_path))
    assert "in a way that is not read" in refusal(tmp_path / "a.zip")


def test_archives_in_archives_are_not_opened(tmp_path: Path, pets: Path) -> None:
    with zipfile.ZipFile(tmp_path / "kaggle.zip", "w") as archive:
        archive.write(pets, "train.zip")
        archive.write(pets, "test1.zip")
        archive.writestr("sample_submission.csv", "id,label\n1,0\n")
    message = refusal(tmp_path / "kaggle.zip")
    assert "holds no pictures but archives ('test1.zip', 'train.zip'); unpack it and give one of these" in message
    with zipfile.ZipFile(tmp_path / "kaggle.zip") as archive:  # the advice works
        archive.extract("train.zip", tmp_path / "unpacked")
    assert len(understand(tmp_path / "unpacked" / "train.zip")) == 5
    with zipfile.ZipFile(pets, "a") as archive:
        archive.write(tmp_path / "kaggle.zip", "cat/more.zip")
    (sentence,) = understand(pets).skipped
    assert sentence == "'cat/more.zip' holds a zip archive, which is not opened; unpack it"


def forged(path: Path, size: int) -> None:
    """Make every member of a zip say that it has another size."""
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\1\2")
    while at >= 0:
        struct.pack_into("<L", content, at + 24, size)
        at = content.find(b"PK\1\2", at + 4)
    path.write_bytes(content)


def test_a_bomb_that_says_so_is_refused(pets: Path) -> None:
    forged(pets, 2**30)
    assert "says that it holds 7 GiB in" in refusal(pets)


def test_a_bomb_of_real_bytes_is_read_no_further_than_a_photo(
    tmp_path: Path, pets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnviz.data.sources.pictures.MOST_BYTES", 2**16)
    monkeypatch.setattr("cnnviz.data.photos.MOST_BYTES", 2**16)
    with zipfile.ZipFile(pets, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cat/bomb.png", declared_png(100, 100) + bytes(2**24))
    found = understand(pets)
    at = next(at for at in range(len(found)) if found.pictures.name(at) == "cat/bomb.png")
    with pytest.raises(DataError, match=r"bomb.png' has more than 0 MiB"):
        found.pictures.read(at)


@pytest.mark.parametrize("size", [10, 60, 10**6])
def test_headers_that_lie_about_sizes(pets: Path, size: int) -> None:
    whole = counts(understand(pets))
    forged(pets, size)
    if size < 100:  # not even their beginnings are right: nothing is a picture any more
        refusal(pets)
        return
    assert counts(understand(pets)) == whole  # no further than the members really go


def test_too_many_members_are_counted_before_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(200_001):
            archive.writestr(zipfile.ZipInfo(f"{number % 2}/{number}.png"), b"")
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("it is opened"))
    assert "holds more than 200,000 files or 32 GiB; give a part of it" in refusal(path)


def test_a_list_that_hides_its_length(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(pets.read_bytes())
    at = content.rfind(b"PK\5\6")
    struct.pack_into("<HH", content, at + 8, 1, 1)  # says that it has a single member
    pets.write_bytes(content)
    monkeypatch.setattr(trees, "MOST_FILES", 4)
    assert "holds more than 4 files" in refusal(pets)
    struct.pack_into("<L", content, at + 12, 2**31)
    pets.write_bytes(content)
    assert "has a list of members that cannot be right" in refusal(pets)


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.99])
def test_an_archive_that_is_cut_off(pets: Path, kept: float) -> None:
    content = pets.read_bytes()
    pets.write_bytes(content[: int(kept * len(content))])
    assert "cannot be read as a zip archive" in refusal(pets)


def test_a_member_that_is_damaged_is_named(pets: Path) -> None:
    with zipfile.ZipFile(pets) as archive:
        at = archive.getinfo("dog/1.png").header_offset + 60
    content = bytearray(pets.read_bytes())
    content[at : at + 8] = b"\xff" * 8
    pets.write_bytes(content)
    found = understand(pets)
    told = "; ".join(found.skipped)
    for at in range(len(found)):
        try:
            found.pictures.read(at)
        except DataError as error:
            told += str(error)
    assert "dog/1.png' of " in told
    assert "cannot be read" in told


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"BZh9", "a bzip2 archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"\xfd7zXZ\0", "an xz archive"),
        (bytes(257) + b"ustar\x0000", "a tar archive"),
    ],
)
def test_other_archives_take_one_sentence(tmp_path: Path, start: bytes, kind: str) -> None:
    path = tmp_path / "pets.zip"
    path.write_bytes(start + bytes(600))
    message = refusal(path)
    assert f"holds {kind}; accepted are zip archives and folders, so unpack it and give the folder it makes" in message


def test_the_published_archives_belong_into_the_home(tmp_path: Path) -> None:
    for name in ("cifar10", "cifar100"):
        path = tmp_path / KNOWN[name].files[0].filename
        path.write_bytes(b"\x1f\x8b\x08" + bytes(600))
        message = refusal(path)
        assert f"is the published archive of {name}, which needs no import; put it into {datasets_folder()}" in message


def test_names_that_do_not_say_they_are_utf_8(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in ("M\u00fccke", "dog"):
            for number in range(2):
                archive.writestr(f"{name}/{number}.png", picture(tmp_path))
    raw = bytearray(content.getvalue())
    for signature, offset in ((b"PK\3\4", 7), (b"PK\1\2", 9)):
        at = raw.find(signature)
        while at >= 0:
            raw[at + offset] &= ~0x08  # as macOS and others leave it
            at = raw.find(signature, at + 4)
    (tmp_path / "a.zip").write_bytes(raw)
    assert understand(tmp_path / "a.zip").class_names == ("M\u00fccke", "dog")


def test_backslashes_divide_too(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("cat", "dog"):
            for part in ("train", "test"):
                archive.writestr(f"{part}\\{name}\\1.png", photo(tmp_path / "x.png", name).read_bytes())
    assert counts(understand(tmp_path / "a.zip")) == {
        (part, name): 1 for part in ("train", "test") for name in ("cat", "dog")
    }


def test_several_threads_read_at_once(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    from PIL import Image

    for number in range(40):
        path = tmp_path / "set" / ("a", "b")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (40, 40, 3), np.uint8)).save(path)
    found = understand(zipped(tmp_path / "set"))
    alone = [found.pictures.read(at) for at in range(len(found))]
    start = threading.Barrier(4)

    def all_of_them(_: int) -> bool:
        start.wait(30)
        return all(np.array_equal(found.pictures.read(at), alone[at]) for at in range(len(found)))

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(all_of_them, range(4)))


def test_a_zip_is_told_by_its_first_bytes() -> None:
    assert archives.recognises(Path("x"), b"PK\3\4")
    assert archives.recognises(Path("x"), b"PK\5\6")
    assert not archives.recognises(Path("x"), zlib.compress(b"x"))
