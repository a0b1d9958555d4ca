"""Data: the images of a data set by class, how many, how bright, and what augmentation makes of one."""

from cnnviz.ui.data_page import show_data

show_data()
