"""Pictures of DICOM files (PS3.3 and PS3.5), read with pydicom: grey levels through a window, colours as they are.

What a file asks for is known from its header before a pixel is unpacked: frames are unpacked one at a time, and only
of the ways of packing whose result has a size that the header tells.
"""

import io
import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.photos import MOST_ASPECT, MOST_BYTES, MOST_PIXELS, open_photo
from cnnviz.errors import DataError, MissingExtraError

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["HOW_TO_GET", "frames", "is_here", "picture", "span_of"]

HOW_TO_GET = "install it with: pip install 'cnnviz[medicine]'"

Window = tuple[float, float]

_PLAIN = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2")  # uncompressed
_RLE, _JPEG = "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.50"
_RLE_GROWS = 64  # times, at most
_MOST_MEMORY = 250_000_000
_MOST_FRAMES = 10_000
_GREY = ("MONOCHROME1", "MONOCHROME2")
_NEEDED = [
    "TransferSyntaxUID", "Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "PhotometricInterpretation",
    "PlanarConfiguration", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "RescaleSlope",
    "RescaleIntercept", "WindowCenter", "WindowWidth", "PixelData",
]  # fmt: skip


def is_here() -> bool:
    """Say whether pydicom is installed."""
    return find_spec("pydicom") is not None


def frames(content: bytes, name: str) -> int:
    """Return how many pictures a file holds, without unpacking one.

    Args:
        content: the file's bytes.
        name: what to call it in messages.

    Raises:
        DataError: it is damaged, no picture, too large, or packed in a way that is not read.
        MissingExtraError: pydicom is not installed.
    """
    return _frames(_opened(content, name))


def span_of(content: bytes, name: str, frame: int) -> Window | None:
    """Return the lowest and the highest value of a grey frame after the file's own slope and intercept.

    None where the file says itself what is black and white, and for a frame in colour.

    Raises:
        DataError: it cannot be read.
    """
    header = _opened(content, name)
    if header.PhotometricInterpretation not in _GREY or _window(header):
        return None
    values = _values(header, name, frame)
    return float(values.min()), float(values.max())


def picture(content: bytes, name: str, frame: int, window: Window | None, span: Window | None) -> NDArray[np.uint8]:
    """Return a frame, black on white turned into white on black.

    Args:
        content: the file's bytes.
        name: what to call it in messages.
        frame: which, from 0.
        window: the values, after slope and intercept, that are black and white; None for the file's own.
        span: the same where the file has none of its own; None for the frame's lowest and highest.

    Returns:
        (height, width, 1 or 3) uint8.

    Raises:
        DataError: it cannot be read.
    """
    header = _opened(content, name)
    if header.PhotometricInterpretation not in _GREY:
        return _coloured(header, name, frame)
    values = _values(header, name, frame)
    low, high = window or _window(header) or span or (float(values.min()), float(values.max()))
    grey: NDArray[np.uint8] = np.rint(np.clip((values - low) * (255 / max(high - low, 1e-9)), 0, 255)).astype(np.uint8)
    if header.PhotometricInterpretation == "MONOCHROME1":
        grey = 255 - grey
    return grey[:, :, None]


