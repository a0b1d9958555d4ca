"""The Convolution page's parts: what the microscope is given, and the views of a layer, of the end, of a playground."""

from cnnviz.ui.microscope.specimens import (
    CLASSIC_KERNELS,
    convolution_data,
    output_data,
    playground_data,
    pooling_data,
)
from cnnviz.ui.microscope.views import show_view
from cnnviz.ui.microscope.which import choose_view, takes_filter

__all__ = [
    "CLASSIC_KERNELS",
    "choose_view",
    "convolution_data",
    "output_data",
    "playground_data",
    "pooling_data",
    "show_view",
    "takes_filter",
]
