"""Classify: a photo of one's own, what the network sees of it, what it says and why; or many of them."""

from cnnviz.ui.classify.page import show_classify
from cnnviz.ui.messages import reported
from cnnviz.ui.pages import CLASSIFY

with reported(CLASSIFY, label="Start anew"):
    show_classify()
