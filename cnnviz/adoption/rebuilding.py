"""Building a stranger's network anew from its checked parts, so that it takes pixels and answers in probabilities."""

import copy
from typing import Literal, get_args

import keras

from cnnviz.adoption.bounds import check_extent, extent_of
from cnnviz.adoption.foreign import Foreign
from cnnviz.adoption.images import shaped
from cnnviz.errors import DataError, SpecError
from cnnviz.models.scaling import Scaling, scaled

__all__ = ["MEANINGS", "Meaning", "answers_in_words", "meanings_for", "network_of", "rebuild", "usual_meaning"]

# What the numbers that a network answers with are, together: one class is right, or each may be.
Meaning = Literal["exclusive", "independent"]
MEANINGS: tuple[Meaning, ...] = get_args(Meaning)

_PROBABILITIES = ("softmax", "sigmoid", "probabilities")


def meanings_for(foreign: Foreign) -> tuple[Meaning, ...]:
    """Return what a network's answers may mean; one where the network itself says it."""
    if foreign.units == 1:
        return ("exclusive",)
    if foreign.head in _PROBABILITIES:
        return ("independent",) if foreign.independent else ("exclusive",)
    return MEANINGS


def usual_meaning(foreign: Foreign) -> Meaning:
    """Return what a network's answers mean where nobody says otherwise."""
    return meanings_for(foreign)[0]


def answers_in_words(foreign: Foreign, meaning: Meaning) -> str:
    """Say what a network answers with, and what is made of it; empty where it is taken as it is."""
    behind = "a sigmoid" if foreign.units == 1 or meaning == "independent" else "a softmax"
    sentences = []
    if foreign.head == "linear":
        sentences.append(f"It ends with logits: {behind} is put behind it, so that it answers with probabilities.")
    elif foreign.head == "scores":
        sentences.append(
            f"Its answers are no probabilities (from {foreign.lowest:.2g} to {foreign.highest:.2g}): {behind} is put "
            "behind it, so their order is the network's own and the percentages only compare them."
        )
    elif foreign.independent:
        sentences.append(
            "Its answers are independent: each is the probability of its own class, and they need not add up to 100 %."
        )
    if foreign.constant and foreign.units == 1 and foreign.head == "softmax":
        sentences.append(
            "It answers 1 for every image, since a softmax over a single number is always 1: train it again with a "
            "sigmoid."
        )
    elif foreign.constant:
        sentences.append("It answered the same for every image that it was shown.")
    return " ".join(sentences)


def network_of(foreign: Foreign) -> keras.Model:
    """Build a network as it came, from its configuration and weights.

    Raises:
        DataError: the parts do not fit together, or ask for too much.
    """
    try:
        check_extent(extent_of(foreign.config))  # before anything is allocated in this process
        network = keras.saving.deserialize_keras_object(copy.deepcopy(foreign.config), safe_mode=True)
        if len(network.weights) != len(foreign.weights):
            raise ValueError("other weights")
        for variable, array in zip(network.weights, foreign.weights, strict=True):
            variable.assign(array)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise DataError("the model cannot be built from its parts; save it again with a newer Keras") from error
    return network


def rebuild(
    foreign: Foreign, scaling: Scaling, meaning: Meaning | None = None, network: keras.Model | None = None
) -> keras.Model:
    """Build a network that takes pixels as they are and answers in probabilities.

    Args:
        foreign: as `inspect_model` returns it.
        scaling: what it was trained on.
        meaning: what its answers are together; None takes the usual.
        network: as `network_of` builds it; None builds it here.

    Returns:
        A model from images (height, width, channels) in 0..255 to (units,) probabilities; the network itself where it
        is one already, else the network between what is missing.

    Raises:
        DataError: the parts do not fit together.
        SpecError: the scaling or the meaning does not go with the network.
    """
    meaning = meaning or usual_meaning(foreign)
    if meaning not in meanings_for(foreign):
        raise SpecError(
            f"the answers were said to be {meaning} and the network's own end makes them {usual_meaning(foreign)}; "
            "leave that out"
        )
    network = network or network_of(foreign)
    ready = foreign.head in _PROBABILITIES
    if scaling == "pixels" and ready and foreign.takes == foreign.input_shape and len(network.output_shape) == 2:
        return network
    image = keras.Input(foreign.input_shape, name="image")
    answer = network(scaled(shaped(image, foreign.takes), scaling))
    if len(answer.shape) > 2:
        answer = keras.layers.Reshape((foreign.units,), name="one_row")(answer)
    if not ready:
        ending = "sigmoid" if foreign.units == 1 or meaning == "independent" else "softmax"
        answer = keras.layers.Activation(ending, dtype="float32", name="probabilities")(answer)
    return keras.Model(image, answer, name="cnn")
