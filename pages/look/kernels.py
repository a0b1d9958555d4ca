"""Kernels: what a convolution looks for, all of them on the wall, and one of them taken apart."""

import streamlit as st

from cnnviz.ui.bar import pinned_bar
from cnnviz.ui.kernels.inspector import inspector, known_dead, tell_dead
from cnnviz.ui.kernels.wall import controls, facts_of, history_strip, wall
from cnnviz.ui.messages import reported
from cnnviz.ui.pages import KERNELS

with reported(KERNELS, label="Look at the newest run"):
    pinned = pinned_bar(layer="convolution", filter=True)
    facts = facts_of(pinned)
    view = controls(facts)
    left, right = st.columns([3, 2], gap="large")
    with left:
        wall(pinned, facts, view, known_dead(pinned))
        history_strip(pinned, facts)
    with right:
        dead = inspector(pinned, facts)
    tell_dead(pinned, dead)
