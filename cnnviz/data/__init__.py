"""Data sets: finding, loading, importing, checking, dividing and describing them."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnnviz.data.catalogue import NAME_PATTERN, checked_name, list_datasets, load_dataset
from cnnviz.data.preparation import Prepared, prepare
from cnnviz.data.records import Dataset, DatasetInfo, Images, Labels, Shape, Split, are_characters
from cnnviz.data.statistics import ChannelStatistics, ClassCounts, channel_statistics, class_counts, examples
from cnnviz.download import Progress

if TYPE_CHECKING:
    from cnnviz.data.about import AboutDataset, about_dataset
    from cnnviz.data.deleting import delete_dataset, runs_with
    from cnnviz.data.importing import Imported, import_dataset, keep
    from cnnviz.data.names import class_names_of
    from cnnviz.data.photos import Photo, fit, open_photo
    from cnnviz.data.pictures import Pictures, find_pictures, held_pictures, how_to_get

__all__ = [
    "NAME_PATTERN",
    "AboutDataset",
    "ChannelStatistics",
    "ClassCounts",
    "Dataset",
    "DatasetInfo",
    "Images",
    "Imported",
    "Labels",
    "Photo",
    "Pictures",
    "Prepared",
    "Progress",
    "Shape",
    "Split",
    "about_dataset",
    "are_characters",
    "channel_statistics",
    "checked_name",
    "class_counts",
    "class_names_of",
    "delete_dataset",
    "examples",
    "find_pictures",
    "fit",
    "held_pictures",
    "how_to_get",
    "import_dataset",
    "keep",
    "list_datasets",
    "load_dataset",
    "open_photo",
    "prepare",
    "runs_with",
]

# These need Pillow or pydantic; whoever only lists data sets waits for neither.
_LATER = {
    "class_names_of": "cnnviz.data.names",
    "AboutDataset": "cnnviz.data.about",
    "about_dataset": "cnnviz.data.about",
    "delete_dataset": "cnnviz.data.deleting",
    "runs_with": "cnnviz.data.deleting",
    "keep": "cnnviz.data.importing",
    "Imported": "cnnviz.data.importing",
    "import_dataset": "cnnviz.data.importing",
    "Photo": "cnnviz.data.photos",
    "Pictures": "cnnviz.data.pictures",
    "find_pictures": "cnnviz.data.pictures",
    "held_pictures": "cnnviz.data.pictures",
    "how_to_get": "cnnviz.data.pictures",
    "fit": "cnnviz.data.photos",
    "open_photo": "cnnviz.data.photos",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
