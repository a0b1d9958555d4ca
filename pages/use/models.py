"""Models: take a network away as a file, or bring one from elsewhere."""

from cnnviz.ui.messages import reported
from cnnviz.ui.models_page.page import show_models
from cnnviz.ui.pages import MODELS

with reported(MODELS, label="Start again on this page"):
    show_models()
