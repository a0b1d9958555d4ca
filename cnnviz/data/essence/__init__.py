"""What a decoder is given of a stranger's photo: the parts that make its picture, and only if they are bearable.

A file of a few kilobytes can ask a decoder for gigabytes or for hours: by the size of a tile, a colour profile that is
compressed, a text of its own, thousands of scans, tags that all point at the same megabyte. So no decoder ever meets
the file. Its structure is walked here first, without decoding anything; what makes no picture is left out, what is
left must be within bounds, and the memory that decoding will take is told from it.
"""

from cnnviz.data.essence.chunks import bmp_essence, gif_essence, png_essence, webp_essence
from cnnviz.data.essence.heif import heif_essence
from cnnviz.data.essence.jpeg import jpeg_essence
from cnnviz.data.essence.parts import MOST_MEMORY, Essence, TooMuchError, open_parts
from cnnviz.data.essence.tiff import camera_of, tiff_essence, tiff_pages

__all__ = ["MOST_MEMORY", "Essence", "TooMuchError", "camera_of", "essence_of", "open_parts", "tiff_pages"]

_READERS = {
    "AVIF": heif_essence,
    "BMP": bmp_essence,
    "GIF": gif_essence,
    "HEIC": heif_essence,
    "JPEG": jpeg_essence,
    "PNG": png_essence,
    "TIFF": tiff_essence,
    "WEBP": webp_essence,
}


def essence_of(content: bytes, kind: str, page: int = 0) -> Essence:
    """Return what a decoder needs of a photo.

    Args:
        content: the file's bytes.
        kind: which of the accepted formats it is of, "JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF" or "HEIC".
        page: where a TIFF's page is, of `tiff_pages`; 0 for the first.

    Raises:
        TooMuchError: it asks for more than a photo needs; the message says of what.
        ValueError, IndexError, struct.error: it is damaged.
    """
    return tiff_essence(content, page) if page else _READERS[kind](content)
