"""The Classify page without a browser: photos in, answers out, links, abstaining, many at once, and bad files."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnviz.data import load_dataset
from cnnviz.data.example_photos import EXAMPLES
from cnnviz.inference import Classifier, Dials, adjust, prepare_photo
from cnnviz.inference.calibrating import evidence_of
from cnnviz.runs import Run
from cnnviz.ui import jobs
from cnnviz.ui.classify import answers
from tests.dashboard import ROOT
from tests.look import train_look
from tests.look_fixtures import looked_at, no_bundled_runs, trained_home
from tests.training.helpers import tiny_spec, write_tiny

__all__ = ["looked_at", "no_bundled_runs", "trained_home"]

PAGE = "pages/use/classify.py"
FILES = "classify-files-0"
RNG = np.random.default_rng(0)

Uploads = list[tuple[str, bytes, str]]


@pytest.fixture(autouse=True)
def jobs_of_its_own() -> None:
    """Work that another test's home began is not waited for."""
    jobs._jobs.clear()


def opened(**query: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.switch_page(PAGE)
    at.query_params.update(query)
    at.run()
    assert not at.exception
    return at


def components(at: AppTest, key: str) -> list[dict[str, Any]]:
    """What the browser is given for the components of a kind."""
    found = [one.proto for one in at.get("bidi_component")]
    return [json.loads(one.json) for one in found if f"-{key}" in one.id]


def shown(at: AppTest, key: str) -> dict[str, Any]:
    [data] = components(at, key)
    return data


def query(at: AppTest, name: str) -> str | None:
    value = at.query_params.get(name)
    return value[0] if isinstance(value, list) else value


def said(at: AppTest) -> str:
    return " ".join(
        str(one.value) for kind in ("caption", "markdown", "warning", "error", "info") for one in at.get(kind)
    )


def unescaped(text: str) -> str:
    return text.replace("\\", "").replace("\u2060", "")


def picture(pixels: np.ndarray, kind: str = "PNG", **settings: Any) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels[:, :, 0] if pixels.shape[-1] == 1 else pixels).save(content, kind, **settings)
    return content.getvalue()


def photos(count: int, side: int = 24) -> Uploads:
    return [
        (f"photo {number}.png", picture(RNG.integers(0, 256, (side, side + 8, 3), np.uint8)), "image/png")
        for number in range(count)
    ]


def uploaded(at: AppTest, files: Uploads, key: str = FILES) -> AppTest:
    at.file_uploader(key=key).set_value(files).run()
    assert not at.exception
    for _ in range(40):  # the work goes on in the background
        if not any(one.key == "classify-stop" for one in at.button):
            break
        for job in list(jobs._jobs()._known.values()):
            job.wait(5)
        at.run()
    return at


# --- nothing yet ------------------------------------------------------------------------------------------------


def test_without_a_network_the_way_out_is_told(home: Path) -> None:
    at = opened()
    assert "no trained network to show your photos to yet" in at.info[0].value
    assert at.main.get("page_link")[0].proto.label == "Go to Train"


def test_the_page_is_a_drop_zone_with_photos_one_click_away(looked_at: Run) -> None:
    at = opened()
    assert at.file_uploader(key=FILES).accept_multiple_files
    data = shown(at, "classify-examples")
    assert [one["key"] for one in data["photos"]] == [f"example-{one.name}" for one in EXAMPLES]
    assert all(one["address"].startswith("data:image/jpeg;base64,") for one in data["photos"])
    assert not components(at, "classify-photo")
    at.segmented_control(key="classify-way").set_value("folder").run()
    assert at.file_uploader(key="classify-folder-0").accept_directory
    at.segmented_control(key="classify-way").set_value("camera").run()
    assert len(at.get("camera_input")) == 1


# --- one photo --------------------------------------------------------------------------------------------------


def test_one_photo_is_taken_apart(looked_at: Run) -> None:
    pixels = RNG.integers(0, 256, (40, 60, 3), np.uint8)
    at = uploaded(opened(), [("mine.png", picture(pixels), "image/png")])
    assert (query(at, "image") or "").startswith("upload-")
    assert (shown(at, "classify-photo")["height"], shown(at, "classify-photo")["width"]) == (40, 60)
    assert "mine\\.png" in said(at)
    assert "60×40 pixels. Its centre, 40×40 pixels, is made 8×8: each pixel is the mean of about 5×5." in said(at)
    (answer,) = Classifier.of(looked_at)(pixels, 4)
    data = shown(at, "classify-verdict-0")
    assert (data["state"], data["word"]) == ("answered", answer.top[0].class_name)
    assert [bar["name"] for bar in data["bars"]] == [one.class_name for one in answer.top]
    assert [bar["share"] for bar in data["bars"]] == pytest.approx([one.probability for one in answer.top], abs=1e-5)
    seen = shown(at, "classify-seen-0")
    assert (seen["width"], seen["height"]) == (8, 8)
    assert seen["panels"][1]["title"] == f"Grad-CAM for {answer.top[0].class_name}"
    assert seen["panels"][1]["values"] or seen["panels"][1]["empty"]


