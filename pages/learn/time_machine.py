"""Time machine: one slider moves everything that changed while a run learned."""

import streamlit as st

from cnnviz.ui.messages import reported
from cnnviz.ui.pages import TIME_MACHINE
from cnnviz.ui.time_machine import STYLE, time_machine_view

st.html(STYLE)

with reported(TIME_MACHINE, label="Open the time machine anew"):
    time_machine_view()
