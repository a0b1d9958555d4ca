"""Trials a minute: `cnnviz tune` with trials beside each other and one at a time, against Optuna with `model.fit`.

    python benchmarks/tuning.py [--rounds N] [--quick] [--json]

The same trials in whole processes, in turn: the embedded sample, networks like two-conv with other blocks, filters,
dropout, rate and batch, drawn at random from one seed, none ended early. The plain search is what anybody writes after
reading the tutorials of Optuna and Keras: an objective that builds a model, compiles it and calls `fit` with validation
data. It knows nothing of cnnviz but the values of the trials.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.measure import Result, median_ratio, repeated, run, spread, temporary_home

TRIALS, EPOCHS = 12, 5
SPACE = {
    "blocks": "1..2",
    "filters": "16..48/8",
    "dropout": "0..0.5/0.1",
    "learning_rate": "0.0003..0.01",
    "batch_size": "32,64,128",
}


def study(trials: int, epochs: int):
    """Return the settings of the study that all ways carry out."""
    from cnnviz.spec import preset
    from cnnviz.tuning import StudySpec, range_of, setting

    base = preset("two-conv")
    space = {name: range_of(tried, setting(name).usual(base)) for name, tried in SPACE.items()}
    return StudySpec(name="bench", base=base, space=space, sampler="random", pruner="none", epochs=epochs)


def plain(images: str, settings: str, epochs: str) -> None:
    """Carry the trials out with Optuna and `model.fit`; prints what each reached."""
    import keras
    import optuna
    from keras import layers

    arrays, values = np.load(images), json.loads(settings)
    x, y = arrays["x_train"].astype("float32") / 255, arrays["y_train"]
    validation = (arrays["x_validation"].astype("float32") / 255, arrays["y_validation"])

    def objective(trial: optuna.Trial) -> float:
        keras.backend.clear_session()
        blocks = trial.suggest_int("blocks", 1, 2)
        filters = trial.suggest_int("filters", 16, 48, step=8)
        dropout = trial.suggest_float("dropout", 0, 0.5, step=0.1)
        rate = trial.suggest_float("learning_rate", 0.0003, 0.01, log=True)
        batch = trial.suggest_categorical("batch_size", [32, 64, 128])
        model = keras.Sequential([keras.Input((32, 32, 3))])
        for block in range(blocks):
            model.add(layers.Conv2D(filters * 2**block, 3, activation="relu"))
            model.add(layers.MaxPooling2D())
            model.add(layers.Dropout(dropout))
        model.add(layers.Flatten())
        model.add(layers.Dense(64, activation="relu"))
        model.add(layers.Dropout(dropout))
        model.add(layers.Dense(10, activation="softmax"))
        model.compile(keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        history = model.fit(x, y, batch_size=batch, epochs=int(epochs), validation_data=validation, verbose=0)
        return float(history.history["val_accuracy"][-1])

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    search = optuna.create_study(direction="maximize")
    for one in values:
        search.enqueue_trial(one)
    search.optimize(objective, n_trials=len(values))
    print(json.dumps({"best": search.best_value}))


def own(beside: int, trials: int, epochs: int) -> tuple[float, float]:
    """Carry the trials out with `cnnviz tune`; returns its seconds, and the best."""
    search = [word for name, tried in SPACE.items() for word in ("--search", f"{name}={tried}")]
    with temporary_home() as home:
        done = run(
            *("-m", "cnnviz", "tune", "--dataset", "cifar10-sample", "--preset", "two-conv", *search),
            *("--trials", str(trials), "--epochs", str(epochs), "--sampler", "random", "--pruner", "none"),
            *("--beside", str(beside), "--study", "bench", "--json"),
            home=home,
        )
    found = done.values
    assert found["n_trials"] == trials, found
    return done.seconds, found["best"]["value"]


def _times(above: list[float], below: list[float]) -> str:
    return f"{median_ratio(above, below):.2f}x"


def measure(rounds: int, quick: bool) -> Result:
    from cnnviz.data import load_dataset, prepare
    from cnnviz.tuning.choosing import next_values

    trials, epochs = (2, 1) if quick else (TRIALS, EPOCHS)
    spec = study(trials, epochs)
    values = [next_values(spec, number, ()) for number in range(trials)]
    seconds: dict[str, list[float]] = {"two beside each other": [], "one at a time": [], "Optuna with fit": []}
    best: dict[str, float] = {}
    with temporary_home() as home:
        data = prepare(load_dataset("cifar10-sample", home), spec.base.data, spec.base.train.seed)
        path = home / "images.npz"
        np.savez(
            path,
            x_train=data.train.images,
            y_train=data.train.labels,
            x_validation=data.validation.images,
            y_validation=data.validation.labels,
        )
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
            for name, beside in (("two beside each other", 2), ("one at a time", 1)):
                took, best[name] = own(beside, trials, epochs)
                seconds[name].append(took)
            done = run(__file__, "--child", str(path), json.dumps(values), str(epochs), home=home)
            seconds["Optuna with fit"].append(done.seconds)
            best["Optuna with fit"] = done.values["best"]
    rows = [
        (name, spread(took), f"{60 * trials / sorted(took)[len(took) // 2]:.1f}", f"{best[name]:.1%}")
        for name, took in seconds.items()
    ]
    plain_s = seconds["Optuna with fit"]
    return Result(
        title=f"Searching: {trials} trials of {epochs} epochs on the embedded sample, {rounds} rounds",
        columns=("way", "seconds", "trials a minute", "best"),
        rows=rows,
        ratios={
            "trials a minute, two beside each other against Optuna with fit": _times(
                plain_s, seconds["two beside each other"]
            ),
            "trials a minute, one at a time against Optuna with fit": _times(plain_s, seconds["one at a time"]),
            "trials a minute, two beside each other against one at a time": _times(
                seconds["one at a time"], seconds["two beside each other"]
            ),
        },
        notes=[
            "Whole processes, from the command to its end: TensorFlow is imported, and of cnnviz' trials the best is "
            "measured on the test images besides. Each trial of cnnviz is a run with its snapshots and checkpoints.",
            "The best need not be the same: the first weights are others, and one cycle is not a constant rate.",
        ],
    )


if __name__ == "__main__":
    repeated(__doc__, measure, 3, plain)