def test_a_link_shows_the_same_part_and_the_same_dials(looked_at: Run) -> None:
    at = opened(image="example-cat", crop="0.1,0.2,0.5,0.7", dials="brightness:0.2,rotation:-30", dial="rotation")
    from cnnviz.data.example_photos import example_photo
    from cnnviz.inference import Crop

    part = Crop(mode="box", box=(0.1, 0.2, 0.5, 0.7))
    dials = Dials(brightness=0.2, rotation=-30)
    rest = prepare_photo(example_photo("cat").pixels, (8, 8, 3), part)
    now, before = Classifier.of(looked_at)(np.stack([adjust(rest, dials), rest]), 4)
    data = shown(at, "classify-verdict-0")
    assert data["word"] == now.top[0].class_name
    assert [bar["share"] for bar in data["bars"]] == pytest.approx([one.probability for one in now.top], abs=1e-5)
    past = [float(before.probabilities[one.class_index]) for one in now.top]
    assert [bar["before"] for bar in data["bars"]] == pytest.approx(past, abs=1e-5)
    assert shown(at, "classify-photo")["box"] == [0.1, 0.2, 0.5, 0.7]
    assert "The chosen part" in said(at)
    assert "Stéfan van der Walt, CC0" in unescaped(said(at))

    board = shown(at, "classify-board")  # open, since a dial is turned
    assert (board["charted"], board["values"]["brightness"]) == ("rotation", 0.2)
    places = board["places"]
    assert (places[0], places[-1]) == (-180, 180)
    at_dial = {line["name"]: line["shares"][places.index(-30)] for line in board["lines"]}
    assert at_dial[now.top[0].class_name] == pytest.approx(now.top[0].probability, abs=1e-4)
    zero = {line["name"]: line["shares"][places.index(0)] for line in board["lines"]}
    (upright,) = Classifier.of(looked_at)(adjust(rest, Dials(brightness=0.2))[None], 4)
    for name, share in zero.items():
        expected = next(one.probability for one in upright.top if one.class_name == name)
        assert share == pytest.approx(expected, abs=1e-4)


def test_the_dials_are_folded_away_and_compute_nothing_then(looked_at: Run) -> None:
    at = opened(image="example-cat")
    assert not components(at, "classify-board")
    assert all(bar["before"] is None for bar in shown(at, "classify-verdict-0")["bars"])


def test_a_test_image_can_be_looked_at_too(looked_at: Run, home: Path) -> None:
    split = load_dataset(looked_at.spec.data.name, home).test
    at = opened(image="test-3")
    (answer,) = Classifier.of(looked_at)(split.images[3], 4)
    assert shown(at, "classify-verdict-0")["word"] == answer.top[0].class_name
    assert "The network takes it as it is." in said(at)
    assert "Its label says" in said(at)


def test_a_network_of_two_classes_says_it_in_its_own_words(home: Path) -> None:
    from cnnviz.training.execute import train

    write_tiny(home, channels=1)
    four = tiny_spec(epochs=1)
    two = four.model.changed(classes=2, output="sigmoid")
    train(four.changed(data=four.data.changed(classes=("0", "1")), model=two), home)
    at = opened(image="example-cat")
    data = shown(at, "classify-verdict-0")
    first, second = (bar["name"] for bar in data["bars"])
    assert data["word"] == f"{first} rather than {second}"
    assert data["bars"][0]["share"] + data["bars"][1]["share"] == pytest.approx(1)
    assert "Made grey, as all its training images were." in said(at)


def test_two_networks_look_at_the_same_photo(looked_at: Run, home: Path) -> None:
    other = train_look(home, "another", seed=9)
    at = opened(run=looked_at.id, image="example-coffee")
    box = at.selectbox(key="classify-with")
    box.set_value(other.id).run()
    assert query(at, "with") == other.id
    words = [shown(at, f"classify-verdict-{number}") for number in (0, 1)]
    assert [data["title"] for data in words] == ["looked at, trained model", "another, trained model"]
    for data, run in zip(words, (looked_at, other), strict=True):
        from cnnviz.data.example_photos import example_photo

        (answer,) = Classifier.of(run)(example_photo("coffee").pixels, 4)
        assert data["word"] == answer.top[0].class_name
    assert "Both say" in said(at) or "They disagree" in said(at)
    assert (
        len(components(opened(run=looked_at.id, image="example-coffee", **{"with": other.id}), "classify-verdict")) == 2
    )


