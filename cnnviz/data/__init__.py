"""Data sets: finding, loading, checking, dividing and describing them."""

from cnnviz.data.catalogue import NAME_PATTERN, checked_name, list_datasets, load_dataset
from cnnviz.data.preparation import Prepared, prepare
from cnnviz.data.records import Dataset, DatasetInfo, Images, Labels, Shape, Split
from cnnviz.data.statistics import ChannelStatistics, ClassCounts, channel_statistics, class_counts, examples

__all__ = [
    "NAME_PATTERN",
    "ChannelStatistics",
    "ClassCounts",
    "Dataset",
    "DatasetInfo",
    "Images",
    "Labels",
    "Prepared",
    "Shape",
    "Split",
    "channel_statistics",
    "checked_name",
    "class_counts",
    "examples",
    "list_datasets",
    "load_dataset",
    "prepare",
]
