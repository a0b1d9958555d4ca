"""Which files are photos, told by their first bytes: those that are opened, and names for those that are not."""

__all__ = ["ACCEPTED", "ACCEPTED_IN_WORDS", "SUFFIXES", "format_of"]

# Pillow's names; nothing else is ever tried, so that no exotic decoder (and no Ghostscript) sees a stranger's bytes.
ACCEPTED = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
ACCEPTED_IN_WORDS = "JPEG, PNG, WebP, GIF, BMP and TIFF"
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"%!PS", "PostScript (EPS)"),
    (b"\xc5\xd0\xd3\xc6", "PostScript (EPS)"),
    (b"%PDF", "PDF"),
    (b"8BPS", "Photoshop (PSD)"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\x00\x00\x01\x00", "an icon (ICO)"),
    (b"v/1\x01", "OpenEXR"),
    (b"SIMPLE  =", "FITS"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "an archive (RAR)"),
    (b"7z\xbc\xaf\x27\x1c", "an archive (7z)"),
    (b"\x89HDF", "HDF5"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x1aE\xdf\xa3", "a video (WebM)"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
)
# ISO base media: the brand stands behind "ftyp".
_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF = {b"avif", b"avis"}
_LOOKED_AT = 1024


def format_of(content: bytes) -> str:
    """Name what a file holds, by its first bytes.

    Args:
        content: the file, or its first kilobyte.

    Returns:
        A name for a sentence, such as "JPEG", "HEIC", "text"; "something unknown" where nothing fits.
    """
    start = content[:_LOOKED_AT]
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WebP"
    if start[4:8] == b"ftyp":
        brand = start[8:12]
        return "HEIC" if brand in _HEIF else "AVIF" if brand in _AVIF else "a video"
    for beginning, name in _STARTS:
        if start.startswith(beginning):
            return name
    return _text_of(start) or "something unknown"


def _text_of(start: bytes) -> str:
    """Name a text, or nothing where the bytes are none."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    if b"\x00" in start:
        return ""
    text = start.decode("latin-1").lstrip("\xef\xbb\xbf \t\r\n").lower()  # the first three: UTF-8's byte order mark
    if "<svg" in text:
        return "SVG"
    if text.startswith("<!doctype html") or "<html" in text:
        return "HTML"
    if text.startswith("<?xml"):
        return "XML"
    control = sum(letter < " " and letter not in "\t\r\n\f\x1b" for letter in text)
    return "" if control else "text"
