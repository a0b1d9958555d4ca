"""Models: take a network away as a file, or bring one from elsewhere."""

from cnnviz.ui.messages import reported
from cnnviz.ui.models_page import show_models

THIS_PAGE = "pages/use/models.py"

with reported(way_back=THIS_PAGE, label="Start again on this page"):
    show_models()
