"""Map: all test images as points, where the network's own features put them."""

from cnnviz.ui.judge.map.page import show_map
from cnnviz.ui.messages import reported
from cnnviz.ui.pages import MAP

with reported(MAP, label="Show the map of the newest run"):
    show_map()
