"""Report: how good a network is, how sure that is, and what it confuses."""

from cnnviz.ui.judge.bar import judge_bar
from cnnviz.ui.judge.report.page import show_report
from cnnviz.ui.messages import reported
from cnnviz.ui.pages import REPORT

with reported(REPORT, label="Judge the newest run"):
    show_report(judge_bar())
