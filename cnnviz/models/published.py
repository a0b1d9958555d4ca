"""Networks that Keras publishes with their ImageNet weights, by name: what they see, without what they say.

Keras fetches a file without a time limit, into a folder of its own; so its addresses and checksums stand here, and the
file comes as data sets do: given up on in time, continued, checked, kept in the home. A test asks Keras whether it
would fetch the same.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os.path import isfile
from pathlib import Path
from types import MappingProxyType
from typing import Any

import keras

from cnnviz.download import (
    DownloadError,
    Progress,
    RemoteFile,
    alone,
    checksum_fits,
    fetch,
    host_of,
    published_size,
)
from cnnviz.errors import DataError, SpecError
from cnnviz.files import storage_errors
from cnnviz.home import networks_folder
from cnnviz.models.scaling import Scaling, scaled

__all__ = ["KERAS", "PUBLISHED", "PublishedNetwork", "open_published", "weights_of"]

KERAS = "keras:"  # before the name of such a network, where a run may stand too

_BASE = "https://storage.googleapis.com/tensorflow/keras-applications/"
_USUAL = (224, 224, 3)


@dataclass(frozen=True)
class PublishedNetwork:
    """A network of `keras.applications`.

    Attributes:
        name: Keras' own.
        folder: of its file, below the address of all of them.
        filename: of its weights without the head, in the home as at Keras'.
        md5: of the file; empty where Keras says none.
        scaling: of its pixels.
        least_side: of its images, in pixels.
    """

    name: str
    folder: str
    filename: str
    md5: str
    scaling: Scaling
    least_side: int = 32

    @property
    def base(self) -> str:
        """The address without the file's name."""
        return f"{_BASE}{self.folder}/"


def _usual_name(name: str) -> str:
    return f"{name}_weights_tf_dim_ordering_tf_kernels_notop.h5"


PUBLISHED: Mapping[str, PublishedNetwork] = MappingProxyType(
    {
        each.name: each
        for each in (
            PublishedNetwork(
                "MobileNetV2",
                "mobilenet_v2",
                "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
                "",
                "symmetric",
            ),
            PublishedNetwork(
                "MobileNetV3Small",
                "mobilenet_v3",
                "weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5",
                "d3e8ec802a04aa4fc771ee12a9a9b836",
                "pixels",
            ),
            PublishedNetwork(
                "MobileNetV3Large",
                "mobilenet_v3",
                "weights_mobilenet_v3_large_224_1.0_float_no_top_v2.h5",
                "07fb09a5933dd0c8eaafa16978110389",
                "pixels",
            ),
            PublishedNetwork(
                "EfficientNetV2B0",
                "efficientnet_v2",
                "efficientnetv2-b0_notop.h5",
                "893217f2bb855e2983157299931e43ff",
                "pixels",
            ),
            PublishedNetwork(
                "DenseNet121",
                "densenet",
                _usual_name("densenet121"),
                "30ee3e1110167f948a6b9946edeeb738",
                "imagenet",
            ),
            PublishedNetwork(
                "ResNet50", "resnet", _usual_name("resnet50"), "4d473c1dd8becc155b73f8504c6f6626", "caffe"
            ),
            PublishedNetwork(
                "ResNet50V2", "resnet", _usual_name("resnet50v2"), "fac2f116257151a9d068a22e544a4917", "symmetric"
            ),
            PublishedNetwork(
                "InceptionV3",
                "inception_v3",
                _usual_name("inception_v3"),
                "bcbd6486424b2319ff4ef7d526e38f63",
                "symmetric",
                75,
            ),
            PublishedNetwork(
                "Xception", "xception", _usual_name("xception"), "b0042744bf5b25fce3cb969f33bebb97", "symmetric", 71
            ),
            PublishedNetwork("VGG16", "vgg16", _usual_name("vgg16"), "6d6bbae143d832006294945121d1f1fc", "caffe"),
        )
    }
)


