"""A run's folder: the one place where everything that matters is. Knows nothing of Keras."""

from cnnviz.runs.checkpoint import (
    Arrays,
    Checkpoint,
    load_checkpoint,
    pack_arrays,
    save_checkpoint,
    unpack_arrays,
)
from cnnviz.runs.events import Event, EventLog, EventReader, OnEvent
from cnnviz.runs.history import History, Snapshot, Timeline
from cnnviz.runs.live import LiveView
from cnnviz.runs.processes import process_fields
from cnnviz.runs.run import Predictions, Run
from cnnviz.runs.status import ACTIVE, State, Status, read_status, write_status
from cnnviz.runs.store import RUN_ID, RunStore, RunSummary, open_run

__all__ = [
    "ACTIVE",
    "RUN_ID",
    "Arrays",
    "Checkpoint",
    "Event",
    "EventLog",
    "EventReader",
    "History",
    "LiveView",
    "OnEvent",
    "Predictions",
    "Run",
    "RunStore",
    "RunSummary",
    "Snapshot",
    "State",
    "Status",
    "Timeline",
    "load_checkpoint",
    "open_run",
    "pack_arrays",
    "process_fields",
    "read_status",
    "save_checkpoint",
    "unpack_arrays",
    "write_status",
]
