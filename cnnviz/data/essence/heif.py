"""What an AVIF or a HEIC says of its pictures' sizes (ISO/IEC 23008-12): the boxes "ispe" of its properties."""

from collections.abc import Iterator

from cnnviz.data.essence.parts import Essence, TooMuchError

__all__ = ["heif_essence"]

_MOST_BOXES = 4096
_PLACE = (b"meta", b"iprp", b"ipco")  # one in the other; the first has four bytes of its own before the next
_CHANNELS = 7  # bytes a pixel: what the decoder sends, with transparency, and the plain pixels made of it


def heif_essence(content: bytes) -> Essence:
    """Return a file whose pictures are as large as it says, or smaller: thumbnails, tiles and masks are.

    What its decoder asks for beyond that is bounded where it works, see `cnnviz.data.apart`.
    """
    inner = memoryview(content)
    for name in _PLACE:
        inner = _named(inner, name)[0][4 if name == b"meta" else 0 :]
    sizes = [(int.from_bytes(box[4:8], "big"), int.from_bytes(box[8:12], "big")) for box in _named(inner, b"ispe")]
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    return Essence((content,), (width, height), len(content) + _CHANNELS * width * height)


def _named(content: memoryview, name: bytes) -> list[memoryview]:
    return [box for kind, box in _boxes(content) if kind == name]


def _boxes(content: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Yield the name and the inside of each box.

    Raises:
        ValueError: one is cut off.
        TooMuchError: there are more than a photo needs.
    """
    at = count = 0
    while at < len(content):
        length, start = int.from_bytes(content[at : at + 4], "big"), at + 8
        if length == 1:
            length, start = int.from_bytes(content[start : start + 8], "big"), start + 8
        end = at + length if length else len(content)
        if not start <= end <= len(content):
            raise ValueError("a box reaches beyond the end")
        count += 1
        if count > _MOST_BOXES:
            raise TooMuchError(f"more than {_MOST_BOXES:,} boxes")
        yield bytes(content[at + 4 : at + 8]), content[start:end]
        at = end
