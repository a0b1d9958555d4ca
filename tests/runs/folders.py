"""Run folders made by hand, as a worker would leave them."""

import json
from pathlib import Path
from typing import Any

from cnnviz.runs import EventLog, Run, RunStore, Status
from cnnviz.spec import RunSpec, preset

SPEC = preset("one-conv")


def make_run(home: Path, status: Status | None = None, spec: RunSpec = SPEC) -> Run:
    return RunStore(home).create(spec, status or Status("completed", epoch=10, epochs=10))


def put(run: Run, **values: Any) -> None:
    """Overwrite some fields of a run's status.json with anything."""
    path = run.folder / "status.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def batch(position: float, loss: float = 1.0) -> dict[str, Any]:
    return {"kind": "batch", "position": position, "loss": loss, "accuracy": 0.5, "seconds": position}


def epoch(number: int, **more: Any) -> dict[str, Any]:
    return {"kind": "epoch", "epoch": number, "loss": 1 / number, "accuracy": 0.5, "seconds": number, **more}


def snapshot(number: int, position: float) -> dict[str, Any]:
    return {"kind": "snapshot", "number": number, "position": position, "step": int(position * 10)}


def write_events(run: Run, *events: dict[str, Any]) -> None:
    log = EventLog(run.folder / "events.jsonl")
    for event in events:
        values = dict(event)
        log.append(values.pop("kind"), **values)
    log.close()