def _opened(content: bytes, name: str) -> "Dataset":
    """Read what makes the pictures, and check it."""
    shown = repr(name[-60:])
    if not is_here():
        raise MissingExtraError(f"the file {shown} is DICOM, which pydicom reads; {HOW_TO_GET}")
    import pydicom

    if len(content) > MOST_BYTES:
        raise DataError(f"the file {shown} has more than {MOST_BYTES >> 20} MiB; give a smaller one")
    try:
        with warnings.catch_warnings(action="ignore"):  # about odd but readable files
            header = pydicom.dcmread(io.BytesIO(content), specific_tags=_NEEDED)
            syntax = str(header.file_meta.TransferSyntaxUID)
            size = int(header.Rows), int(header.Columns)
            samples, bits = int(header.get("SamplesPerPixel", 1)), int(header.BitsAllocated)
            n_frames, kind = _frames(header), str(header.PhotometricInterpretation)
            length = len(header.PixelData)
            for element in header:  # what is asked for later is read now, so that what is wrong with it is said here
                _ = element.value
    except Exception as error:  # a damaged file makes it raise whatever
        raise DataError(f"the file {shown} is a damaged DICOM or holds no picture; export it again") from error
    if syntax not in (*_PLAIN, _RLE, _JPEG):
        raise DataError(
            f"the file {shown} is a DICOM compressed in a way that is not read ({_called(syntax)}); save it "
            "uncompressed, for instance with gdcmconv --raw"
        )
    if kind not in (*_GREY, "RGB", "YBR_FULL", "YBR_FULL_422") or samples not in (1, 3) or bits not in (8, 16, 32):
        raise DataError(f"the file {shown} is a DICOM in {kind[:40]} of {bits} bits; save it in grey or RGB of 8 or 16")
    if min(size) < 1 or not 1 <= n_frames <= _MOST_FRAMES:
        raise DataError(f"the file {shown} is a damaged DICOM or holds no picture; export it again")
    if size[0] * size[1] > MOST_PIXELS or max(size) > MOST_ASPECT * min(size):
        raise DataError(
            f"the photo {shown} has {size[1]}x{size[0]} pixels, expected at most {MOST_PIXELS // 10**6} megapixels and "
            f"{MOST_ASPECT} times as long as wide; make it smaller"
        )
    needed = size[0] * size[1] * samples * bits // 8
    if syntax in _PLAIN and kind != "YBR_FULL_422" and length < needed * n_frames:
        raise DataError(f"the file {shown} is a DICOM that is cut off; copy it again")
    if (syntax == _RLE and _RLE_GROWS * length > _MOST_MEMORY) or needed * 12 // max(bits // 8, 1) > 2 * _MOST_MEMORY:
        raise DataError(f"the file {shown} takes too much memory to unpack; save it uncompressed or make it smaller")
    return header


def _frames(header: "Dataset") -> int:
    return int(header.get("NumberOfFrames") or 1)


def _called(syntax: str) -> str:
    from pydicom.config import IGNORE
    from pydicom.uid import UID

    return UID(syntax, IGNORE).name[:60]  # whatever it is


def _stored(header: "Dataset", name: str, frame: int) -> NDArray[Any]:
    """Return a frame as it is stored: (height, width) or (height, width, 3)."""
    from pydicom.encaps import get_frame
    from pydicom.pixels.processing import convert_color_space
    from pydicom.pixels.utils import pixel_array

    shown = repr(name[-60:])
    try:
        with warnings.catch_warnings(action="ignore"):
            if header.file_meta.TransferSyntaxUID == _JPEG:
                part = get_frame(header.PixelData, frame, number_of_frames=_frames(header))
                pixels = open_photo(part, name).pixels
                if pixels.shape[:2] != (header.Rows, header.Columns):
                    raise ValueError("a frame of another size")
                return pixels[:, :, 0] if pixels.shape[2] == 1 else pixels
            values = pixel_array(header, index=frame, raw=True)
            kind = str(header.PhotometricInterpretation)
            return convert_color_space(values, kind, "RGB") if kind.startswith("YBR") else values
    except DataError:
        raise
    except Exception as error:  # a damaged file makes it raise whatever
        raise DataError(f"the file {shown} is a damaged DICOM; export it again") from error


def _values(header: "Dataset", name: str, frame: int) -> NDArray[np.float32]:
    """Return the values of a grey frame after slope and intercept."""
    slope, intercept = _number(header, "RescaleSlope", 1.0), _number(header, "RescaleIntercept", 0.0)
    return _stored(header, name, frame).astype(np.float32) * np.float32(slope) + np.float32(intercept)


def _coloured(header: "Dataset", name: str, frame: int) -> NDArray[np.uint8]:
    values = _stored(header, name, frame)
    if values.ndim == 2:  # a JPEG of one channel that calls itself coloured
        values = np.repeat(values[:, :, None], 3, axis=2)
    bits = int(header.get("BitsStored", 8))
    return values if values.dtype == np.uint8 else (values >> max(bits - 8, 0)).clip(0, 255).astype(np.uint8)


def _window(header: "Dataset") -> Window | None:
    """Return the values that are black and white as the file has them; of several windows the first."""
    centre, width = _number(header, "WindowCenter", np.nan), _number(header, "WindowWidth", np.nan)
    if not width >= 1 or not np.isfinite([centre, width]).all():
        return None
    low = centre - 0.5 - (width - 1) / 2  # PS3.3 C.11.2.1.2.1
    return low, low + max(width - 1, 1e-9)


def _number(header: "Dataset", tag: str, usual: float) -> float:
    value: Any = header.get(tag)
    try:
        if value is not None and not isinstance(value, (str, float, int)) and len(value):
            value = value[0]
    except TypeError:
        pass
    try:
        return float(value)
    except (TypeError, ValueError):
        return usual
