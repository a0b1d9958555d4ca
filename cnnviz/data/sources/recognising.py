"""Which form files have, told by what is in them and not by what they are called."""

from pathlib import Path
from typing import Protocol

from cnnviz.data.npz import regular_file
from cnnviz.data.photo_formats import format_of
from cnnviz.data.sources import archives, arrays, folders, parquet, records, tables
from cnnviz.data.sources.understood import Reading, Understood
from cnnviz.errors import DataError

__all__ = ["FORMS", "Form", "understand"]

_STARTS = 4096  # bytes of a file that `recognises` is given


class Form(Protocol):
    """A module that understands one form; it imports the libraries it needs when it is asked to understand."""

    def recognises(self, path: Path, start: bytes) -> bool:
        """Say whether a path has this form, cheaply.

        Args:
            path: a folder or a plain file, which can be read.
            start: the first 4 kB of the file; nothing of a folder.
        """

    def understand(self, path: Path, reading: Reading) -> Understood:
        """Understand what has this form.

        Raises:
            DataError: it is no labelled pictures after all: what was found, and how to arrange it.
        """


# the first that recognises a path understands it
FORMS: tuple[Form, ...] = (arrays, parquet, records, tables, folders, archives)


def understand(path: str | Path, reading: Reading | None = None) -> Understood:
    """Understand a person's labelled pictures. Nothing is written.

    Args:
        path: a folder, or a file of any form.
        reading: corrections of what was understood before; None for none.

    Raises:
        DataError: they are of no form that can be read, or are no labelled pictures: what was found, and the cure.
        MissingExtraError: a package has to be installed for it; the sentence says how.
    """
    path, start = Path(path), b""
    if not path.is_dir():
        regular_file(path)
        try:
            with path.open("rb") as file:
                start = file.read(_STARTS)
        except OSError as error:
            raise DataError(f"{path} cannot be read ({error.strerror}); check its permissions") from error
    for form in FORMS:
        if form.recognises(path, start):
            return form.understand(path, reading or Reading())
    raise DataError(
        f"{path} holds {format_of(start) if start else 'nothing'}; accepted are a folder or a zip archive of labelled "
        "photos, a table (CSV), and arrays such as an .npz"
    )
