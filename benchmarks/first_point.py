"""From the click on Start to the first point of the curve: with no worker, and with one waiting.

    python benchmarks/first_point.py [--rounds N] [--quick] [--json]

The click is the call of `cnnviz.training.start`; the point is the first batch event in events.jsonl, which a page shows
at its next tick (at most a second later). Trains `two-conv` on the embedded sample.
"""

import sys
import time
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil

from benchmarks.measure import Result, median_ratio, repeated, spread, temporary_home

LIMIT_S = 300.0
_POLL_S = 0.002
_SAMPLES = 30  # looks in a row at which a worker sleeps: it has imported everything and waits
IMPORTED_S = 1.0  # processor time that importing TensorFlow takes at least


def wait_for(condition, what: str) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {LIMIT_S:.0f} s for {what}, in vain")
        time.sleep(_POLL_S)


def workers_of(home: Path) -> list[psutil.Process]:
    """The worker processes of a home."""
    found = []
    for process in psutil.Process().children():
        with suppress(psutil.Error):
            if str(home) in process.cmdline():
                found.append(process)
    return found


def wait_until_warm(home: Path) -> None:
    """Wait until the waiting worker has imported what it needs: until it stops computing."""
    from cnnviz.runs import RunStore
    from cnnviz.training.standby import has_standby

    store = RunStore(home)
    wait_for(lambda: has_standby(store), "a worker")
    (worker,) = workers_of(home)
    asleep = 0
    while asleep < _SAMPLES:  # not how little it computes: on a busy machine it may only be kept waiting
        time.sleep(0.05)
        resting = worker.status() == psutil.STATUS_SLEEPING and cpu_seconds(worker) > IMPORTED_S
        asleep = asleep + 1 if resting else 0


def cpu_seconds(process: psutil.Process) -> float:
    """Processor time of a process so far."""
    return sum(process.cpu_times()[:2])


def one_click(warm: bool, quick: bool) -> tuple[float, float, float]:
    """Return the seconds until the call came back, until the first point, and the worker's processor time for it."""
    from cnnviz import training
    from cnnviz.runs import EventReader
    from cnnviz.spec import preset

    spec = preset("two-conv")
    spec = spec.changed(train=spec.train.changed(epochs=1 if quick else 50))
    with temporary_home() as home:
        try:
            if warm:
                training.warm_up(home)
                wait_until_warm(home)
            cpu_before = sum(map(cpu_seconds, workers_of(home)))
            began = time.perf_counter()
            run = training.start(spec, home)
            answered = time.perf_counter() - began
            reader = EventReader(run.folder / "events.jsonl")
            wait_for(lambda: any(event["kind"] == "batch" for event in reader.read()), "the first point")
            first = time.perf_counter() - began
            cpu = sum(map(cpu_seconds, workers_of(home))) - cpu_before
        finally:
            started = workers_of(home)
            for worker in started:
                with suppress(psutil.NoSuchProcess):
                    worker.kill()
            psutil.wait_procs(started, timeout=10)
    return answered, first, cpu


def measure(rounds: int, quick: bool) -> Result:
    found: dict[str, list[tuple[float, float, float]]] = {"cold: no worker": [], "warm: a worker waits": []}
    for number in range(rounds):
        for name in list(found)[:: -1 if number % 2 else 1]:
            found[name].append(one_click(name.startswith("warm"), quick))
            print(f"round {number + 1} of {rounds}: {name}, {found[name][-1][1]:.2f} s", file=sys.stderr)
    firsts = {name: [first for _, first, _ in clicks] for name, clicks in found.items()}
    cold, warm = firsts.values()
    return Result(
        title=f"Click to first point, two-conv on cifar10-sample, {rounds} rounds",
        columns=("", "call returns (s)", "first point (s)", "worker's CPU (s)"),
        rows=[
            (
                name,
                spread([click[0] for click in clicks], 3),
                spread(firsts[name], 2),
                spread([click[2] for click in clicks], 2),
            )
            for name, clicks in found.items()
        ],
        ratios={"cold against warm": f"{median_ratio(cold, warm):.1f}x"},
        notes=[
            "Median (smallest–largest) of fresh homes and fresh workers, cold and warm in turn.",
            "Warm is what the dashboard arranges; cold happens within seconds of the server's start.",
            "The first point is that of the first two steps, after loading the images, building and compiling.",
        ],
    )


if __name__ == "__main__":
    repeated(__doc__, measure, rounds=5)
