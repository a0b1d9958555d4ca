"""How a network from elsewhere was brought in, as it is kept with its run and told to people."""

from dataclasses import dataclass

from cnnviz.adoption.foreign import Foreign
from cnnviz.adoption.rebuilding import Meaning, answers_in_words
from cnnviz.adoption.scaling import Scaling, guessed_scaling
from cnnviz.files import read_json
from cnnviz.runs import Run

__all__ = ["ADOPTION", "Adoption", "adoption_of", "sentences"]

ADOPTION = "adoption.json"


@dataclass(frozen=True)
class Adoption:
    """How a network from elsewhere was brought in, which is kept with its run.

    Attributes:
        file: what its owner called the file.
        keras_version: which Keras wrote it; empty where it does not say.
        scaling: the pixels that it is given, as `cnnviz.adoption.Scaling`.
        meaning: what its answers are together, as `cnnviz.adoption.Meaning`.
        measured: the accuracy on some training images, by scaling, where these were tried.
        images: on how many.
        told: sentences on what was found and done.
        caveat: what its percentages are worth, where it had none; see `Run.caveat`.
    """

    file: str
    keras_version: str
    scaling: str
    meaning: str
    measured: dict[str, float]
    images: int
    told: tuple[str, ...]
    caveat: str = ""


def adoption_of(run: Run) -> Adoption | None:
    """Return how a network was brought in; None for a run that was trained here, or of an older version."""
    values = read_json(run.folder / ADOPTION) or {}
    try:
        return Adoption(**{**values, "told": tuple(map(str, values["told"])), "measured": dict(values["measured"])})
    except (KeyError, TypeError, ValueError):
        return None


def sentences(
    foreign: Foreign,
    meaning: Meaning,
    scaling: Scaling | None,
    measured: dict[str, float],
    images: int,
    dataset: str | None,
) -> tuple[str, ...]:
    """What a person should know of what was found and done."""
    told = [answers_in_words(foreign, meaning)]
    if measured:
        order = sorted(measured, key=lambda one: -measured[one])
        shares = ", ".join(f"{one} {measured[one]:.1%}" for one in order)
        told.append(f"Its pixels were tried on {images} training images of {dataset}: {shares}.")
        if measured[order[0]] < 1.5 / foreign.classes:
            told.append(
                "None of them is much better than chance: the classes may stand in another order, or it was trained on "
                "something else."
            )
    elif scaling is None and not guessed_scaling(foreign).sure:
        guess = guessed_scaling(foreign)
        told.append(f"Its pixels are guessed to be {guess.scaling}: {guess.why}")
    if len(foreign.takes) == 3 and foreign.takes[2] == 4:
        told.append("It takes a fourth channel, which is given as opaque.")
    if foreign.turned:
        told.append("Its channels were first and are last now; its answers are the same.")
    return tuple(sentence for sentence in told if sentence)
