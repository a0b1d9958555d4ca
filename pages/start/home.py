"""Home: something alive at once, the three doors, and the runs."""

import streamlit as st

from cnnviz.ui.doors import PAGE_STYLE, doors
from cnnviz.ui.first_sight import SightPages, show_sight, strongest_sight
from cnnviz.ui.loaders import run_ids
from cnnviz.ui.run_rows import run_rows
from cnnviz.ui.showcase import nothing_better, picture_wall, show_run, worth_showing

TRAIN = "pages/learn/train.py"
KERNELS = "pages/look/kernels.py"
FEATURE_MAPS = "pages/look/feature_maps.py"
ATTRIBUTION = "pages/look/attribution.py"
CLASSIFY = "pages/use/classify.py"

ids = run_ids()
st.html(PAGE_STYLE)
st.title("See what a neural network sees", anchor=False)

if (shown := worth_showing()) is not None:
    show_run(shown)
elif (sight := strongest_sight()) is not None:
    show_sight(sight, pages=SightPages(CLASSIFY, KERNELS, FEATURE_MAPS, ATTRIBUTION))
elif (shown := nothing_better()) is not None:
    show_run(shown)
else:
    picture_wall()

doors(train_page=TRAIN, look_page=KERNELS, use_page=CLASSIFY)

if ids:
    st.subheader("Runs", anchor=False)
    run_rows(ids, TRAIN, key="home")
