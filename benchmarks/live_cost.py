"""What looking at a training costs: a run with everything live, against the bare loop of training steps.

    python benchmarks/live_cost.py [--epochs N] [--rounds N] [--quick] [--json]

The same compiled step takes as many images in both; whole processes, in turn. Inside the live process every part is
timed as well, which a busy machine blurs less than a difference of two processes.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import Process, Result, in_rounds, in_turn, median_ratio, run, temporary_home
from benchmarks.training import dataset_name, make_spec

STEPS = "training steps"
REPORTS = {
    "events": "events.jsonl",
    "status": "status.json",
    "live": "live view: kernels and watched images",
    "snapshots": "snapshots",
    "checkpoints": "checkpoints",
}
LOOKS = {"validation": "validation", "predictions": "predictions of the test images"}
_CHUNK = 40  # steps a call in the bare loop: about as many as a quarter of a second takes


class Timer:
    """Counts the seconds of functions, by part; what a timed function calls is its own part's, not the caller's."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inner = 0.0

    def watch(self, owner: Any, name: str, part: str) -> None:
        """Replace `owner.name` by a version that is timed."""
        original: Callable[..., Any] = getattr(owner, name)

        def timed(*values: Any, **named: Any) -> Any:
            outer, self._inner = self._inner, 0.0
            began = time.perf_counter()
            try:
                return original(*values, **named)
            finally:
                took = time.perf_counter() - began
                self.seconds[part] = self.seconds.get(part, 0.0) + took - self._inner
                self._inner = outer + took

        setattr(owner, name, timed)


def train_live(home: str, spec_json: str) -> None:
    """In a process of its own: train with everything, and time each part."""
    from cnnviz.spec import RunSpec
    from cnnviz.training import fit
    from cnnviz.training.execute import train
    from cnnviz.training.looks import Looks
    from cnnviz.training.recorder import Recorder
    from cnnviz.training.step import TrainingStep

    timer = Timer()
    timer.watch(TrainingStep, "__call__", "steps")
    timer.watch(Recorder, "event", "events")
    timer.watch(Recorder, "progress", "status")
    timer.watch(Looks, "live", "live")
    timer.watch(Looks, "snapshot", "snapshots")
    timer.watch(fit, "save_checkpoint", "checkpoints")
    timer.watch(Looks, "validate", "validation")
    timer.watch(Looks, "predict_pending", "predictions")
    timer.watch(fit.Fit, "run_to_end", "the rest of the loop")
    phase = compiled_first(fit.Fit, timer)
    train(RunSpec.from_json(spec_json), home)
    print(json.dumps({"parts": timer.seconds, **phase}))


def compiled_first(fit: Any, timer: Timer) -> dict[str, float]:
    """Compile before the clock starts, in the live process as in the bare one."""
    phase: dict[str, float] = {}
    run_to_end = fit.run_to_end

    def timed(self: Any) -> Any:
        import numpy as np

        before = self._state()
        self.step(np.zeros((1, self.train.batch_size), np.int32), np.zeros(1, np.float32), 0)
        self.looks.forward(self.data.test.images[:2])
        self._restore(before)
        timer.seconds.clear()
        began, cpu_began = time.perf_counter(), time.process_time()
        outcome = run_to_end(self)
        phase.update(phase_s=time.perf_counter() - began, cpu_s=time.process_time() - cpu_began)
        return outcome

    fit.run_to_end = timed
    return phase


def train_bare(spec_json: str) -> None:
    """In a process of its own: the same steps and nothing else."""
    import numpy as np

    from cnnviz.data import load_dataset, prepare
    from cnnviz.models import build
    from cnnviz.spec import RunSpec
    from cnnviz.training.halves import choose_threads
    from cnnviz.training.step import TrainingStep

    spec = RunSpec.from_json(spec_json)
    images = prepare(load_dataset(spec.data.name), spec.data, spec.train.seed).train
    choose_threads(spec.model)
    step = TrainingStep(build(spec.model, spec.train.seed), spec, images)
    size = spec.train.batch_size
    step(np.zeros((1, size), np.int32), np.zeros(1, np.float32), 0)
    began, cpu_began = time.perf_counter(), time.process_time()
    for epoch in range(spec.train.epochs):
        order = np.random.default_rng([spec.train.seed, 1, epoch]).permutation(len(images)).astype(np.int32)
        full = len(order) // size
        chunks = [*np.split(order[: full * size].reshape(full, size), range(_CHUNK, full, _CHUNK))]
        chunks += [order[full * size :][None]] if full * size < len(order) else []
        for chunk in chunks:
            step(chunk, np.full(len(chunk), spec.train.learning_rate, np.float32), 0)
    print(json.dumps({"phase_s": time.perf_counter() - began, "cpu_s": time.process_time() - cpu_began}))


def measure(epochs: int, rounds: int, quick: bool) -> Result:
    from cnnviz.home import resolve_home

    spec = make_spec("cifar10-sample" if quick else dataset_name(), epochs, quick)
    with temporary_home(datasets_of=resolve_home()) as home:
        found = in_turn(
            {
                "live": lambda: run(__file__, "--child", "live", str(home), spec.to_json(), home=home),
                "bare": lambda: run(__file__, "--child", "bare", spec.to_json(), home=home),
            },
            rounds,
        )
    return _result(found["live"], found["bare"], spec.data.name, epochs)


def _result(live: list[Process], bare: list[Process], dataset: str, epochs: int) -> Result:
    phases = [process.values["phase_s"] for process in live]

    def parts(*names: str) -> list[float]:
        return [sum(process.values["parts"].get(name, 0.0) for name in names) for process in live]

    def row(text: str, seconds: list[float]) -> tuple[str, str, str]:
        share = statistics.median(part / whole for part, whole in zip(seconds, phases, strict=True))
        return (text, f"{statistics.median(seconds):.3f}", f"{share:.2%}")

    rest = "the rest of the loop"
    named = {"steps": STEPS, **REPORTS, rest: rest, **LOOKS}
    reports, looks = parts(*REPORTS, rest), parts(*LOOKS)
    steps = parts("steps")
    bare_s = [process.values["phase_s"] for process in bare]
    rows = [row(text, parts(part)) for part, text in named.items()]
    rows += [row("everything live", phases), row("bare loop, in its own process", bare_s)]
    cpu = median_ratio([one.values["cpu_s"] for one in live], [one.values["cpu_s"] for one in bare])
    return Result(
        title=f"Cost of live reporting: two-conv on {dataset}, {epochs} epochs, {len(live)} rounds",
        columns=("part", "seconds", "of the live phase"),
        rows=rows,
        ratios={
            "live reporting against training steps (events, status, live view, snapshots, checkpoints)": (
                f"{median_ratio(reports, steps):+.2%}"
            ),
            "validation and predictions against training steps": f"{median_ratio(looks, steps):+.2%}",
            "everything live against the bare loop, by the clock": f"{median_ratio(phases, bare_s):.3f}x",
            "everything live against the bare loop, by processor time": f"{cpu:.3f}x",
        },
        notes=[
            "Medians of whole processes in turn. Both have compiled their step before the clock starts.",
            "Reporting is what a live chart costs; validation and predictions are arithmetic on other images. In "
            "the first epoch there are six snapshots to predict, later one.",
        ],
    )


if __name__ == "__main__":
    in_rounds(__doc__, measure, {"live": train_live, "bare": train_bare}, rounds=3)
