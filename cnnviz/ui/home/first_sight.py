"""The first screen of a fresh home: the best network that came with cnnviz looks at a photo.

Everything is read from small files, so that nothing of it waits for TensorFlow.
"""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data.example_photos import EXAMPLES, Example, example_photo
from cnnviz.errors import CnnvizError, DataError
from cnnviz.figures.guesses import percent
from cnnviz.figures.network_maps import Column
from cnnviz.figures.tiles import Tiles, answers_in_words, colour_tiles, map_tiles, photo_tiles, signed_tiles, span
from cnnviz.inference.crops import Crop, seen_part
from cnnviz.runs import Run, RunStore
from cnnviz.runs.choosing import pinned_run
from cnnviz.runs.showcase import SHOWCASE, Showcase, ShownLayer, read_showcase
from cnnviz.ui.address import page_link
from cnnviz.ui.components.strip import strip
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.components.verdict import ClassBar, verdict
from cnnviz.ui.loaders import class_names, home, modified
from cnnviz.ui.messages import plain
from cnnviz.ui.pages import ATTRIBUTION, CLASSIFY, FEATURE_MAPS, KERNELS, Page

__all__ = ["show_sight", "strongest_sight"]

_BARS = 4
_HEIGHT = 160  # pixels for the kernels; in a narrow column half as much again
_SIZE = 64  # pixels, of a feature map


@dataclass(frozen=True, eq=False)
class _Sight:
    """A network that came with cnnviz, and what it makes of a photo.

    Attributes:
        run: the network's run.
        accuracy: the share of test images it gets right, in [0, 1].
        showcase: what was worked out beforehand.
        photo: (height, width, 1 or 3) uint8, the part of the photo that the network is given.
        example: whose photo it is.
        kernels: those of its first convolution.
    """

    run: Run
    accuracy: float
    showcase: Showcase
    photo: NDArray[np.uint8]
    example: Example
    kernels: Tiles


def strongest_sight() -> _Sight | None:
    """Return the network that came with cnnviz and is pinned or gets most test images right, with something to show."""
    first = pinned_run(home())
    found = (
        _sight(str(run.folder), modified(run.folder / SHOWCASE), str(home()), run) for run in RunStore(home()).bundled()
    )
    sights = (sight for sight in found if sight)
    return max(sights, key=lambda sight: (sight.run.id == first, sight.accuracy), default=None)


@st.cache_resource(max_entries=8, show_spinner=False)
def _sight(folder: str, version: int, home: str, _run: Run) -> _Sight | None:
    try:
        showcase, live, accuracy = read_showcase(_run), _run.live(), (_run.evaluation() or {}).get("accuracy")
        if showcase is None or live is None or live.kernels is None or accuracy is None:
            return None
        if len(showcase.probabilities) != len(class_names(_run)):
            return None
        example = next((one for one in EXAMPLES if one.name == showcase.example), None)
        if example is None:
            raise DataError(f"there is no example photo {showcase.example[:40]!r}")
        photo = _seen_by_the_network(example_photo(example.name).pixels, showcase.image)
    except CnnvizError:
        return None
    kernels = live.kernels
    pictures = colour_tiles(kernels) if kernels.shape[2] == 3 else signed_tiles(kernels.mean(axis=2))
    return _Sight(_run, float(accuracy), showcase, photo, example, pictures)


def _seen_by_the_network(photo: NDArray[np.uint8], image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Cut the photo to the part that the image was made of."""
    aspect = image.shape[1] / image.shape[0]
    left, top, right, bottom = (round(edge) for edge in seen_part(photo.shape[:2], Crop(), aspect))
    return photo[top:bottom, left:right]


def show_sight(sight: _Sight) -> None:
    """Draw the photo, the first kernels, a strip of feature maps and the verdict; each heading leads to its page."""
    with st.container(key="home-sight"):
        photo, kernels, maps, said = st.columns([16, 20, 47, 19], gap="medium")
    with photo:
        _heading("A photo", CLASSIFY, sight)
        st.image(sight.photo, width="stretch", output_format="JPEG", alt=f"{sight.example.title}, a photograph")
        st.caption(f"{plain(sight.example.title)}. {plain(sight.example.credit)}.")
    with kernels:
        _heading("Its kernels", KERNELS, sight)
        _draw_kernels(sight)
    with maps:
        _heading("What they find", FEATURE_MAPS, sight)
        _draw_maps(sight)
    with said:
        _heading("What it says", ATTRIBUTION, sight)
        _draw_verdict(sight)


def _heading(words: str, page: Page, sight: _Sight) -> None:
    """A link that pins this network and this photo on the page that shows more of it."""
    page_link(
        page,
        f"**{words}**",
        icon=":material/arrow_forward:",
        icon_position="right",
        run=sight.run.id,
        image=f"example-{sight.example.name}",
    )


def _draw_kernels(sight: _Sight) -> None:
    size = "×".join(map(str, sight.kernels.pixels.shape[1:3]))
    zero = "grey is zero" if sight.kernels.table == "grey" else "white is zero"
    tiles(
        sight.kernels,
        key="home-sight-kernels",
        caption=f"{len(sight.kernels)} kernels of {size} weights in its first layer{_made(sight.run)}; {zero}.",
        smallest=24,
        largest=56,
        room=_HEIGHT,
    )


def _made(run: Run) -> str:
    first = next((row.name for row in run.spec.model.rows if row.kind == "convolution"), "")
    what = {
        "whitened": ", made of the training images' patches and not learned",
        "frozen": ", which were not learned",
        "taken over": ", taken over from the network that it began with",
    }
    return what.get(run.spec.unlearned(first) or "", "")


def _draw_maps(sight: _Sight) -> None:
    layers = sight.showcase.layers
    rows, most = (4, 4) if len(layers) > 2 else (3, 6)  # below each other, and of each layer
    columns = [_column(layer, most) for layer in layers]
    how = answers_in_words(*(column.pictures for column in columns if isinstance(column.pictures, Tiles)))
    strip(
        [_seen(sight), *columns],
        key="home-sight-maps",
        caption=f"Some feature maps of each layer: {how}.",
        rows=rows,
        size=_SIZE,
    )


def _seen(sight: _Sight) -> Column:
    height, width, _ = sight.showcase.image.shape
    return Column("input", f"{height}×{width}", photo_tiles(sight.showcase.image[None]), [0])


def _column(layer: ShownLayer, most: int) -> Column:
    maps, filters = layer.maps[:, :, :most], [int(number) for number in layer.filters[:most]]
    pictures = map_tiles(maps, span([maps]))
    return Column(layer.name, f"{len(filters)} of {layer.shape[2]} maps", pictures, filters)


def _draw_verdict(sight: _Sight) -> None:
    names, shares = class_names(sight.run), sight.showcase.probabilities
    order = [int(index) for index in np.argsort(-shares, kind="stable")[:_BARS]]
    bars = [ClassBar(index, names[index], float(shares[index]), percent(float(shares[index]))) for index in order]
    verdict(
        names[order[0]],
        bars,
        key="home-sight-verdict",
        title=f"{sight.run.name} says",
        share=bars[0].percent,
        rest=f"of {len(names)} classes. It gets {100 * sight.accuracy:.0f} % of the test images right.",
        most=_BARS,
    )
