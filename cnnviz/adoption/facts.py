"""What is known of a network from elsewhere before somebody says what it means; the network stays in its file."""

from dataclasses import dataclass

from cnnviz.adoption.foreign import Foreign
from cnnviz.adoption.rebuilding import answers_in_words, meanings_for
from cnnviz.adoption.scaling import Guess, guessed_scaling, scalings_for

__all__ = ["Facts", "facts_of"]


@dataclass(frozen=True)
class Facts:
    """What was found in a file; numbers and words alone, the network stays in it.

    Attributes:
        input_shape: (height, width, channels).
        units: how many numbers it answers with.
        head: what these are, as `Foreign.head`.
        keras_version: which Keras wrote it; empty where it does not say.
        class_names: as the file says; empty where it does not.
        parameters: how many weights it has.
        guess: what it was trained on.
        scalings: those that go with its images.
        meanings: what its answers may mean together, each with what is made of them in words; the usual one first.
    """

    input_shape: tuple[int, int, int]
    units: int
    head: str
    keras_version: str
    class_names: tuple[str, ...]
    parameters: int
    guess: Guess
    scalings: tuple[str, ...]
    meanings: tuple[tuple[str, str], ...]

    @property
    def classes(self) -> int:
        """How many classes it tells apart."""
        return max(self.units, 2)


def facts_of(foreign: Foreign) -> Facts:
    """Return what is known of a network that was looked into."""
    return Facts(
        foreign.input_shape,
        foreign.units,
        foreign.head,
        foreign.keras_version,
        foreign.class_names,
        sum(array.size for array in foreign.weights),
        guessed_scaling(foreign),
        scalings_for(foreign),
        tuple((meaning, answers_in_words(foreign, meaning)) for meaning in meanings_for(foreign)),
    )