def test_a_network_that_trains_answers_with_its_newest_snapshot(looked_at: Run, home: Path) -> None:
    (looked_at.folder / "model.keras").unlink()
    newest = looked_at.snapshots()[-1].number
    at = opened(image="example-cat")
    assert at.selectbox(key="pinned-snapshot").value == newest
    from cnnviz.data.example_photos import example_photo

    (answer,) = Classifier(looked_at.model(newest))(example_photo("cat").pixels, 4)
    assert shown(at, "classify-verdict-0")["bars"][0]["share"] == pytest.approx(answer.top[0].probability, abs=1e-5)


def test_before_keras_is_there_the_photo_is(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("cnnviz.ui.classify.one", "cnnviz.ui.look.models"):
        monkeypatch.setattr(f"{module}.keras_ready", lambda: False)
    at = opened(image="example-cat")
    assert shown(at, "classify-photo")["width"] == 451
    assert shown(at, "classify-verdict-0")["state"] == "pending"
    assert [panel["pending"] for panel in shown(at, "classify-seen-0")["panels"]] == [False, True]
    assert "TensorFlow is imported" in said(at)
    at = opened()
    at.file_uploader(key=FILES).set_value(photos(5)).run()
    assert not at.exception
    assert "TensorFlow is imported" in said(at)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"image": "upload-0123abcd"}, "opened in another tab"),
        ({"image": "../../etc/passwd"}, "asks for the image"),
        ({"image": "example-unicorn"}, "no example photo 'unicorn'"),
        ({"image": "test-99999"}, "test image 99999"),
        ({"image": "example-cat", "crop": "0.5,0,0.5,1"}, "asks for the part '0.5,0,0.5,1'"),
        ({"image": "example-cat", "crop": "<b>"}, "asks for the part '<b>'"),
        ({"image": "example-cat", "dials": "colour:1"}, "asks for the dials 'colour:1'"),
        ({"image": "example-cat", "dials": "blur:inf"}, "asks for the dials 'blur:inf'"),
        ({"image": "example-cat", "dial": "colour"}, "asks for the dial 'colour'"),
        ({"image": "example-cat", "abstain": "always"}, "asks to abstain by 'always'"),
        ({"image": "example-cat", "with": "20200101-000000-none-0000"}, "20200101-000000-none-0000"),
        ({"run": "../../etc"}, "no run id"),
        ({"snapshot": "77"}, "snapshot '77'"),
    ],
)
def test_a_wrong_link_ends_in_a_sentence_with_a_way_back(asked: dict[str, str], says: str, looked_at: Run) -> None:
    at = opened(**asked)
    [error] = at.error
    assert says in unescaped(str(error.value))
    assert "Start anew" in [link.proto.label for link in at.main.get("page_link")]


# --- none of my classes -----------------------------------------------------------------------------------------


def settled(at: AppTest) -> AppTest:
    """Wait until what is measured in the background is known."""
    for _ in range(40):
        going = [one for one in jobs._jobs()._known.values() if not one.progress.ended]
        if not going and not at.get("progress"):
            return at
        for one in going:
            one.wait(10)
        at.run()
    raise AssertionError("the work does not end")


def test_it_may_abstain_by_a_calibrated_threshold_and_says_what_that_costs(looked_at: Run, home: Path) -> None:
    at = opened(image="example-astronaut")
    at.session_state["classify-fold"] = True
    at.run()
    at.toggle(key="classify-may").set_value(True).run()
    settled(at)
    assert query(at, "abstain") == "probability-95"
    evidence = evidence_of(looked_at, Classifier.of(looked_at), home)
    assert evidence.rule("probability", 0.95).cost in said(at)
    at.segmented_control(key="classify-score").set_value("energy").run()
    at.slider(key="classify-keep").set_value(60).run()
    assert query(at, "abstain") == "energy-60"
    rule = evidence.rule("energy", 0.6)
    assert rule.cost in said(at)
    assert f"{100 * rule.answered:.1f} %" in [one.value for one in at.metric]
    at.toggle(key="classify-may").set_value(False).run()
    assert query(at, "abstain") is None


