"""Training throughput of `two-conv` with everything live, against a plain script with `model.fit`.

    python benchmarks/training.py [--epochs N] [--rounds N] [--quick] [--json]

Both train the same network on the same images in whole processes, in turn. Uses the full CIFAR-10 where the home has
it (CNNVIZ_HOME, or `~/.cnnviz`), else the embedded sample.
"""

import json
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import Process, Result, in_rounds, in_turn, median_ratio, run, spread, temporary_home

LIVE = "cnnviz, everything live"
PLAIN = "plain script, fit alone"
VALIDATING = "plain script, fit with validation_data"


def dataset_name() -> str:
    """The full CIFAR-10 where the home has it, else the sample."""
    from cnnviz.data import list_datasets

    available = {info.name for info in list_datasets() if info.available}
    return "cifar10" if "cifar10" in available else "cifar10-sample"


def make_spec(dataset: str, epochs: int, quick: bool):
    from cnnviz.spec import preset

    spec = preset("two-conv").for_data(dataset, (32, 32, 3), 10)
    data = spec.data.changed(train_images=256) if quick else spec.data
    rate = {"schedule": "constant", "learning_rate": 1e-3}  # the plain script's; the preset's has the same steps
    return spec.changed(data=data, train=spec.train.changed(epochs=epochs, **rate))


def write_plain_arrays(path: Path, spec) -> None:
    """Write the very images that the spec trains on; validation holds what a run looks at in every epoch."""
    import numpy as np

    from cnnviz.data import load_dataset, prepare

    data = prepare(load_dataset(spec.data.name), spec.data, spec.train.seed)
    np.savez(
        path,
        x_train=data.train.images,
        y_train=data.train.labels,
        x_validation=np.concatenate([data.validation.images, data.test.images]),
        y_validation=np.concatenate([data.validation.labels, data.test.labels]),
    )


def train_live(home: str, spec_json: str) -> None:
    """In a process of its own: train as `cnnviz train` and the dashboard's worker do, and time the training phase."""
    from cnnviz.spec import RunSpec
    from cnnviz.training.execute import train
    from cnnviz.training.fit import Fit

    spec, phase = RunSpec.from_json(spec_json), {}
    run_to_end = Fit.run_to_end

    def timed(fit: Fit):
        began, cpu_began = time.perf_counter(), time.process_time()
        outcome = run_to_end(fit)
        phase.update(phase_s=time.perf_counter() - began, cpu_s=time.process_time() - cpu_began)
        phase["images"] = spec.train.epochs * len(fit.data.train)
        return outcome

    Fit.run_to_end = timed
    finished = train(spec, home)
    print(json.dumps({**phase, "accuracy": finished.history().epochs["accuracy"][-1]}))


def measure(epochs: int, rounds: int, quick: bool) -> Result:
    from cnnviz.home import resolve_home

    spec = make_spec("cifar10-sample" if quick else dataset_name(), epochs, quick)
    with temporary_home(datasets_of=resolve_home()) as home:
        arrays, plain = home / "arrays.npz", str(Path(__file__).with_name("plain_script.py"))
        write_plain_arrays(arrays, spec)
        found = in_turn(
            {
                LIVE: lambda: run(__file__, "--child", "live", str(home), spec.to_json()),
                PLAIN: lambda: run(plain, str(arrays), str(epochs)),
                VALIDATING: lambda: run(plain, str(arrays), str(epochs), "--validate"),
            },
            rounds,
        )
    return _result(found, spec.data.name, epochs, rounds)


def _rate(process: Process) -> float:
    return process.values["images"] / process.values["phase_s"]


def _cpu_ms(process: Process) -> float:
    """Milliseconds of processor time for a training image, everything included."""
    return 1e3 * process.values["cpu_s"] / process.values["images"]


def _result(found: dict[str, list[Process]], dataset: str, epochs: int, rounds: int) -> Result:
    rows = [
        (
            name,
            spread([_rate(process) for process in processes], 0),
            f"{statistics.median(map(_cpu_ms, processes)):.3f}",
            spread([process.seconds for process in processes]),
            f"{processes[-1].values['accuracy']:.3f}",
        )
        for name, processes in found.items()
    ]
    ratios = {}
    for other in (PLAIN, VALIDATING):
        mine, theirs = found[LIVE], found[other]
        rate = median_ratio([*map(_rate, mine)], [*map(_rate, theirs)])
        whole = median_ratio([one.seconds for one in theirs], [one.seconds for one in mine])
        cpu = median_ratio([*map(_cpu_ms, theirs)], [*map(_cpu_ms, mine)])
        ratios[f"images a second, cnnviz against the {other}"] = f"{rate:.2f}x"
        ratios[f"whole process, cnnviz against the {other}"] = f"{whole:.2f}x"
        ratios[f"processor time in the training phase, the {other} against cnnviz"] = f"{cpu:.2f}x"
    images = found[LIVE][0].values["images"] // epochs
    return Result(
        title=f"Training of two-conv on {dataset}: {images:,} images, {epochs} epochs, {rounds} rounds",
        columns=("", "images/s", "CPU ms/image", "whole process (s)", "train accuracy"),
        rows=rows,
        ratios=ratios,
        notes=[
            "Median (smallest–largest) of whole processes in turn; a ratio is the median of the rounds' ratios.",
            "images/s: training images by the seconds of the training phase, from before the first step, its "
            "compilation included, to the last epoch's end.",
            "cnnviz's phase includes events, status, live view, snapshots, checkpoints, validation, and predictions of "
            "all test images for the initial, four early, and each epoch's snapshot.",
            "validation_data are the images that cnnviz looks at after an epoch: validation and test together.",
            "Both train with Adam's own rate of 0.001 throughout; the preset's schedule changes nothing about a step.",
            "The plain script's conversion to float32 is not in its phase; whole process has everything: imports, and "
            "cnnviz's final test and model.keras.",
            "On a busy machine, processor time is the more trustworthy ratio.",
        ],
    )


if __name__ == "__main__":
    in_rounds(__doc__, measure, {"live": train_live}, rounds=5)
