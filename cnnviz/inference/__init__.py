"""From a photo to probabilities: prepared as the network wants it, classified, or refused with a reason."""

from cnnviz.inference.abstaining import Abstention, calibrate, negative_energy, temperature
from cnnviz.inference.classifying import Classification, Classifier, Ranked, classify
from cnnviz.inference.crops import Crop, cut, journey, prepare_photo, seen_part
from cnnviz.inference.dials import DIALS, Dials, adjust, sweep

__all__ = [
    "DIALS",
    "Abstention",
    "Classification",
    "Classifier",
    "Crop",
    "Dials",
    "Ranked",
    "adjust",
    "calibrate",
    "classify",
    "cut",
    "journey",
    "negative_energy",
    "prepare_photo",
    "seen_part",
    "sweep",
    "temperature",
]
