"""Convolution: every product of one output pixel, of a pooling, of the softmax, and of a kernel of one's own."""

from cnnviz.ui.bar import pinned_bar
from cnnviz.ui.messages import reported
from cnnviz.ui.microscope.page import choose_view, show_view, takes_filter
from cnnviz.ui.pages import CONVOLUTION

with reported(CONVOLUTION, label="Look at the newest run"):
    pinned = pinned_bar(layer="any", filter=takes_filter())
    view, layer = choose_view(pinned)
    show_view(view, layer, pinned)
