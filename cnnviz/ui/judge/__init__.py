"""What the pages under Judge share: their bar, and what they read of a run."""

from cnnviz.ui.judge.bar import JudgedRun, judge_bar, judgeable
from cnnviz.ui.judge.loaders import evaluation, judged, learning, state_of

__all__ = ["JudgedRun", "evaluation", "judge_bar", "judgeable", "judged", "learning", "state_of"]
