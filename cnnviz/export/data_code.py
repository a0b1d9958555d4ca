"""A DataSpec as plain code: the same images for training, validation and testing as `cnnviz.data.prepare` gives."""

from dataclasses import dataclass
from pathlib import Path

from cnnviz.data.large import is_large
from cnnviz.export.literals import beside_or_there, tuple_literal
from cnnviz.spec import DataSpec

__all__ = ["DataPlace", "data_code", "data_settings"]

# the loaders that Keras has of its own
_PUBLISHED = {"cifar10": "cifar10", "cifar100": "cifar100", "mnist": "mnist", "fashion-mnist": "fashion_mnist"}

_DIGITS = '''\
def load_images():
    """Return scikit-learn's digits, their 17 greys as 0 to 255; every fifth image of each class is for testing."""
    bunch = load_digits()
    images = ((bunch.images.astype(np.int64) * 255 + 8) // 16).astype(np.uint8)
    test = np.zeros(len(images), bool)
    for label in range(10):
        test[np.flatnonzero(bunch.target == label)[4::5]] = True
    return (images[~test], bunch.target[~test]), (images[test], bunch.target[test])
'''

_SAMPLE = '''\
def first_of_each(images, labels, count):
    """Return the first images of each class, in their order."""
    chosen = np.sort(np.concatenate([np.flatnonzero(labels.ravel() == label)[:count] for label in range(10)]))
    return images[chosen], labels[chosen]


def load_images():
    """Return the sample of CIFAR-10: the first 500 images of each class for training, the first 100 for testing."""
    train, test = {full}
    return first_of_each(*train, 500), first_of_each(*test, 100)
'''

_FILE = '''\
def read(path):
    """Return the images and labels of a file."""
    with np.load(path) as arrays:
        return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
'''

_FILE_WITH_VALIDATION = '''\
def read(path):
    """Return the images and labels of a file, those for validation last."""
    with np.load(path) as arrays:
        return tuple((arrays[f"x_{part}"], arrays[f"y_{part}"]) for part in ("train", "test", "validation"))
'''

_FOLDER = '''\
def read(path):
    """Return the images and labels of a folder of .npy files; parts.npy says what each image is for."""
    images = np.load(path / "images.npy", mmap_mode="r")
    labels, parts = np.load(path / "labels.npy"), np.load(path / "parts.npy")
    return tuple((images[parts == part], labels[parts == part]) for part in {parts})
'''

_OWN = '''\
def load_images():
    """Return the images and labels for training and for testing."""
    return read(DATA)
'''

_KNOWN = '''\
def load_images():
    """Return the images and labels for training and for testing: of the file, or downloaded where there is none."""
    return read(DATA) if DATA.is_file() else keras.datasets.{module}.load_data()
'''

_LOADING = """\
(x_train, y_train), (x_test, y_test){val} = load_images()
x_train, x_test{x_val} = (x.reshape(-1, {height}, {width}, {channels}) for x in (x_train, x_test{x_val}))
y_train, y_test{y_val} = (y.astype(np.int64).ravel() for y in (y_train, y_test{y_val}))
"""

_CLASSES = '''\


def chosen_classes(images, labels):
    """Keep the images of the chosen classes, whose labels become 0, 1, ..."""
    new = np.full(max(labels.max(), *KEPT_LABELS) + 1, -1)
    new[list(KEPT_LABELS)] = np.arange(len(KEPT_LABELS))
    kept = np.flatnonzero(new[labels] >= 0)
    return images[kept], new[labels[kept]]


x_train, y_train = chosen_classes(x_train, y_train)
x_test, y_test = chosen_classes(x_test, y_test)
'''

_CLASSES_OF_VALIDATION = """\
x_val, y_val = chosen_classes(x_val, y_val)
"""

_DRAWING = '''\


def shares(counts, total):
    """Divide a total in proportion to counts, into whole numbers: the largest remainders are rounded up."""
    parts, remainders = np.divmod(counts * total, max(1, counts.sum()))
    parts[np.argsort(-remainders, kind="stable")[: total - parts.sum()]] += 1
    return parts


def drawn(labels, numbers, stream):
    """Draw so many images of each class, the same ones each time; return where they are."""
    chosen = [np.empty(0, np.int64)]
    for label in np.flatnonzero(numbers):
        here = np.flatnonzero(labels == label)
        chosen.append(np.random.default_rng([SEED, stream, int(label)]).permutation(here)[: numbers[label]])
    return np.sort(np.concatenate(chosen))


'''

_SUBSET = """\
counts = np.bincount(y_train, minlength=len(CLASSES))
one_each = np.minimum(counts, 1)
part = drawn(y_train, one_each + shares(counts - one_each, TRAIN_IMAGES - one_each.sum()), stream=0)
x_train, y_train = x_train[part], y_train[part]
"""

