"""What tells runs apart, in a sentence or two."""

import numpy as np

from cnnviz.evaluation import evaluate_judged
from cnnviz.evaluation.differences import differences_in_words
from cnnviz.evaluation.seeds import seeds_in_words
from cnnviz.spec import Beginning, Body, Dropout, LayerRow, RunSpec, preset
from tests.evaluation.made import judged

SPEC = preset("two-conv")


def changed(**values: object) -> RunSpec:
    return SPEC.changed(train=SPEC.train.changed(**values))


def test_what_differs() -> None:
    assert differences_in_words([SPEC, changed(learning_rate=0.25)]) == "They differ in learning rate (0.002 and 0.25)."
    told = differences_in_words([SPEC, changed(learning_rate=0.25, batch_size=8, epochs=3, seed=9)])
    assert told.count("(") == 3
    assert told.endswith(" and 1 more.")
    deeper = SPEC.changed(model=SPEC.model.changed(layers=(*SPEC.model.layers, Dropout())))
    assert differences_in_words([SPEC, deeper]) == "They differ in layers."
    assert differences_in_words([SPEC, SPEC]) == "They have the same settings, seed included."


def test_the_beginning_comes_first() -> None:
    body = Body(input_shape=(32, 32, 3), rows=(LayerRow("conv", "convolution", (32, 32, 8), 224, 0),))
    beginning = Beginning(network="other", title="another")
    begun = SPEC.changed(model=SPEC.model.changed(layers=(), body=body), beginning=beginning)
    assert differences_in_words([SPEC, begun]) == (
        "They differ in beginning (random weights and another), layers and 3 more."
    )
    trained_on = begun.changed(beginning=beginning.changed(frozen="none"))
    assert differences_in_words([begun, trained_on]).startswith("They differ in frozen (all and none)")


def test_versions_count_only_where_nothing_else_does() -> None:
    older, newer = SPEC.changed(versions={"keras": "3.1"}), SPEC.changed(versions={"keras": "3.2"})
    assert differences_in_words([older, newer]) == "They differ in version of keras (3.1 and 3.2)."
    other = newer.changed(train=newer.train.changed(seed=7))
    assert differences_in_words([older, other]) == "They differ in seed (0 and 7)."


def test_seeds_and_what_they_made_of_it() -> None:
    def report(right: int) -> object:
        labels = np.zeros(10, np.int64)
        chances = np.tile([0.9, 0.1], (10, 1))
        chances[right:] = [0.1, 0.9]
        return evaluate_judged(judged(labels, chances))

    specs = [changed(seed=seed) for seed in (1, 2, 3)]
    told = seeds_in_words(specs, [report(6), report(7), report(8)])  # type: ignore[list-item]
    assert "differ only in their seed" in told
    assert "Mean test accuracy 70.0\u00a0%, from 60.0\u00a0% to 80.0\u00a0%" in told
    assert "standard deviation 10 points over 3 seeds" in told
    assert seeds_in_words(specs, [report(6), None, None]).endswith("differs from the next.")  # type: ignore[list-item]
    assert seeds_in_words([SPEC, changed(learning_rate=0.1)], [None, None]) == ""
