"""Train: set a network up, start it, and watch it learn."""

from cnnviz.ui.messages import reported
from cnnviz.ui.pages import TRAIN
from cnnviz.ui.train.page import show_train

with reported(TRAIN, label="Set up a run"):
    show_train()
