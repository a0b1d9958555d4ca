"""The Classify page with many photos, and with files of every unfriendly kind."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest

from cnnviz.inference import Classifier
from cnnviz.runs import Run
from cnnviz.ui import jobs
from cnnviz.ui.classify import answers
from cnnviz.ui.classify.photos import PhotoShelf
from tests.classify_page import (
    FILES,
    components,
    jobs_of_its_own,
    opened,
    photos,
    picture,
    query,
    said,
    settled,
    shown,
    unescaped,
    uploaded,
)
from tests.data.greedy import tile
from tests.look import train_look
from tests.look_fixtures import looked_at, trained_home

__all__ = ["jobs_of_its_own", "looked_at", "trained_home"]


# --- many photos ------------------------------------------------------------------------------------------------


def test_many_photos_hang_on_a_wall_and_the_bad_ones_are_named(looked_at: Run) -> None:
    files = photos(9)
    bad = [("notes.png", b"milk, bread", "image/png"), ("half.jpg", files[0][1][:200], "image/jpeg")]
    at = uploaded(opened(), [*files[:4], bad[0], *files[4:], bad[1]])
    assert query(at, "image") is None
    data = shown(at, "classify-wall")
    assert {one["name"] for one in data["photos"]} == {name for name, _, _ in files}
    shares = [one["share"] for one in data["photos"]]
    assert shares == sorted(shares, reverse=True)  # the surest first
    pixels = {name: np.asarray(Image.open(io.BytesIO(content))) for name, content, _ in files}
    classifier = Classifier.of(looked_at)
    for one in data["photos"]:
        (answer,) = classifier(pixels[one["name"]], 1)
        assert one["word"] == answer.top[0].class_name
        assert one["share"] == pytest.approx(answer.top[0].probability, abs=1e-5)
    told = unescaped(said(at))
    assert "The file 'notes.png' holds text" in told
    assert "'half.jpg'" in told


def test_the_wall_is_sorted_filtered_and_kept_in_the_link(looked_at: Run) -> None:
    at = uploaded(opened(), photos(8))
    at.selectbox(key="classify-sort").set_value("name").run()
    names = [one["name"] for one in shown(at, "classify-wall")["photos"]]
    assert names == sorted(names)
    assert query(at, "sort") == "name"
    word = shown(at, "classify-wall")["photos"][0]["word"]
    at.selectbox(key="classify-predicted").set_value(word).run()
    assert {one["word"] for one in shown(at, "classify-wall")["photos"]} == {word}
    assert query(at, "class") == word
    at.selectbox(key="classify-predicted").set_value("All classes").run()
    before = {one["name"]: one["share"] for one in shown(at, "classify-wall")["photos"]}
    at.toggle(key="classify-whole").set_value(True).run()
    after = {one["name"]: one["share"] for one in shown(at, "classify-wall")["photos"]}
    assert query(at, "crop") == "whole"
    assert before.keys() == after.keys()
    assert before != after
    at.segmented_control(key="classify-table").set_value(True).run()
    assert query(at, "view") == "table"
    assert list(at.dataframe[0].value["file"]) == names
    for name in ("sort", "show", "view"):
        wrong = opened(**{name: "x"})
        uploaded(wrong, photos(2))
        assert len(wrong.error) == 1


def test_the_least_sure_are_not_answered(looked_at: Run) -> None:
    at = settled(uploaded(opened(abstain="probability-50"), photos(12)))
    data = shown(at, "classify-wall")["photos"]
    assert len(data) == 12
    refused = [one for one in data if one["abstained"]]
    assert all(one["word"] == "None of my classes" for one in refused)
    at.segmented_control(key="classify-show").set_value("abstained").run()
    assert [one["name"] for one in shown(at, "classify-wall")["photos"]] == [one["name"] for one in refused]
    assert query(at, "show") == "abstained"


def test_a_second_network_is_asked_about_all_photos_too(looked_at: Run, home: Path) -> None:
    other = train_look(home, "the other", seed=6)
    at = uploaded(opened(run=looked_at.id), photos(9))
    assert not any(one["also"] for one in shown(at, "classify-wall")["photos"])
    at.selectbox(key="classify-with").set_value(other.id).run()
    data = shown(at, "classify-wall")["photos"]
    assert query(at, "with") == other.id
    classifier = Classifier.of(other)
    images = {item.key: item.pixels for item in session(at).photos}
    for one in data:
        (answer,) = classifier(images[one["key"]], 1)
        assert one["also"].startswith(f"{'≠' if one['differs'] else '='} {answer.top[0].class_name} ")
        assert one["differs"] == (one["word"] != answer.top[0].class_name)
    differing = {one["key"] for one in data if one["differs"]}
    same = len(data) - len(differing)
    assert f"the other, trained model, says the same (=) of {same} of 9." in unescaped(said(at))
    at.segmented_control(key="classify-show").set_value("differ").run()
    assert {one["key"] for one in shown(at, "classify-wall")["photos"]} == differing
    at.segmented_control(key="classify-show").set_value("all").run()
    at.segmented_control(key="classify-table").set_value(True).run()
    table = at.dataframe[0].value
    assert list(table["the other says"]) == [one["also"].split()[1] for one in data]


def session(at: AppTest) -> PhotoShelf:
    found: PhotoShelf = at.session_state["cnnviz.classify.shelf"]
    return found


def test_a_photo_of_many_is_opened_and_left_again(looked_at: Run) -> None:
    at = uploaded(opened(), photos(5))
    keys = [one["key"] for one in shown(at, "classify-wall")["photos"]]
    at.query_params["image"] = keys[0]
    at.run()
    assert shown(at, "classify-verdict-0")["word"]
    assert at.button(key="classify-all").label == "All 5 photos"
    at.button(key="classify-right" if not at.button(key="classify-right").disabled else "classify-left").click().run()
    assert query(at, "image") in set(keys) - {keys[0]}
    at.button(key="classify-all").click().run()
    assert query(at, "image") is None
    assert len(shown(at, "classify-wall")["photos"]) == 5
    at.button(key="classify-clear").click().run()
    assert not components(at, "classify-wall")
    assert components(at, "classify-examples")


def test_many_photos_are_classified_in_the_background_and_can_be_stopped(
    looked_at: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = answers.Answers._work

    def slow(self: Any, task: Any, report: Any) -> None:
        def tell(share: float, phrase: str) -> None:
            if share > 0.3:
                jobs._jobs()._known[next(iter(jobs._jobs()._known))].stop()
            report(share, phrase)

        real(self, task, tell)

    monkeypatch.setattr(answers.Answers, "_work", slow)
    monkeypatch.setattr(answers, "_AT_A_TIME", 2)
    at = uploaded(opened(), photos(10))
    assert "photos are yet to be opened" in said(at)
    some = len(shown(at, "classify-wall")["photos"])
    assert 0 < some < 10
    monkeypatch.setattr(answers.Answers, "_work", real)
    at.button(key="classify-go-on").click().run()
    uploaded(at, [], FILES)
    assert len(shown(at, "classify-wall")["photos"]) == 10


def test_nothing_that_was_uploaded_is_kept_by_streamlit_or_written_to_disk(
    looked_at: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def files() -> set[Path]:
        return {path for path in home.rglob("*") if path.is_file()}

    removed: list[str] = []
    real = MemoryUploadedFileManager.remove_file
    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", lambda *told: removed.append(told[2]) or real(*told))
    before = files()
    at = uploaded(opened(), photos(6))
    assert len(shown(at, "classify-wall")["photos"]) == 6
    assert len(set(removed)) == 6
    assert files() == before


# --- photos of every unfriendly kind ----------------------------------------------------------------------------


def hostile() -> list[tuple[str, bytes, str]]:
    """A file, and what is said of it."""
    rng = np.random.default_rng(3)
    rgb = rng.integers(0, 256, (30, 40, 3), np.uint8)
    deep = Image.fromarray((np.arange(1600).reshape(40, 40) * 40).astype(np.uint16))
    buffer = io.BytesIO()
    deep.save(buffer, "PNG")
    floats = io.BytesIO()
    Image.fromarray(np.full((8, 8), np.nan, np.float32)).save(floats, "TIFF")
    inks = io.BytesIO()
    Image.fromarray(rgb).convert("CMYK").save(inks, "JPEG")
    glass = io.BytesIO()
    Image.fromarray(np.dstack([rgb, np.full((30, 40), 90, np.uint8)]), "RGBA").save(glass, "PNG")
    moving = io.BytesIO()
    frames = [Image.fromarray(rgb), Image.fromarray(255 - rgb)]
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    turned = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(rgb).save(turned, "JPEG", exif=exif)
    bomb = picture(np.zeros((1, 1, 3), np.uint8))
    at = bomb.index(b"IHDR")
    head = b"IHDR" + struct.pack(">II", 20000, 20000) + bomb[at + 12 : at + 17]
    bomb = bomb[:at] + head + struct.pack(">I", zlib.crc32(head)) + bomb[at + 21 :]
    good = picture(rgb)
    return [
        ("bomb.png", bomb, "more than 25 megapixels"),
        ("strip.png", picture(np.zeros((1, 3000, 3), np.uint8)), "at most 20 times as long as it is wide"),
        ("cut.png", good[: len(good) // 2], "is cut off or damaged"),
        ("text.png", b"hello", "holds text"),
        ("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "holds SVG"),
        ("phone.png", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "is a damaged or unusual HEIC"),
        ("page.png", b"<!DOCTYPE html><script>alert(1)</script>", "holds HTML"),
        ("post.png", b"%!PS-Adobe-3.0 EPSF-3.0\n", "holds PostScript (EPS)"),
        ("empty.png", b"", "is empty"),
        ("nan.tif", floats.getvalue(), "holds floating-point numbers"),
        ("tile.tif", tile(46_000), "asks for more than a photo needs (tiles of 46,000x46,000 pixels"),
        ("<b>bold<b>.png", b"hello", "<b>bold<b>.png"),
        ("deep.png", buffer.getvalue(), "40×40 pixels"),
        ("inks.jpg", inks.getvalue(), "Its printing inks (CMYK) were turned into screen colours."),
        ("glass.png", glass.getvalue(), "Transparent parts are shown on white."),
        ("moving.gif", moving.getvalue(), "Only its first frame is used."),
        ("turned.jpg", turned.getvalue(), "30×40 pixels. Turned upright, as its EXIF data say."),
    ]


@pytest.mark.parametrize(("name", "content", "says"), hostile(), ids=[name for name, _, _ in hostile()])
def test_a_photo_of_an_unfriendly_kind_gets_one_clear_sentence(
    name: str, content: bytes, says: str, looked_at: Run
) -> None:
    at = uploaded(opened(), [(name, content, "image/png")])
    told = unescaped(said(at))
    assert says in told
    assert not at.error
    if name.split(".")[0] in ("deep", "inks", "glass", "moving", "turned"):
        assert shown(at, "classify-verdict-0")["state"] == "answered"
    else:
        assert components(at, "classify-examples")  # the drop zone is still there
        assert len(at.warning) == 1
