"""Home: something alive at once, the three doors, and the runs."""

from cnnviz.ui.home.page import show_home

show_home()
