from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data import ClassCounts, DatasetInfo
from cnnviz.data.npz import write_npz
from cnnviz.errors import DataError
from cnnviz.ui.data import choosing, getting
from cnnviz.ui.data.statistics import balance_in_words
from tests.dashboard import ROOT


def opened(**query: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.run()
    at.switch_page("pages/prepare/data.py")
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def words(at: AppTest) -> str:
    return "\n".join(str(element.value) for element in (*at.markdown, *at.caption, *at.subheader))


def imported(home: Path, name: str = "own_set") -> None:
    """A data set of one's own, with a class that is named like a page."""
    random = np.random.default_rng(0)
    (home / "datasets").mkdir(parents=True)
    write_npz(
        home / "datasets" / f"{name}.npz",
        {
            "x_train": random.integers(0, 256, (9, 12, 12, 3), np.uint8),
            "y_train": np.array([0, 0, 0, 0, 0, 0, 1, 1, 1]),
            "x_test": random.integers(0, 256, (2, 12, 12, 3), np.uint8),
            "y_test": np.array([0, 0]),
        },
    )


def test_the_sample_comes_first() -> None:
    at = opened()
    assert "5,000 training and 1,000 test images in 10 classes, 32×32 pixels, colour." in words(at)
    assert r"A\. Krizhevsky" in words(at)
    assert "Each row is one class" in words(at)


def test_the_url_names_the_data_set_the_split_and_the_class() -> None:
    at = opened(data="digits", split="test")
    assert "8×8 pixels, grey" in words(at)
    assert at.segmented_control(key="data-set").value == "digits"
    assert at.segmented_control(key="data-split").value == "test"


def test_a_choice_is_written_into_the_url() -> None:
    at = opened()
    at.segmented_control(key="data-set").set_value("digits").run()
    assert not at.exception
    assert at.query_params["data"] in ("digits", ["digits"])
    assert "8×8 pixels, grey" in words(at)


def test_one_class_fills_the_page_and_does_not_outlive_its_data_set() -> None:
    at = opened()
    at.selectbox(key="data-label").set_value("cat").run()
    assert "The first 160 images of this class" in words(at)
    at.segmented_control(key="data-set").set_value("digits").run()
    assert not at.exception
    assert at.selectbox(key="data-label").value == "all classes"


@pytest.mark.parametrize("name", ["../../etc/passwd", "<script>alert(1)</script>", "nothing", "a" * 500])
def test_a_wrong_link_is_a_sentence_and_the_sample(name: str) -> None:
    at = opened(data=name)
    [warning] = at.warning
    assert warning.value.startswith("There is no data set called ")
    assert "<script>" not in warning.value
    assert "5,000 training" in words(at)


def test_a_wrong_class_in_a_link_is_a_sentence_and_all_classes() -> None:
    at = opened(**{"class": "<b>zzz"})
    [warning] = at.warning
    assert warning.value.startswith(r"cifar10\-sample has no class called ")
    assert "<b>" not in warning.value
    assert at.selectbox(key="data-label").value == "all classes"
    at.segmented_control(key="data-split").set_value("test").run()
    assert not at.warning


def test_digits_are_not_mirrored_to_begin_with() -> None:
    pytest.importorskip("tensorflow")
    at = opened(data="digits")
    at.session_state["data-augmentation"] = True
    at.run()
    assert [(toggle.label, toggle.value) for toggle in at.toggle] == [("Mirror left and right", False)]
    assert "a mirrored 2 is no 2" in words(at)
    at.segmented_control(key="data-set").set_value("cifar10-sample").run()
    assert [toggle.value for toggle in at.toggle] == [True]
    assert "a mirrored 2 is no 2" not in words(at)


def test_an_imported_set_is_shown(home: Path) -> None:
    imported(home)
    at = opened(data="own_set")
    assert "9 training and 2 test images in 2 classes, 12×12 pixels, colour." in words(at)


def test_a_class_without_images_in_the_split_is_said(home: Path) -> None:
    imported(home)
    at = opened(data="own_set", split="test")
    chosen = at.selectbox(key="data-label").options[2]
    at.selectbox(key="data-label").set_value(chosen).run()
    assert not at.exception
    assert at.info[0].value.startswith("This split has no images of that class")


def test_a_set_that_is_not_here_is_offered() -> None:
    at = opened(data="cifar10")
    assert at.subheader[0].value == "cifar10 is not on this machine yet"
    assert "50,000 training and 10,000 test images in 10 classes" in words(at)
    at.button(key="data-sample").click().run()
    assert "5,000 training" in words(at)


def test_a_download_that_fails_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_CIFAR10_URL", "http://127.0.0.1:9/cifar-10-python.tar.gz")
    at = opened(data="cifar10")
    at.button(key="data-get").click().run()
    assert not at.exception
    told = at.error[0].value
    assert told.startswith("The data set cifar10 could not be downloaded\\: ")
    assert told.endswith("try again\\, or do as said below\\.")
    assert "Without a network: copy cifar10.npz" in words(at)


def test_a_set_that_was_got_is_shown(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    def get(name: str, folder: Path, *, on_progress: object) -> None:
        assert callable(on_progress)
        for done in range(0, 201, 5):
            on_progress(done * 1_000_000, 200_000_000)
        imported(folder, name)

    def listed() -> tuple[DatasetInfo, ...]:
        here = (home / "datasets" / "big.npz").is_file()
        sample, *_ = data_listed()
        return (sample, DatasetInfo("big", 9, 2, ("0", "1"), (12, 12, 3), here, "a test"))

    data_listed = choosing.datasets
    monkeypatch.setattr(getting, "load_dataset", get)
    monkeypatch.setattr(choosing, "datasets", listed)
    at = opened(data="big")
    at.button(key="data-get").click().run()
    assert not at.exception
    assert "9 training and 2 test images" in words(at)


def test_a_damaged_file_is_said_and_the_sample_offered(home: Path) -> None:
    (home / "datasets").mkdir(parents=True)
    (home / "datasets" / "torn.npz").write_bytes(b"PK\x03\x04 torn")
    at = opened(data="torn")
    assert "torn" in at.error[0].value
    assert at.button(key="data-sample")


def test_progress_is_drawn_once_a_per_cent() -> None:
    drawn: list[str] = []
    report = getting._reporter(lambda share, text: drawn.append(text))
    for done in range(0, 1_000_001, 100):
        report(done, 1_000_000)
    assert len(drawn) == 101
    assert drawn[-1] == "Checking and unpacking"


def test_folds_work_when_they_are_opened() -> None:
    pytest.importorskip("tensorflow")
    at = opened(data="digits")
    assert not at.metric
    at.session_state["data-statistics"] = True
    at.session_state["data-augmentation"] = True
    at.run()
    assert not at.exception
    assert [metric.label for metric in at.metric] == ["Grey"]
    assert "that is nearly the same" in words(at)
    assert len(at.get("vega_lite_chart")) == 1
    assert "every epoch" in words(at)


@pytest.mark.parametrize(
    ("train", "ending"),
    [
        ([5, 5], "each has 5 training images, so guessing is right once in 2."),
        ([6, 4], "from 4 (dog) to 6 (cat) training images; that is nearly the same."),
        ([3, 10], "from 3 (cat) to 10 (dog) training images; rare classes are learned less well."),
        ([0, 2], "from 0 (cat) to 2 (dog) training images; rare classes are learned less well."),
    ],
)
def test_rare_classes_are_said_where_they_matter(train: list[int], ending: str) -> None:
    counts = ClassCounts(("cat", "dog"), np.array(train), np.array([1, 1]))
    assert balance_in_words(counts).endswith(ending)


def test_an_unexpected_name_is_refused_by_the_library_too() -> None:
    from cnnviz.ui.loaders import dataset

    with pytest.raises(DataError):
        dataset("../../etc/passwd")
