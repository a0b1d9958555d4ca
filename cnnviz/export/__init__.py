"""Taking a network away: as .keras, HDF5, ONNX or LiteRT, checked, with a script that uses it and one that trains it.

    from cnnviz.export import export

    export(cnnviz.open_run("latest"), "onnx", "two-conv-onnx").largest_difference

Whatever needs Keras is done in a process of its own, so that this one stays as it is.
"""

from cnnviz.export.exporting import Exported, export
from cnnviz.export.formats import FORMATS, Format, find_format

__all__ = ["FORMATS", "Exported", "Format", "export", "find_format"]
