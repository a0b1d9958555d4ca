"""Data: the images of a data set, what is wrong with it, and bringing one's own."""

from cnnviz.ui.data.page import show_data

show_data()
