"""Attribution: which parts of an image speak for a class, by several methods side by side."""

from cnnviz.ui.attribution.page import show_attribution
from cnnviz.ui.bar import pinned_bar
from cnnviz.ui.messages import reported
from cnnviz.ui.pages import ATTRIBUTION

with reported(ATTRIBUTION, label="Look at the newest run"):
    show_attribution(pinned_bar(layer="maps"))
