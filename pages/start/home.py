"""Home: the newest run alive, the doors to the rest, and the runs."""

import streamlit as st

from cnnviz.ui.first_run import run_to_watch
from cnnviz.ui.loaders import run_ids
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

if watch and (run_id := run_to_watch()):
    choose_run(run_id)
    st.switch_page(TRAIN, query_params={"run": run_id})
if look:
    st.switch_page(DATA)

if shown is None:
    st.markdown(
        "Press **Watch one learn**: a small network on this machine starts to learn to tell such pictures apart, "
        "and you watch it get better; usually it is done within a minute."
    )
    picture_wall()
else:
    show_run(shown)

if ids:
    st.subheader("Runs", anchor=False)
    run_rows(ids, TRAIN, key="home")
