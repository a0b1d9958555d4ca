"""Networks from elsewhere that end in every way, asked by commands: what plain Keras says of the same pixels."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.brought import bring
from tests.cli.conftest import Call
from tests.explain.endings import ENDINGS, make, pictures

pytestmark = pytest.mark.filterwarnings("ignore:You are using a softmax over axis -1:UserWarning")  # meant here

SEVERAL = (
    "softmax, flattened",
    "softmax in bfloat16",
    "softmax at each place",
    "softmaxes averaged",
    "sigmoids",
    "hard sigmoids",
    "softmax of one unit",
    "softmax of nothing",
    "tanh, one unit",
    "relu",
    "linear",
)


@pytest.mark.parametrize("ending", SEVERAL)
def test_classify_and_explain_say_what_keras_says(ending: str, call: Call, home: Path, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        model = make(ending)
    wanted, run, pixels = ENDINGS[ending], bring(model, home), pictures()[1]
    photo = tmp_path / "photo.png"
    Image.fromarray(pixels).save(photo)
    (expected,) = wanted.expected(np.asarray(model(pixels[None].astype(np.float32), training=False)).astype(float))
    atol = max(wanted.tolerance, 1e-5)

    done = call("classify", run.id, str(photo), "--home", str(home), "--json")
    (row,) = done.json
    assert done.code == 0
    found = {one["class"]: one["probability"] for one in row["top"]}
    assert [found[f"class {index}"] for index in range(len(expected))] == pytest.approx(expected, abs=atol)
    assert (row["note"] is not None) == (wanted.independent or wanted.constant)
    assert (row["note"] or "") in done.err

    out = str(tmp_path / "out.png")
    explained = call("explain", run.id, str(photo), "--method", "saliency", "--out", out, "--home", str(home), "--json")
    assert explained.json["probability"] == pytest.approx(expected.max(), abs=atol)
    assert explained.json["predicted"] == row["top"][0]["class"]


def test_abstaining_is_refused_for_independent_classes(call: Call, home: Path, tmp_path: Path) -> None:
    run, photo = bring(make("sigmoids"), home), tmp_path / "photo.png"
    Image.fromarray(pictures()[1]).save(photo)
    done = call("classify", run.id, str(photo), "--abstain", "--home", str(home))
    assert done.code == 2
    assert "the network brought came from elsewhere" in done.err