def open_published(
    name: str,
    home: str | Path | None = None,
    shape: tuple[int, int, int] = _USUAL,
    on_progress: Progress | None = None,
    *,
    stop: Callable[[], bool] | None = None,
) -> keras.Model:
    """Open a published network up to its last feature maps, with the weights that Keras publishes for ImageNet.

    They are downloaded the first time, and kept in `<home>/networks`; a file of that name that was put there is used
    as it is, so that no network is needed.

    Args:
        name: one of `PUBLISHED`, such as "MobileNetV2".
        home: the home folder; None for the usual one.
        shape: (height, width, 3) of its images, in pixels; they were trained at 224x224 or 299x299, and see fewer
            details in smaller images.
        on_progress: called during a download with the bytes that are there and the bytes of the whole; what it raises
            ends the download, and what has arrived is continued next time.
        stop: asked at the same moments; True ends the download in the same way.

    Returns:
        A functional model of plain layers, from images in 0..255 to (height, width, channels) maps; the scaling that
        it was trained with is inside.

    Raises:
        SpecError: there is no such network, or it cannot take such images.
        DataError: the weights do not come within some ten seconds of silence, were stopped, or are not the published
            ones.
        StorageError: the home cannot be written.
    """
    published = _found(name)
    least = published.least_side
    if shape[2] != 3 or min(shape[:2]) < least:
        raise SpecError(
            f"{name} was given images of {shape[0]}x{shape[1]} pixels and {shape[2]} channels; it takes colour images "
            f"of at least {least}x{least}"
        )
    path = weights_of(name, home, on_progress, stop=stop)
    model = _body(published, shape)
    try:
        model.load_weights(path)
    except Exception as error:  # Keras and h5py raise whatever they raise
        raise DataError(f"{path} holds no weights of {name}; delete it, and it is downloaded again") from error
    return _with_steady_names(model)


def _with_steady_names(model: keras.Model) -> keras.Model:
    """Name layers without a name of their own by their place: Keras counts them over all that a process has built."""
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    for layer in model.layers:
        kind = _snake(type(layer).__name__)
        if re.fullmatch(rf"{kind}(_\d+)?", layer.name):
            counts[kind] += 1
            names[layer.name] = f"{kind}_{counts[kind]}"

    def renamed(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: renamed(value) for key, value in part.items()}
        if isinstance(part, list | tuple):
            return [renamed(value) for value in part]
        return names.get(part, part) if isinstance(part, str) else part

    steady = keras.Model.from_config(renamed(model.get_config()))
    steady.set_weights(model.get_weights())
    return steady


def _snake(name: str) -> str:
    """Return how Keras names layers of a class: "Conv2D" "conv2d", "ReLU" "re_lu"."""
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)).lower()


def _found(name: str) -> PublishedNetwork:
    if name not in PUBLISHED:
        raise SpecError(f"there is no published network {name!r:.60}; choose one of {', '.join(PUBLISHED)}")
    return PUBLISHED[name]


def _body(published: PublishedNetwork, shape: tuple[int, int, int]) -> keras.Model:
    """Build the network without its head, behind its scaling, in one functional model."""
    image = keras.Input(shape, name="image")
    build = getattr(keras.applications, published.name)
    made = build(include_top=False, weights=None, input_tensor=scaled(image, published.scaling))
    return keras.Model(image, made.output, name=made.name)  # Keras' own takes a list of one image


def weights_of(
    name: str,
    home: str | Path | None = None,
    on_progress: Progress | None = None,
    *,
    stop: Callable[[], bool] | None = None,
) -> Path:
    """Return the file with a published network's weights: the one in the home, else it is downloaded.

    Args:
        name: as for `open_published`, like the others.
        home: the home folder.
        on_progress: called during a download.
        stop: whether to end it.

    Raises:
        SpecError: there is no such network.
        DataError: the file does not come, or is not the published one.
        StorageError: the home cannot be written.
    """
    published = _found(name)
    folder = networks_folder(home)
    path = folder / published.filename
    if not isfile(path):
        _download(published, path, on_progress, stop)
    elif not checksum_fits(_remote(published, 0), path):
        raise DataError(f"{path} is not the file that Keras publishes; delete it, and it is downloaded again")
    return path


def _download(
    published: PublishedNetwork, path: Path, on_progress: Progress | None, stop: Callable[[], bool] | None
) -> None:
    def told(done: int, total: int | None) -> None:
        if on_progress:
            on_progress(done, total)
        if stop and stop():
            raise DownloadError("it was stopped; what has arrived is kept and continued next time")

    address = _remote(published, 0).address
    try:
        with alone(path.parent, published.name):
            if isfile(path):  # another process has put it there meanwhile
                return
            size = published_size(address, path)
            part = fetch(_remote(published, size), path.parent, told)
            with storage_errors(path):
                part.replace(path)
    except DownloadError as error:
        raise DataError(
            f"the weights of {published.name} could not be downloaded from {host_of(address)}: {error}; start from "
            f"efficientnet-lite0, which comes along, or put {published.filename} into {path.parent}"
        ) from error


def _remote(published: PublishedNetwork, size: int) -> RemoteFile:
    return RemoteFile(published.filename, published.base, size, sha256="", md5=published.md5)
