"""The attribution methods by name, with what each one's picture means and does not mean.

The one table of them: the package's functions, the command line and the dashboard take names, titles and the rest from
here. A method's module imports Keras, which takes seconds; the table does not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cnnviz.errors import SpecError

if TYPE_CHECKING:
    import keras
    from numpy.typing import ArrayLike

    from cnnviz.explain.heatmap import Heatmap, Heatmaps
    from cnnviz.explain.subject import Classes

__all__ = ["METHODS", "Method", "explain", "explain_batch", "find_method"]


@dataclass(frozen=True)
class Method:
    """An attribution method.

    Attributes:
        name: in links and on the command line.
        title: as people write it.
        module: where it is written, in `cnnviz.explain`.
        call: the name of its short form there, which gives the values alone; `explain_` before it gives the record.
        meaning: what the picture means and does not mean, one sentence.
        source: the paper.
        passes: how often an image goes through the network with the usual settings, a pass with gradients counted
            three times.
        uses_layer: whether `layer` matters.
    """

    name: str
    title: str
    module: str
    call: str
    meaning: str
    source: str
    passes: int
    uses_layer: bool = False

    @property
    def function(self) -> "Callable[..., Heatmaps]":
        """The method: of (model, images, class_index=None, layer=None, **settings). Imports Keras."""
        module = import_module(f"cnnviz.explain.{self.module}")
        function: Callable[..., Heatmaps] = getattr(module, f"explain_{self.call}")
        return function


_ALL = (
    Method(
        "gradcam",
        "Grad-CAM",
        "cam",
        "grad_cam",
        "Bright places are where this layer's feature maps raise the class, no finer than the layer's own grid; it "
        "does not show which pixels decided, nor what speaks against the class.",
        "Selvaraju et al. 2017",
        passes=3,
        uses_layer=True,
    ),
    Method(
        "gradcam-plus-plus",
        "Grad-CAM++",
        "cam",
        "grad_cam_plus_plus",
        "Like Grad-CAM, but several things of the same class light up more evenly; its weights are harder to justify, "
        "and it does not show what speaks against the class.",
        "Chattopadhay et al. 2018",
        passes=3,
        uses_layer=True,
    ),
    Method(
        "saliency",
        "Saliency",
        "gradients",
        "saliency",
        "Bright pixels are those where the smallest change would move the class's score most; they need not be what "
        "the network recognised, and up or down is not told apart.",
        "Simonyan et al. 2014",
        passes=3,
    ),
    Method(
        "smoothgrad",
        "SmoothGrad",
        "gradients",
        "smooth_grad",
        "Bright pixels move the class's score also when the image is a little noisy; like saliency it shows where the "
        "network is sensitive, not what it recognised.",
        "Smilkov et al. 2017",
        passes=75,
    ),
    Method(
        "integrated-gradients",
        "Integrated gradients",
        "integrated",
        "integrated_gradients",
        "Bright pixels raise the class's score against a plain black image, and all pixels together add up to the "
        "difference; black things get no share, so it does not show whether they mattered.",
        "Sundararajan et al. 2017",
        passes=192,
    ),
    Method(
        "occlusion",
        "Occlusion",
        "occluding",
        "occlusion",
        "Bright places are those whose covering lowers the class's score; a thing seen in two places may not light up, "
        "and the cover itself can look like something to the network.",
        "Zeiler and Fergus 2014",
        passes=225,
    ),
)

METHODS: Mapping[str, Method] = MappingProxyType({method.name: method for method in _ALL})


def find_method(name: str) -> Method:
    """Find a method by name; case, spaces, hyphens and underscores do not matter, and "++" may be written so.

    Args:
        name: a name or title in METHODS, such as "gradcam" or "Grad-CAM++".

    Returns:
        The method.

    Raises:
        SpecError: there is none.
    """
    plain = _plain(name)
    for method in _ALL:
        if plain in (_plain(method.name), _plain(method.call)):
            return method
    raise SpecError(f"there is no attribution method {name!r:.40}; choose one of {', '.join(METHODS)}")


def _plain(name: object) -> str:
    return "".join(letter for letter in str(name).lower().replace("++", "plusplus") if letter.isalnum())


def explain(
    model: "keras.Model",
    image: "ArrayLike",
    method: str = "gradcam",
    class_index: int | None = None,
    layer: str | int | None = None,
    **settings: Any,
) -> "Heatmap":
    """Explain one class on one image with the method of that name.

    Args:
        model: any Keras classifier of images.
        image: (height, width, channels) uint8 or float in 0..255.
        method: a name in METHODS.
        class_index: the class to explain; None for the predicted one.
        layer: name or index of a layer with feature maps, for methods that use one; None for the last maps, see
            `last_place`.
        settings: the method's own, such as steps for integrated gradients.

    Returns:
        The heatmap with its record.

    Raises:
        SpecError: the method, a setting, the class or the layer does not exist, or the model does not fit the method.
        DataError: the image does not fit the model.
    """
    from cnnviz.explain.network import one_image

    return _method(method, settings)(model, one_image(model, image), class_index, layer, **settings).each[0]


def explain_batch(
    model: "keras.Model",
    images: "ArrayLike",
    method: str = "gradcam",
    class_index: "Classes" = None,
    layer: str | int | None = None,
    **settings: Any,
) -> "tuple[Heatmap, ...]":
    """Explain many images with the method of that name, as many at a time as memory allows.

    Args:
        model: any Keras classifier of images.
        images: (images, height, width, channels) uint8 or float in 0..255, at least one.
        method: a name in METHODS.
        class_index: the class to explain, or one for each image; None for the predicted one.
        layer: as for `explain`.
        settings: the method's own.

    Returns:
        A heatmap with its record for each image, the same as `explain` gives of it alone.

    Raises:
        SpecError: as `explain`, or there are more or fewer classes than images.
        DataError: the images do not fit the model, or there are none.
    """
    return _method(method, settings)(model, images, class_index, layer, **settings).each


def _method(name: str, settings: Mapping[str, Any]) -> "Callable[..., Heatmaps]":
    """Find a method's function, and refuse settings it does not have."""
    found = find_method(name)
    function = found.function
    known = getattr(function, "__kwdefaults__", None) or {}
    unknown = sorted(set(settings) - set(known))
    if unknown:
        raise SpecError(
            f"{found.title} has no setting {unknown[0]!r:.40}; it takes {', '.join(sorted(known)) or 'none'}"
        )
    return function
