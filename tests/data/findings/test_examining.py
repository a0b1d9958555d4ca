import numpy as np
import pytest

from cnnviz.data import Dataset, Split, load_dataset
from cnnviz.data.findings import Place, examine, without
from cnnviz.errors import DataError


@pytest.fixture(scope="module")
def sample():
    return load_dataset("cifar10-sample")


def made(sample, n_train=300, n_test=60, **changes):
    train, test = sample.train.take(np.arange(n_train)), sample.test.take(np.arange(n_test))
    arrays = {"x": train.images.copy(), "y": train.labels.copy(), "xt": test.images.copy(), "yt": test.labels.copy()}
    for change in changes.values():
        change(arrays)
    return Dataset(
        "mine", sample.class_names, Split(arrays["x"], arrays["y"]), Split(arrays["xt"], arrays["yt"]), "mine"
    )


def of_kind(examined, kind):
    return [finding for finding in examined.findings if finding.kind == kind]


def test_a_test_image_in_training_is_a_leak_and_leaving_out_mends_it(sample):
    def leak(arrays):
        arrays["x"][7], arrays["y"][7] = arrays["xt"][11], arrays["yt"][11]

    dataset = made(sample, leak=leak)
    examined = examine(dataset)
    (finding,) = of_kind(examined, "leak")
    assert 11 in examined.leaked
    at = finding.beside.index(Place("test", 11))
    assert finding.images[at] == Place("train", 7)
    assert Place("train", 7) in finding.leave_out
    assert not any(place.split == "test" for place in finding.leave_out)
    cleaned = without(dataset, finding.leave_out)
    assert len(cleaned.train) == 300 - len(finding.leave_out)
    assert not of_kind(examine(cleaned), "leak")


def test_of_copies_inside_training_one_is_kept(sample):
    def copy(arrays):
        arrays["x"][[20, 21]], arrays["y"][[20, 21]] = arrays["x"][5], arrays["y"][5]

    (finding,) = of_kind(examine(made(sample, copy=copy)), "duplicate")
    assert {Place("train", 20), Place("train", 21)} <= set(finding.leave_out)
    assert Place("train", 5) not in finding.leave_out


def test_the_same_picture_with_two_labels_is_a_contradiction(sample):
    def contradict(arrays):
        arrays["x"][30], arrays["y"][30] = arrays["x"][31], (arrays["y"][31] + 1) % 10

    (finding,) = of_kind(examine(made(sample, contradict=contradict)), "contradiction")
    assert {Place("train", 30), Place("train", 31)} <= set(finding.leave_out)


def test_a_mirrored_test_image_in_training_is_a_leak(sample):
    def leak(arrays):
        arrays["x"][7], arrays["y"][7] = arrays["xt"][11][:, ::-1], arrays["yt"][11]

    examined = examine(made(sample, leak=leak))
    (finding,) = of_kind(examined, "leak")
    assert 11 in examined.leaked
    assert finding.images[finding.beside.index(Place("test", 11))] == Place("train", 7)
    assert "mirrored" in finding.sentence


def test_of_an_image_that_is_there_turned_one_is_kept(sample):
    def turn(arrays):
        arrays["x"][20], arrays["y"][20] = np.rot90(arrays["x"][5]), arrays["y"][5]
        arrays["x"][21], arrays["y"][21] = arrays["x"][20], arrays["y"][5]  # and that one twice

    dataset = made(sample, turn=turn)
    examined = examine(dataset)
    (plain,), (turned,) = of_kind(examined, "duplicate"), of_kind(examined, "turned")
    assert Place("train", 21) in plain.leave_out
    assert turned.leave_out == (Place("train", 20),)
    assert Place("train", 5) in turned.beside
    assert not of_kind(examine(without(dataset, plain.leave_out + turned.leave_out)), "turned")


def test_what_becomes_another_class_by_turning_is_no_copy(sample):
    def arrow(arrays):
        arrays["x"][20], arrays["y"][20] = arrays["x"][5][:, ::-1], (arrays["y"][5] + 1) % 10

    examined = examine(made(sample, arrow=arrow))
    assert not of_kind(examined, "turned")
    assert not any(Place("train", 20) in found.images for found in of_kind(examined, "contradiction"))


def test_images_that_show_little_are_named_by_what_they_lack(sample):
    def spoil(arrays):
        x = arrays["x"]
        x[0] = 90  # blank
        x[1] = x[1] // 8  # dark
        x[2] = 255 - x[2] // 16  # bright
        x[3] = np.linspace(60, 190, 32)[:, None, None].astype(np.uint8)  # a smooth ramp: no detail at all
        x[4] = x[4].mean(axis=2, keepdims=True).astype(np.uint8)  # grey

    examined = examine(made(sample, spoil=spoil))
    for kind, at in (("blank", 0), ("dark", 1), ("bright", 2), ("blurred", 3), ("grey", 4)):
        (finding,) = of_kind(examined, kind)
        assert Place("train", at) in finding.leave_out, kind
    (blank,) = of_kind(examined, "blank")
    assert blank.leave_out == (Place("train", 0),)
    assert blank.sentence.startswith("1 image (0.3 %) is one even colour")


def test_classes_by_brightness_alone_are_a_shortcut(sample):
    def lighten(arrays):
        for x, y in (("x", "y"), ("xt", "yt")):
            arrays[y][:] = np.arange(len(arrays[y])) % 2
            arrays[x][:] = arrays[x] // 2 + 120 * arrays[y][:, None, None, None].astype(np.uint8)

    (finding,) = of_kind(examine(made(sample, lighten=lighten)), "shortcut")
    assert "brightness" in finding.title.lower()
    assert not of_kind(examine(made(sample)), "shortcut")


def test_few_and_uneven_classes(sample):
    def skew(arrays):
        arrays["y"][:] = 0
        arrays["y"][:15] = 1

    examined = examine(made(sample, skew=skew))
    (few,) = of_kind(examined, "few")
    assert "automobile" in few.sentence
    (uneven,) = of_kind(examined, "uneven")
    assert "airplane has 285 training images and automobile 15:" in uneven.sentence
    assert "95.0 %" in uneven.sentence


def test_nothing_is_left_to_train_on(sample):
    dataset = made(sample, n_train=3)
    with pytest.raises(DataError, match="no train images"):
        without(dataset, [Place("train", at) for at in range(3)])


def test_progress_reaches_its_end(sample):
    told = []
    examine(made(sample, n_train=80, n_test=20), lambda done, of: told.append((done, of)))
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)
