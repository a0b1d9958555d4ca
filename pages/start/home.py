"""Home: something alive at once, the three doors, and the runs."""

import streamlit as st

from cnnviz.ui.doors import PAGE_STYLE, doors
from cnnviz.ui.first_sight import show_sight, strongest_sight
from cnnviz.ui.loaders import run_ids
from cnnviz.ui.run_rows import run_rows
from cnnviz.ui.showcase import nothing_better, picture_wall, show_run, worth_showing

ids = run_ids()
st.html(PAGE_STYLE)
st.title("See what a neural network sees", anchor=False)

if (shown := worth_showing()) is not None:
    show_run(shown)
elif (sight := strongest_sight()) is not None:
    show_sight(sight)
elif (shown := nothing_better()) is not None:
    show_run(shown)
else:
    picture_wall()

doors()

if ids:
    st.subheader("Runs", anchor=False)
    run_rows(ids, key="home")
