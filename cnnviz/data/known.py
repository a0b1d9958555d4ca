"""The data sets that cnnviz knows by name: what they are, whose, and where the published files lie."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cnnviz.data.records import Shape
from cnnviz.download import RemoteFile

__all__ = ["CIFAR10_CLASSES", "CIFAR100_CLASSES", "FASHION_CLASSES", "KNOWN", "KnownSet"]

CIFAR10_CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip

# the fine labels, in the order of the published file `meta`
CIFAR100_CLASSES = (
    "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle",
    "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle",
    "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur",
    "dolphin", "elephant", "flatfish", "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard",
    "lamp", "lawn_mower", "leopard", "lion", "lizard", "lobster", "man", "maple_tree", "motorcycle",
    "mountain", "mouse", "mushroom", "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear",
    "pickup_truck", "pine_tree", "plain", "plate", "poppy", "porcupine", "possum", "rabbit", "raccoon",
    "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper", "snail",
    "snake", "spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone",
    "television", "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale",
    "willow_tree", "wolf", "woman", "worm",
)  # fmt: skip

FASHION_CLASSES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip

_DIGITS = tuple("0123456789")
_TINY_IMAGES = "A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009"
_TORONTO = "https://www.cs.toronto.edu/~kriz/"
_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


@dataclass(frozen=True)
class KnownSet:
    """A data set known by name.

    Attributes:
        name: what `load_dataset` finds it by.
        class_names: by label.
        n_train: number of training images.
        n_test: number of test images.
        shape: height, width, channels.
        source: whose images these are, in one line.
        files: the published files it is made from; none for the embedded sets.
        sha256: of each decoded array in C order, labels as uint8; empty where only the files' checksums are
            known.
        as_idx: whether `sha256` is of each array as an idx file without gzip: its header, then the array.
        members: MD5 of the members of the archive, which proves it in whatever wrapper; empty for none.
    """

    name: str
    class_names: tuple[str, ...]
    n_train: int
    n_test: int
    shape: Shape
    source: str
    files: tuple[RemoteFile, ...] = ()
    sha256: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    as_idx: bool = False
    members: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


_CIFAR10 = KnownSet(
    "cifar10", CIFAR10_CLASSES, 50_000, 10_000, (32, 32, 3), f"CIFAR-10; {_TINY_IMAGES}",
    files=(
        RemoteFile(
            "cifar-10-python.tar.gz", _TORONTO, 170_498_071,
            "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce", "CNNVIZ_CIFAR10_URL",
        ),
    ),
    sha256=MappingProxyType({
        "x_train": "47af8b02cfcfb6cdf3dbbd1969ad7f1b70f4413f6f80f437b020ee4e5bc8304a",
        "y_train": "2b7cd2f24487317614016b72ffd53071c3062f592f0eb300c18a770d41ae1253",
        "x_test": "f9b1e2130bab680db56eb06d886f7f1ad0f1183907ceff4659d1735c890f5b04",
        "y_test": "cec8a24a1e92aa2ecaa0bbd3dbfa86bf6cd8759fbd209a832824c8cf0afca9d5",
    }),
)  # fmt: skip

_CIFAR100 = KnownSet(
    "cifar100", CIFAR100_CLASSES, 50_000, 10_000, (32, 32, 3), f"CIFAR-100; {_TINY_IMAGES}",
    files=(
        RemoteFile(
            "cifar-100-python.tar.gz", _TORONTO, 169_001_437,
            "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7", "CNNVIZ_CIFAR100_URL",
        ),
    ),
    members=MappingProxyType({  # as torchvision publishes them
        "train": "16019d7e3df5f24257cddd939b257f8d",
        "test": "f0ef6b0ae62326f3e7ffdfab6717acfc",
    }),
)  # fmt: skip

_MNIST = KnownSet(
    "mnist", _DIGITS, 60_000, 10_000, (28, 28, 1),
    "MNIST; Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST Database of Handwritten Digits, 1998 (CC "
    "BY-SA 3.0)",
    files=(
        RemoteFile(
            "mnist.npz", _KERAS, 11_490_434,
            "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1", "CNNVIZ_MNIST_URL",
        ),
    ),
    as_idx=True,
    sha256=MappingProxyType({  # of the four files without gzip, as several mirrors publish them
        "x_train": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "y_train": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "x_test": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "y_test": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    }),
)  # fmt: skip

_FASHION = KnownSet(
    "fashion-mnist", FASHION_CLASSES, 60_000, 10_000, (28, 28, 1),
    "Fashion-MNIST; H. Xiao, K. Rasul and R. Vollgraf, Zalando SE, 2017 (MIT licence)",
    files=(
        RemoteFile("train-images-idx3-ubyte.gz", _KERAS, 26_421_880,
                   "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        RemoteFile("train-labels-idx1-ubyte.gz", _KERAS, 29_515,
                   "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        RemoteFile("t10k-images-idx3-ubyte.gz", _KERAS, 4_422_102,
                   "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        RemoteFile("t10k-labels-idx1-ubyte.gz", _KERAS, 5_148,
                   "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ),
    as_idx=True,
    sha256=MappingProxyType({  # of the four files without gzip; their MD5 sums are published, and these go with them
        "x_train": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "y_train": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "x_test": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "y_test": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    }),
)  # fmt: skip

_SAMPLE = KnownSet(
    "cifar10-sample", CIFAR10_CLASSES, 5_000, 1_000, (32, 32, 3),
    f"a stratified tenth of CIFAR-10, embedded in cnnviz; {_TINY_IMAGES}",
)  # fmt: skip

_SMALL_DIGITS = KnownSet(
    "digits", _DIGITS, 1_442, 355, (8, 8, 1),
    "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI, 1998, as scikit-learn "
    "carries it",
)  # fmt: skip

KNOWN: Mapping[str, KnownSet] = MappingProxyType(
    {known.name: known for known in (_SAMPLE, _SMALL_DIGITS, _CIFAR10, _CIFAR100, _MNIST, _FASHION)}
)
