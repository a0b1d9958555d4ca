"""Photos that come with cnnviz: free to use, one click away, most of them of no class at all."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cnnviz.arrays import sealed
from cnnviz.data.photos import Photo, open_photo
from cnnviz.errors import DataError

__all__ = ["EXAMPLES", "EXAMPLES_FOLDER", "Example", "example_photo"]

EXAMPLES_FOLDER = Path(__file__).parent.parent / "assets" / "examples"


@dataclass(frozen=True)
class Example:
    """A photo that comes with cnnviz; its origin and licence are in the README beside it.

    Attributes:
        name: its file without the ending, a single word.
        title: what is seen, in a word or two.
        credit: whose it is and under which terms.
    """

    name: str
    title: str
    credit: str

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.name}.jpg"


EXAMPLES = (
    Example("cat", "A cat", "Stéfan van der Walt, CC0"),
    Example("rocket", "A rocket", "SpaceX, public domain"),
    Example("coffee", "A coffee", "Rachel Michetti, CC0"),
    Example("astronaut", "An astronaut", "NASA, public domain"),
)


@lru_cache(maxsize=len(EXAMPLES))
def example_photo(name: str) -> Photo:
    """Return one of the photos; read-only.

    Args:
        name: of one of `EXAMPLES`.

    Raises:
        DataError: there is none of that name, or its file is gone.
    """
    example = next((one for one in EXAMPLES if one.name == name), None)
    if example is None:
        names = ", ".join(one.name for one in EXAMPLES)
        raise DataError(f"there is no example photo {name[:40]!r}; choose one of {names}")
    try:
        content = (EXAMPLES_FOLDER / example.file).read_bytes()
    except OSError as error:
        raise DataError(f"the example photo {example.file} is missing; install cnnviz again") from error
    return sealed(open_photo(content, example.file))
