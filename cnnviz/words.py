"""Numbers and lists as people say them."""

from collections.abc import Sequence

__all__ = ["duration", "images_in_words", "joined", "percent"]


def duration(seconds: float) -> str:
    """Return a time as people say it, such as 41 s, 3 min 20 s, 1 h 05 min."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def images_in_words(count: int) -> str:
    """Return a number of images, such as 1 image, 3,010 images."""
    return "1 image" if count == 1 else f"{count:,} images"


def joined(parts: Sequence[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def percent(share: float) -> str:
    """Return a share as "69.4 %"."""
    return f"{100 * share:.1f}\u00a0%"