def test_a_refusal_says_why_and_shows_the_nearest_training_images(looked_at: Run, home: Path) -> None:
    """Of the test images, the least sure one: it is refused where only the surest half is answered."""
    split = load_dataset(looked_at.spec.data.name, home).test
    classifier = Classifier.of(looked_at)
    rule = evidence_of(looked_at, classifier, home).rule("probability", 0.5)
    confidence = rule.scores(classifier.logits(split.images))
    unsure, sure = int(confidence.argmin()), int(confidence.argmax())
    at = settled(opened(image=f"test-{unsure}", abstain="probability-50"))
    data = shown(at, "classify-verdict-0")
    assert (data["state"], data["word"]) == ("abstained", "None of my classes")
    assert data["reason"].startswith("Not sure enough: ")
    assert data["threshold"] == pytest.approx(rule.threshold)
    assert data["bars"][0]["share"] == pytest.approx(confidence[unsure], abs=1e-5)
    at.button(key="mistakes-neighbours").click().run()
    settled(at)
    near = shown(at, "mistakes-nearest")
    assert near["count"] == 12
    at = settled(opened(image=f"test-{sure}", abstain="probability-50"))
    assert shown(at, "classify-verdict-0")["state"] == "answered"


def test_what_is_far_from_the_training_images_is_refused(looked_at: Run, home: Path) -> None:
    at = settled(opened(image="example-rocket", abstain="probability-distance-50"))
    from cnnviz.data.example_photos import example_photo
    from cnnviz.evaluation.neighbours import distances
    from cnnviz.explain.features import penultimate
    from cnnviz.ui.judge.mistakes.features import training_images

    classifier = Classifier.of(looked_at)
    features = penultimate(classifier.model, training_images(looked_at).images)
    image = classifier.prepared(example_photo("rocket").pixels)
    far = distances(features, penultimate(classifier.model, image))
    rule = evidence_of(looked_at, classifier, home, features=lambda: features).rule("probability", 0.5)
    data = shown(at, "classify-verdict-0")
    assert ("Unlike what it was trained on" in data["reason"]) == bool(rule.strange(far)[0])
    assert (data["state"] == "abstained") == bool(rule.strange(far)[0] | rule.unsure(classifier.logits(image))[0])
    assert "tenth-nearest training image" in said(at)


def test_without_validation_images_it_says_why_it_cannot_abstain(looked_at: Run, home: Path) -> None:
    (home / "datasets" / f"{looked_at.spec.data.name}.npz").unlink()
    at = opened(image="example-cat", abstain="probability-95")
    assert any("is not on this machine" in str(one.value) for one in at.warning)
    assert shown(at, "classify-verdict-0")["state"] == "answered"


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
    at.selectbox(key="classify-class").set_value(word).run()
    assert {one["word"] for one in shown(at, "classify-wall")["photos"]} == {word}
    assert query(at, "class") == word
    at.selectbox(key="classify-class").set_value("All classes").run()
    before = {one["name"]: one["share"] for one in shown(at, "classify-wall")["photos"]}
    at.toggle(key="classify-whole").set_value(True).run()
    after = {one["name"]: one["share"] for one in shown(at, "classify-wall")["photos"]}
    assert query(at, "crop") == "whole"
    assert before.keys() == after.keys()
    assert before != after
    at.segmented_control(key="classify-view").set_value("table").run()
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


def test_nothing_that_was_uploaded_is_kept_by_streamlit_or_written_to_disk(looked_at: Run, home: Path) -> None:
    def files() -> set[Path]:
        return {path for path in home.rglob("*") if path.is_file()}

    before = files()
    at = uploaded(opened(), photos(6))
    assert files() == before
    manager = at._uploaded_file_manager if hasattr(at, "_uploaded_file_manager") else None
    if manager is not None:
        assert not any(manager.file_storage.values())


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
    import struct
    import zlib

    head = b"IHDR" + struct.pack(">II", 20000, 20000) + bomb[at + 12 : at + 17]
    bomb = bomb[:at] + head + struct.pack(">I", zlib.crc32(head)) + bomb[at + 21 :]
    good = picture(rgb)
    return [
        ("bomb.png", bomb, "more than 25 megapixels"),
        ("strip.png", picture(np.zeros((1, 3000, 3), np.uint8)), "at most 20 times as long as it is wide"),
        ("cut.png", good[: len(good) // 2], "is cut off or damaged"),
        ("text.png", b"hello", "holds text"),
        ("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "holds SVG"),
        ("phone.png", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "holds HEIC"),
        ("page.png", b"<!DOCTYPE html><script>alert(1)</script>", "holds HTML"),
        ("post.png", b"%!PS-Adobe-3.0 EPSF-3.0\n", "holds PostScript (EPS)"),
        ("empty.png", b"", "is empty"),
        ("nan.tif", floats.getvalue(), "holds floating-point numbers"),
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
