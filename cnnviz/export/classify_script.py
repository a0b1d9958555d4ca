"""The script that classifies a photo with an exported file alone: NumPy, Pillow, and what the format runs on."""

from cnnviz.export.formats import Format

__all__ = ["classify_script"]

_SCRIPT = '''\
"""Says what is on photos, by the network in {model}.

    python classify.py cat.jpg dog.png

Needs: pip install {packages}
"""

{standard}
from pathlib import Path

{others}
MODEL = Path(__file__).with_name("{model}")
HEIGHT, WIDTH, CHANNELS = {height}, {width}, {channels}


def open_model(path):
    """Return a function from images to the network's outputs, and the names of the classes, both from the file."""
{opening}

def prepare(file):
    """Return a photo as the network wants it: upright, its centre, small; (height, width, channels) in 0..255."""
    photo = ImageOps.exif_transpose(Image.open(file))
    if photo.mode.startswith("I;16"):
        photo = Image.fromarray(np.rint(np.asarray(photo) / 257).astype(np.uint8))
    if photo.has_transparency_data:
        layer = photo.convert("RGBA")
        photo = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    photo = photo.convert("{mode}")
    wide, high = min(photo.width, photo.height * WIDTH / HEIGHT), min(photo.height, photo.width * HEIGHT / WIDTH)
    left, top = (photo.width - wide) / 2, (photo.height - high) / 2
    method = Image.Resampling.BOX if wide >= WIDTH else Image.Resampling.BILINEAR
    small = photo.resize((WIDTH, HEIGHT), method, (left, top, left + wide, top + high))
    return np.asarray(small, np.float32).reshape(HEIGHT, WIDTH, CHANNELS)


def probabilities(predict, image):
    """Return the probability of each class; a single output is that of the second of two."""
    (outputs,) = np.asarray(predict(image[np.newaxis]))
    return [1 - outputs[0], outputs[0]] if len(outputs) == 1 else outputs


def main():
    parser = argparse.ArgumentParser(description="Says what is on photos.")
    parser.add_argument("photos", nargs="+", metavar="PHOTO")
    parser.add_argument("--model", default=MODEL, type=Path, help="the file of the network")
    parser.add_argument("--top", default=3, type=int, help="how many of the likeliest classes")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    predict, names = open_model(options.model)
    answers = []
    for file in options.photos:
        try:
            shares = probabilities(predict, prepare(file))
        except (OSError, ValueError, SyntaxError) as error:
            print(f"error: {{file}} cannot be read as a photo: {{error}}", file=sys.stderr)
            answers.append({{"file": file, "top": [], "error": str(error)}})
            continue
        order = np.argsort(shares)[::-1][: options.top]
        top = [{{"class": names[index], "probability": float(shares[index])}} for index in order]
        answers.append({{"file": file, "top": top, "error": None}})
        if not options.json:
            print(f"{{file}}: " + ", ".join(f"{{each['class']}} {{each['probability']:.1%}}" for each in top))
    if options.json:
        print(json.dumps(answers))
    return 2 if any(answer["error"] for answer in answers) else 0


if __name__ == "__main__":
    sys.exit(main())
'''

_ONNX = """\
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (image,) = session.get_inputs()
    names = json.loads(session.get_modelmeta().custom_metadata_map["class_names"])
    return lambda images: session.run(None, {image.name: images})[0], names
"""

_LITERT = """\
    interpreter = Interpreter(str(path))
    (image,), (output,) = interpreter.get_input_details(), interpreter.get_output_details()

    def predict(images):
        interpreter.resize_tensor_input(image["index"], images.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(image["index"], images)
        interpreter.invoke()
        return interpreter.get_tensor(output["index"])

    with zipfile.ZipFile(path) as archive:
        names = json.loads(archive.read("classes.json"))["class_names"]
    return predict, names
"""

_KERAS = """\
    model = keras.models.load_model(path, compile=False)
    with zipfile.ZipFile(path) as archive:
        names = json.loads(archive.read("metadata.json"))["class_names"]
    return lambda images: model(images, training=False), names
"""

_H5 = """\
    model = keras.models.load_model(path, compile=False)
    with h5py.File(path) as file:
        names = json.loads(file.attrs["class_names"])
    return lambda images: model(images, training=False), names
"""

_WEIGHTS = """\
    with h5py.File(path) as file:
        names = json.loads(file.attrs["class_names"])
        model = keras.models.model_from_json(file.attrs["architecture"])
    model.load_weights(path)
    return lambda images: model(images, training=False), names
"""

_PHOTOS = "from PIL import Image, ImageOps\n"
_QUIET = 'os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before TensorFlow is imported: no notices\n\n'

# more of the standard library, all other imports, how the file is opened
_PARTS = {
    "keras": (("os", "zipfile"), f"{_QUIET}import keras\nimport numpy as np\n{_PHOTOS}", _KERAS),
    "h5": (("os",), f"{_QUIET}import h5py\nimport keras\nimport numpy as np\n{_PHOTOS}", _H5),
    "h5-weights": (("os",), f"{_QUIET}import h5py\nimport keras\nimport numpy as np\n{_PHOTOS}", _WEIGHTS),
    "onnx": ((), f"import numpy as np\nimport onnxruntime\n{_PHOTOS}", _ONNX),
    "litert": (
        ("zipfile",),
        f"import numpy as np\nfrom ai_edge_litert.interpreter import Interpreter\n{_PHOTOS}",
        _LITERT,
    ),
}


def classify_script(chosen: Format, shape: tuple[int, int, int]) -> str:
    """Return the script for one format.

    Photos are prepared as `cnnviz classify` does it: their centre, reduced by area.

    Args:
        chosen: one that holds a network.
        shape: (height, width, channels) that the network takes, channels 1 or 3.
    """
    standard, others, opening = _PARTS[chosen.name]
    height, width, channels = shape
    return _SCRIPT.format(
        model=f"model{chosen.ending}",
        packages=" ".join((*chosen.runtime, "numpy", "pillow")),
        standard="\n".join(f"import {name}" for name in sorted({"argparse", "json", "sys", *standard})),
        others=others,
        opening=opening,
        height=height,
        width=width,
        channels=channels,
        mode="RGB" if channels == 3 else "L",
    )
