"""The file that a command writes: checked before the work, written in one step after it."""

from pathlib import Path

from cnnviz.errors import SpecError, StorageError
from cnnviz.files import write_atomically

__all__ = ["check_target", "write_target"]


def check_target(out: Path, endings: tuple[str, ...], what: str) -> None:
    """Refuse a target before the work is done.

    Args:
        out: what --out gave.
        endings: what its name may end in, such as ".png".
        what: what is written, such as "the picture is a PNG".

    Raises:
        SpecError: another ending, or a folder.
    """
    if out.suffix.lower() not in endings:
        *others, last = endings
        named = f"{', '.join(others)} or {last}" if others else last
        raise SpecError(f"--out is {str(out)!r}; {what}, so give a name that ends in {named}")
    if out.is_dir():
        raise SpecError(f"--out is {str(out)!r}, which is a folder; give the name of a file in it")


def write_target(out: Path, content: bytes) -> None:
    """Write the file; what was there before is replaced at the end, in one step.

    Raises:
        StorageError: the disk refuses.
    """
    try:
        write_atomically(out, content)
    except StorageError as error:
        cause = error.__cause__
        said = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(error)
        raise StorageError(f"cannot write {str(out)!r}: {said}; give --out in another folder") from error
