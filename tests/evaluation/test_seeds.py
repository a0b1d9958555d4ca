"""Runs that differ in nothing but their seed, and settings of several runs in one table."""

import statistics

import pytest

from cnnviz.errors import SpecError
from cnnviz.evaluation import only_seeds_differ, seed_spread, settings_that_differ, values_that_differ
from cnnviz.spec import Dropout, RunSpec, preset

SPEC = preset("two-conv")


def changed(**values: object) -> RunSpec:
    return SPEC.changed(train=SPEC.train.changed(**values))


def test_only_the_seed_differs() -> None:
    assert only_seeds_differ([changed(seed=seed) for seed in (1, 2, 3)])
    assert only_seeds_differ([changed(seed=1), changed(seed=2).changed(name="another name")])
    assert not only_seeds_differ([SPEC, SPEC])
    assert not only_seeds_differ([changed(seed=1), changed(seed=2, epochs=3)])
    assert not only_seeds_differ([changed(seed=1), changed(seed=2), changed(seed=2, learning_rate=0.1)])


def test_the_spread_over_seeds() -> None:
    values = [0.69, 0.71, 0.70, 0.68]
    spread = seed_spread(values)
    assert spread.count == 4
    assert spread.mean == pytest.approx(0.695)
    assert spread.deviation == pytest.approx(statistics.stdev(values))
    assert (spread.least, spread.largest) == (0.68, 0.71)
    with pytest.raises(SpecError, match="asked of 1 runs"):
        seed_spread([0.5])


def test_settings_of_several_runs_are_one_table() -> None:
    table = values_that_differ([SPEC, changed(learning_rate=0.01), changed(batch_size=16)])
    rate, batch = SPEC.train.learning_rate, SPEC.train.batch_size
    assert set(table) == {"learning rate", "batch size"}
    assert table["learning rate"] == (f"{rate:g}", "0.01", f"{rate:g}")
    assert table["batch size"] == (str(batch), str(batch), "16")


def test_of_two_runs_it_says_what_the_pair_says() -> None:
    other = changed(learning_rate=0.01, seed=9)
    pairs = {item.what: (item.a, item.b) for item in settings_that_differ(SPEC, other)}
    assert values_that_differ([SPEC, other]) == pairs


def test_layers_are_one_row_as_soon_as_one_network_has_others() -> None:
    model = SPEC.model
    wider = SPEC.changed(model=model.changed(layers=(model.layers[0].changed(filters=8), *model.layers[1:])))
    deeper = SPEC.changed(model=model.changed(layers=(*model.layers, Dropout())))
    assert list(values_that_differ([SPEC, wider])) == ["conv2d_1 · filters"]
    table = values_that_differ([SPEC, wider, deeper])
    assert list(table) == ["layers"]
    assert len(set(table["layers"])) == 3
