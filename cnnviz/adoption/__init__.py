"""Adopting networks from elsewhere: looked at without opening them, opened by a process of little means, built anew.

file -> recognising -> archive, hdf5 -> translating, architecture, sizing, channels: a checked configuration
-> sandbox: the child opens it with its weights (child, looking, bounds) -> Foreign, numbers and words alone
-> rebuilding, scaling: a Keras model from pixels to probabilities -> adopting: a run like any other
"""

from cnnviz.adoption.adopting import adopt, matching_datasets, rows_of
from cnnviz.adoption.facts import Facts, facts_of
from cnnviz.adoption.foreign import Foreign
from cnnviz.adoption.rebuilding import MEANINGS, Meaning, answers_in_words, meanings_for, rebuild, usual_meaning
from cnnviz.adoption.record import Adoption, adoption_of
from cnnviz.adoption.refusals import OpenSizeError, WeightsAloneError
from cnnviz.adoption.sandbox import inspect_model
from cnnviz.adoption.scaling import SCALINGS, Guess, Scaling, guessed_scaling, scalings_for
from cnnviz.adoption.sizing import LEAST_SIDE, MOST_SIDE
from cnnviz.adoption.weights import inspect_weights

__all__ = [
    "LEAST_SIDE",
    "MEANINGS",
    "MOST_SIDE",
    "SCALINGS",
    "Adoption",
    "Facts",
    "Foreign",
    "Guess",
    "Meaning",
    "OpenSizeError",
    "Scaling",
    "WeightsAloneError",
    "adopt",
    "adoption_of",
    "answers_in_words",
    "facts_of",
    "guessed_scaling",
    "inspect_model",
    "inspect_weights",
    "matching_datasets",
    "meanings_for",
    "rebuild",
    "rows_of",
    "scalings_for",
    "usual_meaning",
]
