"""Models from elsewhere: looked at without opening them, opened by a process of little means, built anew here."""

from cnnviz.models.foreign.architecture import cleaned
from cnnviz.models.foreign.archive import read_archive
from cnnviz.models.foreign.rebuilding import SCALINGS, Scaling, rebuild, usual_scaling
from cnnviz.models.foreign.sandbox import Foreign, inspect_model
from cnnviz.models.foreign.weights import inspect_weights

__all__ = [
    "SCALINGS",
    "Foreign",
    "Scaling",
    "cleaned",
    "inspect_model",
    "inspect_weights",
    "read_archive",
    "rebuild",
    "usual_scaling",
]
