"""Home: the newest run alive, the doors to the rest, and the runs."""

import streamlit as st

from cnnviz.ui.loaders import active_runs, run_ids
from cnnviz.ui.run_rows import run_rows
from cnnviz.ui.session import choose_run
from cnnviz.ui.showcase import picture_wall, show_run, worth_showing

TRAIN = "pages/learn/train.py"
DATA = "pages/prepare/data.py"

ids = run_ids()
shown = worth_showing(ids)

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.title("See what a neural network sees", anchor=False, width="content")
    with st.container(horizontal=True, width="content"):
        watch = st.button("Watch one learn", key="home-train", type="primary", icon=":material/model_training:")
        look = st.button("Look at the pictures", key="home-data", icon=":material/photo_library:")

if watch:
    active = active_runs()
    choose_run(None)  # a fresh start, unless one trains at this moment
    st.switch_page(TRAIN, query_params={"run": active[0].run_id} if active else None)
if look:
    st.switch_page(DATA)

if shown is None:
    st.markdown(
        "Within a minute, a small network on this machine learns to tell these pictures apart, "
        "and you watch how: press **Watch one learn**."
    )
    picture_wall()
else:
    show_run(shown)

if ids:
    st.subheader("Runs", anchor=False)
    run_rows(ids, TRAIN, key="home")