_VALIDATION = """\
counts = np.bincount(y_train, minlength=len(CLASSES))
held_back = shares(counts, round(VALIDATION * len(y_train)))
held_back = drawn(y_train, np.minimum(held_back, np.maximum(counts - 1, 0)), stream=1)
x_val, y_val = x_train[held_back], y_train[held_back]
x_train, y_train = np.delete(x_train, held_back, axis=0), np.delete(y_train, held_back)
"""


@dataclass(frozen=True)
class DataPlace:
    """Where a run's images are.

    Attributes:
        spec: which images.
        shape: (height, width, channels).
        class_names: of the run, by label.
        kept_labels: the data set's own labels of these classes; None where all of its classes are used.
        datasets: the folder of data sets in the home.
        validation: whether the data set brings validation images, so that none are drawn.
    """

    spec: DataSpec
    shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    kept_labels: tuple[int, ...] | None
    datasets: Path
    validation: bool = False

    @property
    def drawn(self) -> bool:
        """Whether validation images are drawn from the training images."""
        return bool(self.spec.validation) and not self.validation

    @property
    def brought(self) -> bool:
        """Whether the data set's own validation images are used."""
        return bool(self.spec.validation) and self.validation

    @property
    def is_folder(self) -> bool:
        """Whether it is a large data set, a folder of .npy files."""
        return not (self.datasets / f"{self.spec.name}.npz").exists() and is_large(self.datasets / self.spec.name)

    @property
    def file(self) -> str:
        """The name of the file or folder that holds them, empty where they come with scikit-learn."""
        if self.is_folder:
            return self.spec.name
        if self.spec.name == "digits" and not (self.datasets / "digits.npz").is_file():
            return ""
        name = "cifar10" if self._is_sample else self.spec.name
        return f"{name}.npz"

    @property
    def only_here(self) -> bool:
        """Whether that file is nowhere else, so that another machine needs it."""
        return bool(self.file) and not self._module

    @property
    def _is_sample(self) -> bool:
        return self.spec.name == "cifar10-sample" and not (self.datasets / "cifar10-sample.npz").is_file()

    @property
    def _module(self) -> str:
        """The name of the loader that Keras has of its own, empty where it has none."""
        if self.is_folder or self.brought:
            return ""
        return _PUBLISHED.get("cifar10" if self._is_sample else self.spec.name, "")

    @property
    def loader(self) -> str:
        """The code of `load_images`, and of what it needs."""
        if not self.file:
            return _DIGITS
        if self.is_folder:
            return f"{_FOLDER.format(parts=(0, 2, 1) if self.brought else (0, 2))}\n\n{_OWN}"
        if self.brought:
            return f"{_FILE_WITH_VALIDATION}\n\n{_OWN}"
        module = self._module
        if self._is_sample:
            full = f"read(DATA) if DATA.is_file() else keras.datasets.{module}.load_data()"
            return f"{_FILE}\n\n{_SAMPLE.format(full=full)}"
        return f"{_FILE}\n\n{_KNOWN.format(module=module) if module else _OWN}"


def data_settings(place: DataPlace) -> str:
    """Return the settings that `data_code` reads, as code."""
    lines = [f"CLASSES = {tuple_literal(place.class_names)}"]
    if place.file:
        held = "images.npy, labels.npy, parts.npy" if place.is_folder else "x_train, y_train, x_test, y_test"
        lines += beside_or_there("DATA", place.datasets / place.file, held, folder=place.is_folder)
    if place.kept_labels is not None:
        lines.append(f"KEPT_LABELS = {tuple_literal(place.kept_labels)}  # what these classes are in the file")
    if place.spec.train_images is not None:
        lines.append(f"TRAIN_IMAGES = {place.spec.train_images}  # of every class the same share")
    if place.drawn:
        lines.append(f"VALIDATION = {place.spec.validation!r}  # the share of the training images that is held back")
    return "\n".join(lines) + "\n"


def data_code(place: DataPlace) -> str:
    """Return the code that makes x_train, y_train, x_test, y_test, and x_val, y_val where images are held back.

    It needs `np`, `keras` and what `data_settings` sets.
    """
    height, width, channels = place.shape
    more = {"val": ", (x_val, y_val)", "x_val": ", x_val", "y_val": ", y_val"} if place.brought else {}
    names = {"val": "", "x_val": "", "y_val": "", **more}
    parts = [place.loader, "\n\n", _LOADING.format(height=height, width=width, channels=channels, **names)]
    if place.kept_labels is not None:
        parts.append(_CLASSES + (_CLASSES_OF_VALIDATION if place.brought else ""))
    if place.spec.train_images is not None or place.drawn:
        parts.append(_DRAWING)
    if place.spec.train_images is not None:
        parts.append(_SUBSET)
    if place.drawn:
        parts.append(_VALIDATION)
    return "".join(parts)
