"""AVIF and HEIC: what a process of its own makes of them, and what it does not let them take."""

import io
import os
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import psutil
import pytest
from PIL import Image, ImageOps

from cnnviz.data import open_photo
from cnnviz.data.apart import Bounds, FailedError, asking, decoded_apart
from cnnviz.data.essence import TooMuchError
from cnnviz.data.sources import understand
from cnnviz.errors import DataError, MissingExtraError
from tests.data.heif import COLOURED, EXACT, HOSTILE, encoded, grid

KINDS = ("AVIF", "HEIC")
USUAL = Bounds(25_000_000, 640 * 2**20, 20)
NEAR = 3  # grey levels: both encode luminance and chrominance


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "LA"])
def test_the_picture_is_the_one_that_was_saved(kind: str, mode: str) -> None:
    image = Image.fromarray(COLOURED).convert(mode)
    if "A" in mode:
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    photo = open_photo(encoded(kind, image, **EXACT[kind]), "a.jpg")
    seen = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA")).convert("RGB")
    assert photo.pixels.shape[2] == (1 if (kind, mode) == ("HEIC", "L") else 3)  # Pillow makes colour of a grey AVIF
    np.testing.assert_allclose(np.broadcast_to(photo.pixels, (60, 80, 3)), np.asarray(seen), atol=NEAR)
    assert photo.note == ("Transparent parts are shown on white." if "A" in mode else "")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_turned_once(kind: str, orientation: int) -> None:
    image = Image.fromarray(COLOURED)
    image.getexif()[0x112] = orientation
    content = encoded(kind, image, exif=image.getexif().tobytes(), **EXACT[kind])
    upright = np.asarray(ImageOps.exif_transpose(image))
    np.testing.assert_allclose(open_photo(content, "a").pixels, upright, atol=NEAR)


@pytest.mark.parametrize("kind", KINDS)
def test_tiles_make_one_picture(kind: str) -> None:
    pixels = open_photo(grid(kind, tile=64, rows=2, columns=2, size=128), "a").pixels
    assert pixels.shape == (128, 128, 3)
    np.testing.assert_allclose(pixels, 90, atol=2)


def test_an_animation_shows_its_first_picture() -> None:
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("red", "blue")]
    photo = open_photo(encoded("AVIF", frames[0], save_all=True, append_images=frames[1:]), "a")
    assert photo.note == "Only its first picture is used."
    np.testing.assert_allclose(photo.pixels.mean((0, 1)), (255, 0, 0), atol=4)


@pytest.mark.parametrize(("mode", "channels"), [("RGB;16", 3), ("I;16", 1)])
def test_a_heic_may_be_of_ten_bits(mode: str, channels: int) -> None:
    values = np.linspace(0, 65535, 64 * 64 * channels).astype(np.uint16).reshape(64, 64, channels)
    stream = io.BytesIO()
    pillow_heif.from_bytes(mode, (64, 64), values.tobytes()).save(stream, **EXACT["HEIC"])
    np.testing.assert_allclose(open_photo(stream.getvalue(), "a").pixels, values / 257, atol=NEAR)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_it_holds_it_takes_little(kind: str, name: str) -> None:
    make, said = HOSTILE[name]
    content = make(kind)
    with _most_memory(kind) as most:
        try:
            outcome = f"{open_photo(content, 'evil').pixels.shape}"
        except DataError as error:
            outcome = str(error)
    assert said in outcome
    assert "\n" not in outcome
    assert most.bytes < 250_000_000
    # the next one is read as if nothing had been
    assert open_photo(encoded(kind, COLOURED), "good").pixels.shape == (60, 80, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_any_byte_may_be_wrong(kind: str) -> None:
    content = encoded(kind, COLOURED)
    random = np.random.default_rng(11)
    for _ in range(150):
        changed = bytearray(content)
        for at in random.integers(0, len(changed), random.integers(1, 6)):
            changed[at] = random.integers(256)
        try:
            open_photo(bytes(changed), "a")
        except DataError as error:
            assert "\n" not in str(error)  # noqa: PT017 - a picture may come of it, too
    np.testing.assert_array_equal(open_photo(content, "a").pixels, open_photo(content, "a").pixels)


# --- the process ---------------------------------------------------------------------------------------------------


class _most_memory:  # noqa: N801 - used as a function
    """The most memory that the decoder's process had meanwhile."""

    def __init__(self, kind: str) -> None:
        self._kind, self._stop, self.bytes = kind, threading.Event(), 0

    def __enter__(self) -> "_most_memory":
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.005):
            try:
                self.bytes = max(self.bytes, _process(self._kind).memory_info().rss)
            except (psutil.Error, AssertionError):
                continue


