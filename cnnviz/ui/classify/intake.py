"""Taking photos in: the drop zone, the camera, a folder, and the photos that come with cnnviz."""

from collections.abc import Iterable
from typing import Any, Literal

import streamlit as st

from cnnviz.data.example_photos import EXAMPLES, example_photo
from cnnviz.data.photo_formats import SUFFIXES
from cnnviz.inference import Crop
from cnnviz.ui.address import asked, go
from cnnviz.ui.classify.shelf import MOST_PHOTOS, Item, session_shelf
from cnnviz.ui.components.photo_wall import WallPhoto, photo_wall
from cnnviz.ui.messages import plain
from cnnviz.ui.network.images import LARGEST_SIDE
from cnnviz.ui.streamlit_private import UploadedFile, let_go_of_upload

__all__ = ["MORE", "drop_zone", "example_item", "forget_photos", "other_ways", "show_photo", "tell_refused"]

MORE = "classify-more"  # the popover with the other ways
MOST_MEGABYTES = 32  # of a file
AT_ONCE = 3  # files that are decoded while somebody waits; more in the background
_SERIAL = "cnnviz.classify.drops"  # session state: counts up when the photos are forgotten, which empties the widgets
_TAKEN = "cnnviz.classify.taken"  # session state: ids of files that were taken in
_SHOTS = "cnnviz.classify.shots"  # session state: how many pictures the camera made

Way = Literal["files", "folder", "camera"]


def drop_zone() -> None:
    """Draw the drop zone; how large it is says the page's style."""
    key = _key("files")
    st.file_uploader(
        "Drop photos here, or choose them", accept_multiple_files=True, max_upload_size=MOST_MEGABYTES, key=key,
        label_visibility="collapsed", on_change=_take, args=(key,),
    )  # fmt: skip


def other_ways(*, examples: bool = True) -> None:
    """Draw the other ways to a photo.

    Args:
        examples: whether the photos that come with cnnviz are among them.
    """
    way = st.segmented_control(
        "Another way", ["camera", "folder"], key="classify-way", label_visibility="collapsed",
        format_func=lambda way: {"camera": ":material/photo_camera: Use the camera",
                                 "folder": ":material/folder_open: Choose a folder"}[way],
    )  # fmt: skip
    if way == "camera":
        key = _key("camera")
        st.camera_input(
            "Photograph something", label_visibility="collapsed", key=key, resolution="720p", on_change=_shoot,
            args=(key,),
        )  # fmt: skip
        st.caption(
            "It stays in this tab. A browser shows its camera to pages on this machine or over HTTPS only; on a phone, "
            "the drop zone offers its camera too."
        )
    elif way == "folder":
        key = _key("folder")
        st.file_uploader(
            "Choose a folder", accept_multiple_files="directory", type=list(SUFFIXES), key=key,
            max_upload_size=MOST_MEGABYTES, label_visibility="collapsed", on_change=_take, args=(key,),
        )  # fmt: skip
        st.caption(f"All photos in it and in its folders, {MOST_PHOTOS} at most.")
    if examples:
        _examples()


def _examples() -> None:
    st.caption("Or take one of these; most are of no class that the network knows.")
    photo_wall(
        [
            WallPhoto(f"example-{one.name}", example_item(f"example-{one.name}").thumbnail, one.title, hint=one.credit)
            for one in EXAMPLES
        ],
        key="classify-examples",
        side=104,
        on_open=show_photo,
    )


@st.cache_resource(max_entries=len(EXAMPLES), show_spinner=False)
def example_item(key: str) -> Item:
    """Return a photo that comes with cnnviz; shared by all sessions.

    Args:
        key: such as "example-cat".

    Raises:
        DataError: there is none of that name.
    """
    name = key.removeprefix("example-")
    photo = example_photo(name)
    one = next(one for one in EXAMPLES if one.name == name)
    return Item(key, one.file, None, photo, (photo.pixels.shape[0], photo.pixels.shape[1]), credit=one.credit)


def show_photo(key: str | None) -> None:
    """Open a photo, or all of them: in a callback. Dials start at rest; whole photos stay whole.

    Args:
        key: of the photo; None for all.
    """
    whole = Crop(mode="whole") if asked("crop")[0] == "whole" else None
    go(image=key, crop=whole, dials=None, charted=None)
    st.session_state[MORE] = False  # the popover closes


def forget_photos() -> None:
    """Let go of all photos: in a callback. The page is the drop zone again."""
    session_shelf().clear()
    st.session_state[_SERIAL] = st.session_state.get(_SERIAL, 0) + 1
    show_photo(None)


def tell_refused() -> None:
    """Name the files that could not be classified, and say why."""
    shelf = session_shelf()
    refused = shelf.bad
    if shelf.left_out:
        st.warning(
            f"{MOST_PHOTOS} photos is all that a tab keeps, so {shelf.left_out:,} were left out; `cnnviz classify` on "
            "the command line takes any number.",
            icon=":material/inventory_2:",
        )
    if len(refused) == 1:
        st.warning(plain(refused[0].error), icon=":material/broken_image:")
    elif refused:
        with st.expander(f"{len(refused)} files could not be classified", icon=":material/broken_image:"):
            st.markdown("\n".join(f"- {plain(item.error)}" for item in refused))


# --- files that arrive ------------------------------------------------------------------------------------------


def _key(way: Way) -> str:
    """A widget that is drawn under a new key is empty again."""
    return f"classify-{way}-{st.session_state.get(_SERIAL, 0)}"


def _take(key: str) -> None:
    files: Any = st.session_state.get(key)
    _put_away((file.name, file) for file in files or () if isinstance(file, UploadedFile))  # some are let go of


def _shoot(key: str) -> None:
    shot: Any = st.session_state.get(key)
    if isinstance(shot, UploadedFile):
        number = st.session_state[_SHOTS] = st.session_state.get(_SHOTS, 0) + 1
        _put_away([(f"photo {number} from the camera", shot)])


def _put_away(files: Iterable[tuple[str, UploadedFile]]) -> None:
    """Take files in, and let go of Streamlit's copies of them."""
    shelf, taken = session_shelf(), st.session_state.setdefault(_TAKEN, set())
    before = len(shelf.everything())
    new: list[Item] = []
    for name, file in files:
        if file.file_id not in taken:
            taken.add(file.file_id)
            item = shelf.add(name, file.getvalue())
            new += [item] if item is not None else []
            let_go_of_upload(file.file_id)
    if len(new) <= AT_ONCE:
        for item in new:
            item.decode(LARGEST_SIDE)
    good = [item for item in new if not item.error]
    if good:
        alone = len(good) == 1 and (before == 0 or len(new) == 1)
        show_photo(good[0].key if alone else None)
