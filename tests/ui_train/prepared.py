"""Run folders in every state, made without training."""

from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.arrays import pack_arrays
from cnnviz.files import write_json
from cnnviz.runs import EventLog, Run, RunStore, Status, process_fields, write_status
from cnnviz.spec import RunSpec, preset

WATCHED = 8


def prepared_run(home: Path, state: str, *, epochs_done: int = 2, spec: RunSpec | None = None, **values: Any) -> Run:
    """A run of one-conv with curves, kernels and guesses, in the state that is asked for."""
    spec = spec or preset("one-conv").changed(train=preset("one-conv").train.changed(epochs=4, seed=7))
    epochs = spec.train.epochs
    alive = process_fields() if state in ("running", "stopping") else {}
    status = Status(
        "running",
        epoch=epochs_done,
        epochs=epochs,
        step=epochs_done * 10,
        steps=epochs * 10,
        position=float(epochs_done),
        **{**alive, **values},
    )
    run = RunStore(home).create(spec, status)
    if epochs_done:
        write_log(run, epochs_done)
        write_live(run, spec)
    if state == "completed":
        write_json(run.folder / "evaluation.json", {"accuracy": 0.9125, "loss": 0.3, "n_test": 360, "n_mistakes": 31})
    if state == "stopping":
        (run.folder / "stop").touch()
    if state == "queued":
        store = RunStore(home)
        store.queue.mkdir(exist_ok=True)
        (store.queue / run.id).touch()
    if state == "interrupted":  # a process that is gone
        values = {"pid": 2**22 + 1, "process_started": 1.0, "host": ""}
    kept = {"interrupted": "running", "stopping": "running"}.get(state, state)
    write_status(run.folder, Status(**{**vars(status), "state": kept, **values}))
    return run


def write_log(run: Run, epochs: int) -> None:
    """Curves of some epochs with ten batches each."""
    log = EventLog(run.folder / "events.jsonl")
    for step in range(1, epochs * 10 + 1):
        share = step / (epochs * 10)
        log.append(
            "batch", epoch=1, step=step, position=step / 10, loss=2.3 - share, accuracy=0.1 + share / 2, seconds=share
        )
        if step % 10 == 0:
            values = {"loss": 2.3 - share, "accuracy": 0.1 + share / 2, "val_loss": 2.0, "val_accuracy": 0.4}
            log.append("epoch", epoch=step // 10, seconds=share, learning_rate=1e-3, **values)
    log.close()


def write_live(run: Run, spec: RunSpec) -> None:
    """The first kernels and what is guessed about eight images."""
    rng = np.random.default_rng(0)
    height, width, channels = spec.model.input_shape
    probabilities = rng.dirichlet(np.ones(spec.model.classes), WATCHED).astype(np.float32)
    arrays = {
        "position": np.array(2.0),
        "kernels": rng.normal(size=(3, 3, channels, 16)).astype(np.float32),
        "watched": np.arange(WATCHED),
        "images": rng.integers(0, 256, (WATCHED, height, width, channels), dtype=np.uint8),
        "labels": np.arange(WATCHED) % spec.model.classes,
        "probabilities": probabilities,
    }
    (run.folder / "live.npz").write_bytes(pack_arrays(arrays))
