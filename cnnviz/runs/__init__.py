"""A run's folder: the one place where everything that matters is. Knows nothing of Keras."""

from cnnviz.runs.about import LONGEST_NOTES, LONGEST_TAG, MOST_TAGS
from cnnviz.runs.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from cnnviz.runs.classes import read_class_names, write_class_names
from cnnviz.runs.derived import Derived
from cnnviz.runs.events import Event, EventLog, EventReader, OnEvent
from cnnviz.runs.history import History, Snapshot, Timeline
from cnnviz.runs.live import LiveView
from cnnviz.runs.overview import RunOverview, overviews, started_at
from cnnviz.runs.predictions import Predictions
from cnnviz.runs.processes import process_fields
from cnnviz.runs.run import Run
from cnnviz.runs.status import ACTIVE, State, Status, read_status, write_status
from cnnviz.runs.store import RUN_ID, RunStore, RunSummary, open_run
from cnnviz.runs.weights import Weights

__all__ = [
    "ACTIVE",
    "LONGEST_NOTES",
    "LONGEST_TAG",
    "MOST_TAGS",
    "RUN_ID",
    "Checkpoint",
    "Derived",
    "Event",
    "EventLog",
    "EventReader",
    "History",
    "LiveView",
    "OnEvent",
    "Predictions",
    "Run",
    "RunOverview",
    "RunStore",
    "RunSummary",
    "Snapshot",
    "State",
    "Status",
    "Timeline",
    "Weights",
    "load_checkpoint",
    "open_run",
    "overviews",
    "process_fields",
    "read_class_names",
    "read_status",
    "save_checkpoint",
    "started_at",
    "write_class_names",
    "write_status",
]
