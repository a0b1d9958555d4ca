"""Map: all test images as points, where the network's own features put them."""

from cnnviz.ui.judge.map import show_map
from cnnviz.ui.messages import reported

THIS_PAGE = "pages/judge/map.py"

with reported(way_back=THIS_PAGE, label="Show the map of the newest run"):
    show_map()
