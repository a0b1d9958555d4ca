"""Attribution: which parts of an image speak for a class, by several methods side by side."""

from cnnviz.ui.attribution import attribution_bar, show_attribution
from cnnviz.ui.messages import reported

THIS_PAGE = "pages/look/attribution.py"

with reported(way_back=THIS_PAGE, label="Look at the newest run"):
    show_attribution(attribution_bar())
