"""Which files are photos, told by their first bytes: those that are opened, and names for those that are not."""

from importlib.util import find_spec

__all__ = [
    "ACCEPTED",
    "ACCEPTED_IN_WORDS",
    "APART",
    "PICTURES",
    "SUFFIXES",
    "cure_of",
    "format_of",
    "is_read",
    "refusal_of",
]

# Pillow's names; nothing else is ever tried, so that no exotic decoder (and no Ghostscript) sees a stranger's bytes.
ACCEPTED = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIC")
ACCEPTED_IN_WORDS = "JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF and HEIC"
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".heif", ".hif")
# What is decoded by a process of its own, and the module that it needs.
APART = {"AVIF": "PIL._avif", "HEIC": "pillow_heif"}

_RAW = "a camera's raw picture"

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\x00\x10\x00\x00\x00CR", _RAW),
    (b"FUJIFILMCCD-RAW", _RAW),
    (b"IIRO", _RAW),
    (b"IIU\x00", _RAW),
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
_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
_ANY_HEIF = {b"mif1", b"msf1", b"mif2", b"miaf"}  # the brands behind it say of which kind
_AVIF = {b"avif", b"avis"}
_LOOKED_AT = 1024

_AS_PHOTO = "save it as one of these"
# What is a picture for whoever has it, though it is not opened, or not everywhere: how it becomes one that is.
PICTURES = {
    "HEIC": "install pillow-heif with: pip install 'cnnviz[heic]', or save it as JPEG (telephones send JPEG where "
    "the camera is set to most compatible)",
    "AVIF": "install a Pillow that reads it with: pip install --upgrade --force-reinstall pillow, or save it as JPEG",
    "JPEG XL": _AS_PHOTO,
    "JPEG 2000": _AS_PHOTO,
    "DICOM": "save it as PNG (folders of DICOM files can be imported: pip install 'cnnviz[medicine]')",
    "SVG": "save it as PNG, because it is a drawing without pixels",
    "PDF": "save its pages as PNG",
    "PostScript (EPS)": "save it as PNG",
    "Photoshop (PSD)": _AS_PHOTO,
    "OpenEXR": _AS_PHOTO,
    "FITS": _AS_PHOTO,
    "an icon (ICO)": _AS_PHOTO,
    _RAW: "develop it and save it as JPEG or PNG",
}


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
        if brand == b"crx ":
            return _RAW
        if brand in _AVIF or (brand in _ANY_HEIF and _AVIF & _brands(start)):
            return "AVIF"
        return "HEIC" if brand in _HEIF | _ANY_HEIF else "a video"
    if start[128:132] == b"DICM":
        return "DICOM"
    for beginning, name in _STARTS:
        if start.startswith(beginning):
            return name
    return _text_of(start) or "something unknown"


def is_read(kind: str) -> bool:
    """Say whether photos of a kind, of `format_of`, are opened on this machine."""
    return kind.upper() in ACCEPTED and (kind not in APART or _is_here(APART[kind]))


def refusal_of(kind: str) -> str:
    """Say of a kind that is not read what is accepted and what can be done, as it goes on behind "holds".

    Args:
        kind: what a file holds, of `format_of`.
    """
    if kind in APART:
        return f"{kind}, which is not read here; {cure_of(kind)}"
    return f"{kind}; accepted are {ACCEPTED_IN_WORDS}, so {cure_of(kind)}"


def cure_of(kind: str) -> str:
    """Return what can be done about a file that is not accepted, as it goes on behind "so".

    Args:
        kind: what it holds, of `format_of`.
    """
    return PICTURES.get(kind, _AS_PHOTO)


def _brands(start: bytes) -> set[bytes]:
    """Return what an ISO media file says that it is compatible with."""
    end = min(int.from_bytes(start[:4], "big"), len(start))
    return {start[at : at + 4] for at in range(16, end, 4)}


def _is_here(module: str) -> bool:
    return find_spec(module) is not None


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
