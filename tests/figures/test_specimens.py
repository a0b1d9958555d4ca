from types import SimpleNamespace

import numpy as np

from cnnviz.figures.specimens import output_data


def terms(logits: list[float], head: str) -> SimpleNamespace:
    array = np.array(logits)
    return SimpleNamespace(
        head=head,
        logits=array,
        shift=0.0,
        exponentials=np.exp(-array),
        total=1 + np.exp(-array),
        probabilities=np.array([0.25, 0.75]) if len(logits) == 1 else 1 / (1 + np.exp(-array)),
    )


def test_one_sigmoid_is_the_second_class() -> None:
    data = output_data(terms([1.1], "sigmoid"), ("cat", "dog"), 1)  # type: ignore[arg-type]
    assert (data["names"], data["other"], data["probabilities"]) == (["dog"], "cat", [0.75])


def test_many_sigmoids_are_classes_of_their_own() -> None:
    data = output_data(terms([1.0, -2.0, 0.0], "sigmoid"), ("a", "b", "c"), None)  # type: ignore[arg-type]
    assert (data["names"], data["other"], data["label"]) == (["a", "b", "c"], None, None)
    assert len(data["probabilities"]) == 3
