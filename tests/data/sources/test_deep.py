"""Pictures of more than 8 bits and files of several pages: PNG, TIFF and DICOM, compared with what wrote them."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image

from cnnviz.data.photos import grey_range, open_photo
from cnnviz.data.sources import Reading, Understood, understand
from cnnviz.data.sources import dicom as reader
from cnnviz.errors import DataError, MissingExtraError
from tests.data.sources.drawn import photos, zipped

Pixels = NDArray[Any]


def ramp(low: int, high: int, dtype: str = "u2") -> Pixels:
    return np.linspace(low, high, 15 * 20).round().astype(dtype).reshape(15, 20)


def grey(path: Path, pixels: Pixels) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def by_name(found: Understood) -> dict[str, Pixels]:
    return {found.pictures.name(at): found.pictures.read(at) for at in range(len(found))}


def scaled(values: Pixels, low: float, high: float) -> NDArray[np.uint8]:
    """What should come of values, computed in double precision."""
    return np.rint(np.clip((values.astype(float) - low) * 255 / (high - low), 0, 255)).astype(np.uint8)[:, :, None]


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_sixteen_bits_are_scaled_by_the_range_of_the_whole_set(tmp_path: Path, ending: str) -> None:
    written = {
        f"{name}/{number}.{ending}": ramp(low, high)
        for name, number, low, high in (("a", 0, 100, 3000), ("a", 1, 500, 900), ("b", 0, 40, 4080), ("b", 1, 700, 800))
    }
    for name, pixels in written.items():
        grey(tmp_path / "set" / name, pixels)
    for path in (tmp_path / "set", zipped(tmp_path / "set")):
        found = understand(path)
        read = by_name(found)
        for name, pixels in written.items():
            assert np.array_equal(read[name], scaled(pixels, 40, 4080)), name
        assert any("goes from 40 (black) to 4080 (white)" in note and "of all such" in note for note in found.notes)
        assert found.reading.window == (40, 4080)
        assert np.array_equal(by_name(understand(path, found.reading))[f"b/0.{ending}"], read[f"b/0.{ending}"])
        chosen = understand(path, Reading(window=(500, 1000)))
        assert np.array_equal(by_name(chosen)[f"a/0.{ending}"], scaled(written[f"a/0.{ending}"], 500, 1000))
        assert any("500 was taken for black and 1000 for white" in note for note in chosen.notes)


def test_pictures_of_eight_bits_keep_their_values_beside_deep_ones(tmp_path: Path) -> None:
    grey(tmp_path / "set" / "a" / "deep.png", ramp(0, 4000))
    plain = ramp(0, 255, "u1")
    grey(tmp_path / "set" / "b" / "plain.png", plain)
    grey(tmp_path / "set" / "b" / "plain.tif", plain)
    read = by_name(understand(tmp_path / "set"))
    assert np.array_equal(read["b/plain.png"][:, :, 0], plain)
    assert np.array_equal(read["b/plain.tif"][:, :, 0], plain)


@pytest.mark.parametrize(("most", "bits"), [(4080, 12), (1000, 10), (200, 8), (16000, 14)])
def test_a_single_photo_of_fewer_bits_in_sixteen_is_not_black(tmp_path: Path, most: int, bits: int) -> None:
    pixels = ramp(0, most)
    path = grey(tmp_path / "x.png", pixels)
    opened = open_photo(path.read_bytes(), path.name)
    assert np.array_equal(opened.pixels, scaled(pixels, 0, 2**bits - 1))
    assert opened.note == f"Its 16 bits hold no value above {most}: {bits} bits were taken for black to white."
    assert grey_range(path.read_bytes(), path.name) == (0, most)


def test_a_single_photo_that_uses_its_sixteen_bits_stays(tmp_path: Path) -> None:
    pixels = ramp(0, 65535)
    path = grey(tmp_path / "x.png", pixels)
    opened = open_photo(path.read_bytes(), path.name)
    assert (opened.note, opened.pixels.max()) == ("", 255)
    assert np.array_equal(opened.pixels, scaled(pixels, 0, 65535))


def test_a_tiff_whose_white_is_zero_is_turned(tmp_path: Path) -> None:
    path = grey(tmp_path / "x.tif", ramp(0, 65535))
    content = bytearray(path.read_bytes())
    at = content.find(b"\x06\x01\x03\x00\x01\x00\x00\x00\x01\x00")  # the tag 262: black is zero
    content[at + 8] = 0
    opened = open_photo(bytes(content), "x.tif")
    assert np.array_equal(opened.pixels, 255 - scaled(ramp(0, 65535), 0, 65535))


def pages(path: Path, count: int, mode: str = "RGB") -> list[Pixels]:
    """Write a TIFF of several pages of several sizes; return them."""
    random = np.random.default_rng(count)
    made = [random.integers(0, 256, (8 + at, 10, 3), np.uint8) for at in range(count)]
    path.parent.mkdir(parents=True, exist_ok=True)
    first, *others = [Image.fromarray(one) for one in made]
    first.save(path, save_all=True, append_images=others, compression="tiff_deflate")
    return made


def test_pages_are_pictures_of_their_files_class(tmp_path: Path) -> None:
    written = {
        "a/x.tif": pages(tmp_path / "set" / "a" / "x.tif", 5),
        "b/y.tiff": pages(tmp_path / "set" / "b" / "y.tiff", 2),
    }
    photos(tmp_path / "set", b=1)
    found = understand(tmp_path / "set")
    assert np.bincount(found.labels).tolist() == [5, 3]
    read = by_name(found)
    for name, made in written.items():
        for number, page in enumerate(made, 1):
            assert np.array_equal(read[f"{name} page {number}"], page)
    assert found.groups is not None
    assert sorted(set(found.groups.tolist())) == ["a/x.tif", "b/0.png", "b/y.tiff"]
    assert any("'a/x.tif' has 5" in note and "stay together" in note for note in found.notes)


def test_a_tiff_whose_pages_go_round_in_a_circle(tmp_path: Path) -> None:
    pages(tmp_path / "set" / "a" / "x.tif", 2)
    photos(tmp_path / "set", b=1)
    path = tmp_path / "set" / "a" / "x.tif"
    content = bytearray(path.read_bytes())
    first = int.from_bytes(content[4:8], "little")
    count = int.from_bytes(content[first : first + 2], "little")
    second = int.from_bytes(content[first + 2 + 12 * count :][:4], "little")
    count = int.from_bytes(content[second : second + 2], "little")
    content[second + 2 + 12 * count : second + 6 + 12 * count] = first.to_bytes(4, "little")
    path.write_bytes(content)
    assert len(understand(tmp_path / "set")) == 3


def dicom(path: Path, pixels: Pixels, syntax: str = "1.2.840.10008.1.2.1", **values: Any) -> Path:
    """Write a DICOM file: (height, width), (height, width, 3) or frames of (n, height, width)."""
    from pydicom.dataset import Dataset, FileMetaDataset

    path.parent.mkdir(parents=True, exist_ok=True)
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = syntax
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID = "1.2.3"
    colour = pixels.ndim == 3 and pixels.shape[-1] == 3
    made.Rows, made.Columns = pixels.shape[:2] if colour or pixels.ndim == 2 else pixels.shape[1:]
    if pixels.ndim == 3 and not colour:
        made.NumberOfFrames = len(pixels)
    bits = 8 * pixels.dtype.itemsize
    made.BitsAllocated = made.BitsStored = bits
    made.HighBit, made.PixelRepresentation = bits - 1, int(pixels.dtype.kind == "i")
    made.SamplesPerPixel = 3 if colour else 1
    if colour:
        made.PlanarConfiguration = 0
    made.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    for name, value in values.items():
        setattr(made, name, value)
    made.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    made["PixelData"].VR = "OW" if bits > 8 else "OB"
    if syntax == "1.2.840.10008.1.2.5":
        made.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
        made.compress(syntax)
    made.save_as(path, enforce_file_format=True)
    return path


def test_dicom_through_the_files_window(tmp_path: Path) -> None:
    stored = ramp(0, 4000, "i2")
    values = stored * 2.0 - 1024  # Hounsfield units
    facts = {
        "RescaleSlope": "2",
        "RescaleIntercept": "-1024",
        "WindowCenter": ["40", "400"],
        "WindowWidth": ["400", "2000"],
    }
    dicom(tmp_path / "set" / "a" / "1.dcm", stored, **facts)
    dicom(tmp_path / "set" / "b" / "no ending", stored, PhotometricInterpretation="MONOCHROME1", **facts)
    for path in (tmp_path / "set", zipped(tmp_path / "set")):
        found = understand(path)
        read = by_name(found)
        expected = scaled(values, 40 - 0.5 - 199.5, 40 - 0.5 + 199.5)
        assert np.abs(read["a/1.dcm"].astype(int) - expected).max() <= 1
        assert np.array_equal(read["b/no ending"], 255 - read["a/1.dcm"])
        assert any("DICOM files that say which values are black and white are shown so" in note for note in found.notes)
        other = by_name(understand(path, Reading(window=(-1024, 1000))))["a/1.dcm"]
        assert np.abs(other.astype(int) - scaled(values, -1024, 1000)).max() <= 1


def test_the_window_is_that_of_pydicom(tmp_path: Path) -> None:
    from pydicom.pixels import apply_voi_lut

    path = dicom(tmp_path / "x.dcm", ramp(0, 4000), WindowCenter="2000", WindowWidth="1500")
    read = pydicom.dcmread(path)
    expected = apply_voi_lut(read.pixel_array.astype(float), read)
    expected = (expected - expected.min()) / (expected.max() - expected.min()) * 255
    assert np.abs(reader.picture(path.read_bytes(), "x", 0, None, None)[:, :, 0] - expected).max() <= 1


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5"])
def test_dicom_without_a_window_takes_the_range_of_the_set(tmp_path: Path, syntax: str) -> None:
    first, second = ramp(100, 2000), ramp(50, 900)
    dicom(tmp_path / "set" / "a" / "1.dcm", first, syntax)
    dicom(tmp_path / "set" / "b" / "1.dcm", second, syntax)
    found = understand(tmp_path / "set")
    read = by_name(found)
    assert np.abs(read["a/1.dcm"].astype(int) - scaled(first, 50, 2000)).max() <= 1
    assert np.abs(read["b/1.dcm"].astype(int) - scaled(second, 50, 2000)).max() <= 1


def test_frames_and_colours_of_dicom(tmp_path: Path) -> None:
    frames = np.stack([ramp(0, 1000), ramp(0, 500), ramp(10, 20)])
    colours = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    dicom(tmp_path / "set" / "a" / "frames.dcm", frames)
    dicom(tmp_path / "set" / "b" / "colour.dcm", colours)
    found = understand(tmp_path / "set")
    read = by_name(found)
    assert np.bincount(found.labels).tolist() == [3, 1]
    for number, frame in enumerate(frames, 1):
        assert np.abs(read[f"a/frames.dcm page {number}"].astype(int) - scaled(frame, 0, 1000)).max() <= 1
    assert np.array_equal(read["b/colour.dcm"], colours)
    assert found.groups is not None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"Rows": 60000, "Columns": 60000}, "has 60000x60000 pixels, expected at most 25 megapixels"),
        ({"NumberOfFrames": 5}, "is a DICOM that is cut off"),
        ({"NumberOfFrames": 1_000_000}, "is a damaged DICOM or holds no picture"),
        ({"Rows": 0}, "is a damaged DICOM or holds no picture"),
        ({"BitsAllocated": 64}, "of 64 bits; save it"),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, "is a DICOM in PALETTE COLOR"),
    ],
)
def test_dicom_that_asks_for_too_much(tmp_path: Path, values: dict[str, Any], message: str) -> None:
    path = dicom(tmp_path / "set" / "a" / "x.dcm", ramp(0, 100), **values)
    photos(tmp_path / "set", a=1, b=1)
    with pytest.raises(DataError, match=message) as caught:
        reader.picture(path.read_bytes(), "x.dcm", 0, None, None)
    assert "\n" not in str(caught.value)
    found = understand(tmp_path / "set")
    assert len(found) == 2
    assert any(message in sentence for sentence in found.skipped)


def test_dicom_packed_in_another_way_is_named(tmp_path: Path) -> None:
    path = dicom(tmp_path / "x.dcm", ramp(0, 100))
    read = pydicom.dcmread(path)
    read.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.90"
    read.PixelData = pydicom.encaps.encapsulate([b"\xff\x4f\xff\x51"])
    read["PixelData"].is_undefined_length = True
    read.save_as(path)
    with pytest.raises(DataError, match=r"compressed in a way that is not read \(JPEG 2000 .*\); save it uncompressed"):
        reader.picture(path.read_bytes(), "x.dcm", 0, None, None)


def test_a_jpeg_in_a_dicom(tmp_path: Path) -> None:
    grey(tmp_path / "x.jpg", ramp(0, 255, "u1"))
    path = dicom(tmp_path / "x.dcm", ramp(0, 255, "u1"))
    read = pydicom.dcmread(path)
    read.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.50"
    read.PixelData = pydicom.encaps.encapsulate([(tmp_path / "x.jpg").read_bytes()])
    read["PixelData"].is_undefined_length = True
    read.save_as(path)
    picture = reader.picture(path.read_bytes(), "x.dcm", 0, (0, 255), None)
    assert np.array_equal(picture, open_photo((tmp_path / "x.jpg").read_bytes(), "x").pixels)


@pytest.mark.parametrize("kept", [140, 300, 500, 700])
def test_dicom_that_is_cut_off(tmp_path: Path, kept: int) -> None:
    content = dicom(tmp_path / "x.dcm", ramp(0, 100)).read_bytes()
    with pytest.raises(DataError, match=r"x.dcm' is a (damaged DICOM|DICOM that is cut off)"):
        reader.picture(content[:kept], "x.dcm", 0, None, None)


def test_without_pydicom_one_sentence_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dicom(tmp_path / "set" / "a" / "1.dcm", ramp(0, 100))
    dicom(tmp_path / "set" / "b" / "1.dcm", ramp(0, 100))
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(
        MissingExtraError, match=r"are DICOM, which pydicom reads; install it with: pip install 'cnnviz\[med"
    ):
        understand(tmp_path / "set")
    photos(tmp_path / "set", a=2, b=2)
    found = understand(tmp_path / "set")
    assert len(found) == 4
    assert found.skipped[0].endswith("is DICOM, which pydicom reads; install it with: pip install 'cnnviz[medicine]'")
    with pytest.raises(DataError, match=r"holds DICOM; accepted are JPEG"):
        open_photo((tmp_path / "set" / "a" / "1.dcm").read_bytes(), "1.dcm")
