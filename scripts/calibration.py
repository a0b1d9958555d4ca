"""Measure what a bundled run needs to abstain and to find its nearest training images without its data set."""

import json
import sys
from pathlib import Path

import numpy as np

from cnnviz.data import load_dataset, prepare
from cnnviz.evaluation.neighbours import distances
from cnnviz.explain.features import penultimate
from cnnviz.inference import Classifier
from cnnviz.inference.abstaining import calibrate
from cnnviz.inference.calibrating import validation_images
from cnnviz.inference.came_with import CAME_WITH, SAMPLE, came_with
from cnnviz.runs import Run

_KEEP = 0.95


def calibrate_bundled(folder: Path, home: Path) -> None:
    """Measure a bundled run's model on the images it held back, in the full data set, and add the answers to it."""
    run = Run(folder, bundled=True, home=home)
    classifier = Classifier.of(run)
    held_back = validation_images(run, home)
    trained = prepare(load_dataset(run.spec.data.name, home), run.spec.data, run.spec.train.seed).train
    sample = load_dataset(SAMPLE).train
    known = {image.tobytes() for image in trained.images}
    fitted = np.array([image.tobytes() in known for image in sample.images])
    model = classifier.model
    near = penultimate(model, classifier.prepared(sample.images[fitted]))
    far = distances(near, penultimate(model, classifier.prepared(held_back.images)))
    logits = classifier.logits(held_back.images)
    (folder / CAME_WITH).parent.mkdir(exist_ok=True)
    np.savez_compressed(
        folder / CAME_WITH,
        logits=logits.astype(np.float16),
        labels=held_back.labels.astype(np.uint8),
        distances=far.astype(np.float16),
        fitted=fitted,
        made_of=np.array(run.at().digest),
    )
    kept = came_with(run)
    assert kept is not None
    exact, halved = (calibrate(values, held_back.labels, keep=_KEEP) for values in (logits, kept.logits))
    record = json.loads((folder / "bundled.json").read_text())
    record["calibration"] = {
        "made_by": f"python scripts/bundle_runs.py {run.spec.preset} --calibrate",
        "validation_images": len(logits),
        "fitted_of_the_sample": int(fitted.sum()),
        "temperature": round(halved.temperature, 6),
        "threshold_95": round(halved.threshold, 6),
        "moved_by_half_precision": {
            "temperature": round(abs(halved.temperature - exact.temperature), 6),
            "threshold_95": round(abs(halved.threshold - exact.threshold), 6),
        },
    }
    (folder / "bundled.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(f"{folder.name}: {record['calibration']}", file=sys.stderr)
