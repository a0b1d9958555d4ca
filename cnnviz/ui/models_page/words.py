"""What the Models page says: of exported files, and of networks from elsewhere."""

from collections.abc import Mapping

from cnnviz.export import Exported

__all__ = ["HEADS", "MEANING_WORDS", "SCALING_WORDS", "checked_in_words", "size_in_words"]

# By cnnviz.adoption.Scaling: what it is called, and when it is right.
SCALING_WORDS: Mapping[str, tuple[str, str]] = {
    "pixels": ("0 to 255, as they are", "The network scales them itself, or was trained on raw pixels."),
    "unit": ("0 to 1", "Pixels divided by 255, as most tutorials have it."),
    "symmetric": ("−1 to 1", "Divided by 127.5, then minus 1: MobileNet, Inception and Xception."),
    "imagenet": ("ImageNet's mean and spread", "Each colour standardised: networks that came from PyTorch, DenseNet."),
    "caffe": ("Blue, green, red less their means", "Not divided: VGG and ResNet, as Keras has them."),
}

# By cnnviz.adoption.Foreign.head: what a network answers with.
HEADS: Mapping[str, str] = {
    "softmax": "softmax",
    "sigmoid": "sigmoid",
    "probabilities": "probabilities",
    "linear": "logits",
    "scores": "other numbers",
}

# By cnnviz.adoption.Meaning: what its answers are together.
MEANING_WORDS: Mapping[str, tuple[str, str]] = {
    "exclusive": ("one class is right", "The percentages of all classes add up to 100 %."),
    "independent": ("each class may be right", "Each percentage stands for itself: several labels for one image."),
}


def checked_in_words(made: Exported) -> str:
    """Say what the check of an export found: "64 test images of digits: largest difference 2.1e-07"."""
    if not made.largest_difference:
        return f"{made.images_checked} {made.images_from}: exactly the same probabilities"
    return f"{made.images_checked} {made.images_from}: largest difference {made.largest_difference:.2g}"


def size_in_words(size: int) -> str:
    """Return a number of bytes as people say it, such as 1.3 MB."""
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{max(size / 1e3, 0.1):.1f} kB"
