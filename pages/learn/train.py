"""Train: set a network up, start it, and watch it learn."""

import streamlit as st

from cnnviz.ui import loaders
from cnnviz.ui.messages import reported
from cnnviz.ui.session import chosen_run
from cnnviz.ui.train import STYLE, current_editor, setup_view, watch_view

THIS_PAGE = "pages/learn/train.py"

st.markdown(STYLE, unsafe_allow_html=True)

with reported(way_back=THIS_PAGE, label="Set up a run"):
    editor = current_editor()
    run_id = chosen_run()
    if run_id is None:
        setup_view(editor)
    else:
        watch_view(loaders.open_run(run_id), editor)