def _process(kind: str) -> psutil.Process:
    process = asking._DECODERS[kind]._process
    assert process is not None
    return psutil.Process(process.pid)


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_larger_than_allowed_is_not_made(kind: str) -> None:
    content = encoded(kind, COLOURED)
    with pytest.raises(TooMuchError, match="80x60 pixels"):
        decoded_apart(kind, content, Bounds(4_000, USUAL.memory, 20))


@pytest.mark.parametrize("kind", KINDS)
def test_memory_is_bounded(kind: str) -> None:
    content = encoded(kind, np.full((1600, 1600, 3), 90, np.uint8), quality=30)
    with pytest.raises((TooMuchError, FailedError)):  # libavif does not say why
        decoded_apart(kind, content, Bounds(USUAL.pixels, 40_000_000, 20))
    assert decoded_apart(kind, content, USUAL).size == (1600, 1600)


def test_the_watcher_bounds_memory_where_the_system_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows: the process itself is told of more than it may have."""
    content = encoded("AVIF", np.full((3000, 3000, 3), 90, np.uint8), quality=30)
    asking._DECODERS["AVIF"].end()
    pack = asking.REQUEST.pack
    monkeypatch.setattr(asking, "REQUEST", _Generous(pack))
    monkeypatch.setattr(asking, "_TICK_S", 0.001)
    with pytest.raises(TooMuchError, match="more memory or time"):
        decoded_apart("AVIF", content, Bounds(USUAL.pixels, 30_000_000, 20))


class _Generous:
    def __init__(self, pack: Any) -> None:
        self._pack = pack

    def pack(self, length: int, pixels: int, memory: int, seconds: int) -> bytes:
        return bytes(self._pack(length, pixels, 2**40, 3600))


def test_computing_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    content = grid("AVIF", tile=1024, rows=100, columns=100, size=3200, said=32)
    start = time.process_time()
    with pytest.raises((TooMuchError, FailedError)):
        decoded_apart("AVIF", content, Bounds(USUAL.pixels, USUAL.memory, 1))
    assert time.process_time() - start < 5
    assert open_photo(encoded("AVIF", COLOURED), "good").pixels.shape == (60, 80, 3)


def test_it_is_started_once_and_again_when_it_is_gone() -> None:
    content = encoded("HEIC", COLOURED)
    open_photo(content, "a")
    first = _process("HEIC")
    open_photo(content, "a")
    assert _process("HEIC") == first
    first.kill()
    first.wait()
    assert open_photo(content, "a").pixels.shape == (60, 80, 3)
    assert _process("HEIC") != first


@pytest.mark.skipif(not hasattr(psutil.Process, "rlimit"), reason="limits of others are seen on Linux")
@pytest.mark.parametrize("kind", KINDS)
def test_it_can_write_nothing_and_open_nothing(kind: str) -> None:
    open_photo(encoded(kind, COLOURED), "a")
    process = _process(kind)
    limits = {name: process.rlimit(getattr(psutil, name))[0] for name in ("RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_NOFILE")}
    assert limits == {"RLIMIT_AS": 640 * 2**20, "RLIMIT_FSIZE": 0, "RLIMIT_NOFILE": 0}
    assert process.rlimit(psutil.RLIMIT_CPU)[0] < sum(process.cpu_times()[:2]) + 10


def test_many_threads_share_it() -> None:
    contents = [encoded("AVIF", np.full((20, 20 + number, 3), 90, np.uint8)) for number in range(8)]
    shapes: dict[int, tuple[int, ...]] = {}

    def read(number: int) -> None:
        shapes[number] = open_photo(contents[number], "a").pixels.shape

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shapes == {number: (20, 20 + number, 3) for number in range(8)}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks")
def test_a_fork_asks_a_process_of_its_own() -> None:
    content = encoded("HEIC", COLOURED)
    open_photo(content, "a")
    mine = _process("HEIC")
    child = os.fork()
    if not child:
        try:
            good = open_photo(content, "a").pixels.shape == (60, 80, 3) and _process("HEIC") != mine
            asking._DECODERS["HEIC"].end()
        finally:
            os._exit(0 if good else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert open_photo(content, "a").pixels.shape == (60, 80, 3)
    assert _process("HEIC") == mine


def test_an_answer_is_a_strangers() -> None:
    """What a decoder that was taken over might say."""
    for said in (
        (asking.PICTURE, 0, 9, 5, 5, 1, 0),
        (asking.PICTURE, 0, 2, 2**31, 2**31, 1, 0),
        (asking.PICTURE, 0, 2, 5, 5, 77, 0),
        (asking.DAMAGED, 2**60, 0, 0, 0, 0, 0),
        (77, 0, 0, 0, 0, 0, 0),
    ):
        with pytest.raises(EOFError):
            asking._answer(io.BytesIO(asking.ANSWER.pack(*said) + bytes(99)), USUAL)
    text = b"a\n\x1b[31mb"
    with pytest.raises(FailedError, match=r"^a \[31mb$"):
        asking._answer(io.BytesIO(asking.ANSWER.pack(asking.DAMAGED, len(text), 0, 0, 0, 0, 0) + text), USUAL)


@pytest.mark.parametrize(
    ("kind", "cure"),
    [("HEIC", "pip install 'cnnviz[heic]'"), ("AVIF", "pip install --upgrade --force-reinstall pillow")],
)
def test_where_it_is_not_read_the_sentence_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, kind: str, cure: str
) -> None:
    monkeypatch.setattr("cnnviz.data.photo_formats.find_spec", lambda name: None)
    with pytest.raises(DataError, match="which is not read here") as caught:
        open_photo(encoded(kind, COLOURED), "a.jpg")
    assert cure in str(caught.value)


def test_folders_and_archives_of_them_are_imported(tmp_path: Path) -> None:
    for number, name in enumerate(("cat", "dog")):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for kind in KINDS:
            shade = np.full((40, 40, 3), 60 + 100 * number, np.uint8)
            (tmp_path / "pets" / name / f"{kind}.jpg").write_bytes(encoded(kind, shade))
    archive = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "pets"))
    for given in (tmp_path / "pets", archive):
        found = understand(given)
        assert (len(found), found.class_names, found.skipped) == (4, ("cat", "dog"), ())
        means = [found.pictures.read(position).mean() for position in range(4)]
        np.testing.assert_allclose(means, [60, 60, 160, 160], atol=2)


def test_where_all_are_heic_and_that_is_not_read_the_import_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "IMG_1.HEIC").write_bytes(encoded("HEIC", COLOURED))
    monkeypatch.setattr("cnnviz.data.photo_formats.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"are HEIC, which is not read here; .* pip install 'cnnviz\[heic\]'"):
        understand(tmp_path)
    Image.new("RGB", (9, 9)).save(tmp_path / "cat" / "1.png")
    Image.new("RGB", (9, 9)).save(tmp_path / "dog" / "1.png")
    assert "holds HEIC, which is not read here" in understand(tmp_path).skipped[0]


def test_a_decoder_that_does_not_start_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = asking._Decoder("HEIC")
    decoder._kind = "JPEG"
    with pytest.raises(FailedError, match="does not start"):
        decoder.decode(b"", USUAL)
