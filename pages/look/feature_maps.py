"""Feature maps: what every layer makes of one image, from left to right, and one of them large."""

from cnnviz.ui.bar import pinned_bar
from cnnviz.ui.maps.page import outline, show
from cnnviz.ui.maps.scene import choices
from cnnviz.ui.messages import reported
from cnnviz.ui.network import wait_for_keras
from cnnviz.ui.pages import FEATURE_MAPS

with reported(FEATURE_MAPS, label="Look at the newest run"):
    pinned = pinned_bar(layer="any", filter=True)
    view = choices()
    if wait_for_keras("The feature maps", draw=lambda: outline(pinned, view)):
        show(pinned, view)
