"""Tune: search for settings, follow the search, and use what it found."""

from cnnviz.ui.messages import reported
from cnnviz.ui.pages import TUNE
from cnnviz.ui.tune.page import show_tune

with reported(TUNE, label="Open the newest search"):
    show_tune()
