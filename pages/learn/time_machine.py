"""Time machine: one slider moves everything that changed while a run learned."""

from cnnviz.ui.messages import reported
from cnnviz.ui.pages import TIME_MACHINE
from cnnviz.ui.time_machine.page import time_machine_page

with reported(TIME_MACHINE, label="Open the time machine anew"):
    time_machine_page()
