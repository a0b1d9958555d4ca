"""How good a run is, what it gets wrong, when it learned what, and what tells two runs apart. Knows nothing of Keras.

    from cnnviz import evaluation

    judged = evaluation.judge(run)                               # every test image: true class, predicted, confidence
    report = evaluation.evaluate_judged(judged)
    evaluation.select(judged, evaluation.Query(sort="loss"))     # the mistakes, the worst first

It reads what a run left in its folder; only t-SNE takes long, and only for a run that kept no true classes is the data
set opened.
"""

from cnnviz.evaluation.advice import advice
from cnnviz.evaluation.calibration import Calibration, calibration_of
from cnnviz.evaluation.comparison import Comparison, compare, disagreements
from cnnviz.evaluation.confusion import Pair, confusion_matrix, most_confused, over_snapshots
from cnnviz.evaluation.curves import Curve, precision_recall, roc
from cnnviz.evaluation.differences import Difference, settings_that_differ, values_that_differ
from cnnviz.evaluation.doubts import Doubt, doubts
from cnnviz.evaluation.judged import Judged, judge, judge_snapshots, measured_images
from cnnviz.evaluation.learning import LearningOrder, learning_order
from cnnviz.evaluation.marks import Mark, marks_csv, read_marks, write_mark
from cnnviz.evaluation.mistakes import Query, pairs, select
from cnnviz.evaluation.neighbours import nearest
from cnnviz.evaluation.plane import Axes, Plane, pca, principal_axes, tsne
from cnnviz.evaluation.report import ClassScore, Evaluation, evaluate, evaluate_judged
from cnnviz.evaluation.seeds import SeedSpread, only_seeds_differ, seed_spread
from cnnviz.evaluation.stages import Stages, groups_by_class, images_of_group, stages_of
from cnnviz.evaluation.suspects import Suspects, find_suspects
from cnnviz.evaluation.tables import csv_text, report_csv

__all__ = [
    "Axes",
    "Calibration",
    "ClassScore",
    "Comparison",
    "Curve",
    "Difference",
    "Doubt",
    "Evaluation",
    "Judged",
    "LearningOrder",
    "Mark",
    "Pair",
    "Plane",
    "Query",
    "SeedSpread",
    "Stages",
    "Suspects",
    "advice",
    "calibration_of",
    "compare",
    "confusion_matrix",
    "csv_text",
    "disagreements",
    "doubts",
    "evaluate",
    "evaluate_judged",
    "find_suspects",
    "groups_by_class",
    "images_of_group",
    "judge",
    "judge_snapshots",
    "learning_order",
    "marks_csv",
    "measured_images",
    "most_confused",
    "nearest",
    "only_seeds_differ",
    "over_snapshots",
    "pairs",
    "pca",
    "precision_recall",
    "principal_axes",
    "read_marks",
    "report_csv",
    "roc",
    "seed_spread",
    "select",
    "settings_that_differ",
    "stages_of",
    "tsne",
    "values_that_differ",
    "write_mark",
]
