"""Train: set a network up, start it, and watch it learn."""

import streamlit as st

from cnnviz.ui import loaders
from cnnviz.ui.address import chosen_run, remember
from cnnviz.ui.messages import reported
from cnnviz.ui.pages import TRAIN
from cnnviz.ui.train import STYLE, current_editor, setup_view, watch_view

st.markdown(STYLE, unsafe_allow_html=True)

with reported(TRAIN, label="Set up a run"):
    editor = current_editor()
    run_id = chosen_run()
    if run_id is None:
        setup_view(editor)
    else:
        run = loaders.open_run(run_id)
        remember(run=run.id)
        watch_view(run, editor)
