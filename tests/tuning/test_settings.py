"""What of a run's settings a search can change: all of them, on all presets."""

import pytest

from cnnviz.errors import SpecError
from cnnviz.spec import PRESETS, preset
from cnnviz.tuning import SETTINGS, OneOf, setting, usual_space
from cnnviz.tuning.settings import changed, present


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("of", PRESETS)
def test_every_value_that_is_tried_is_read_back(of: str, name: str) -> None:
    spec, one = preset(of), SETTINGS[name]
    usual = one.usual(spec)
    if usual is None:
        assert one.read(spec) is None or name == "label_smoothing"
        return
    refused = 0
    for value in usual.grid:
        try:
            new = one.change(spec, value)
        except SpecError:  # larger kernels than the images of one-conv have room for, say
            refused += 1
            continue
        assert one.read(new) == value
        assert one.change(new, value) == new
    assert refused < len(usual.grid)


@pytest.mark.parametrize("of", PRESETS)
def test_what_is_tried_usually_has_what_the_preset_has(of: str) -> None:
    spec = preset(of)
    for name, one in SETTINGS.items():
        own, usual = one.read(spec), one.usual(spec)
        if own is not None and usual is not None:
            assert usual.has(own), name
            assert one.change(spec, own) == spec, name


@pytest.mark.parametrize("of", PRESETS)
def test_the_usual_space_offers_a_choice_of_each(of: str) -> None:
    spec = preset(of)
    space = usual_space(spec)
    assert {"filters", "learning_rate", "batch_size", "shift", "flip", "dropout"} <= space.keys()
    assert not {"optimizer", "kernel_size", "schedule", "rotation"} & space.keys()
    assert ("units" in space) == (of in ("two-conv", "cats-vs-dogs", "one-conv"))
    assert ("blocks" in space) == (of != "one-conv")  # whose images have room for one
    assert all(len(tried.grid) > 1 for tried in space.values())
    assert "flip" not in usual_space(spec, characters=True)


def test_ranges_follow_the_settings() -> None:
    two = preset("two-conv")
    space = usual_space(two)
    assert (space["filters"].words, space["blocks"].words, space["learning_rate"].words) == (
        "16..64/8",
        "1..3",
        "0.0001..0.01",
    )
    assert usual_space(preset("strong"))["learning_rate"].words == "0.001..1"
    fast = two.changed(train=two.train.changed(learning_rate=0.5, batch_size=48, augmentation={"shift": 0.3}))
    space = usual_space(fast)
    assert space["learning_rate"].words == "0.0001..0.5"
    assert space["batch_size"] == OneOf(values=(32, 48, 64, 128, 256))
    assert space["shift"].words == "0..0.3"
    assert SETTINGS["activation"].usual(two.changed(model=two.model.changed(layers=()))) is None


def test_changes_are_made_in_one_order_whatever_theirs_is() -> None:
    spec = preset("two-conv")
    values = {"dropout": 0.2, "normalisation": True, "filters": 16, "blocks": 3}
    new = changed(spec, values)
    assert new == changed(spec, dict(reversed(values.items())))
    assert present(new, values) == values
    assert [layer.filters for layer in new.model.layers if layer.kind == "convolution"] == [16, 32, 64]


def test_plain_descents_own_rate_of_offsets_goes_with_it() -> None:
    spec = preset("strong")
    assert changed(spec, {"optimizer": "adam"}).train.offset_rate == 1
    assert changed(spec, {"optimizer": "sgd"}) == spec


def test_unknown_settings_are_refused_in_a_sentence() -> None:
    with pytest.raises(SpecError, match="'depth' is no setting that can be searched; choose from blocks, filters"):
        setting("depth")
    with pytest.raises(SpecError, match="'depth' is no setting"):
        changed(preset("two-conv"), {"depth": 3})
    with pytest.raises(SpecError):
        changed(preset("one-conv"), {"blocks": 4})
