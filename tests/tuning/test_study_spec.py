"""The settings of a study: what is refused, and what its trials begin with."""

from typing import Any

import pytest

from cnnviz.errors import SpecError
from cnnviz.spec import preset
from cnnviz.tuning import START_FROM, Between, OneOf, StudySpec
from tests.tuning.made import RATES, base, study_spec

UNITS = Between(low=32, high=256, step=32, whole=True)


def one_of(*values: str) -> OneOf:
    return OneOf(values=values)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"space": {"depth": UNITS}}, "'depth' is no setting that can be searched; choose from blocks"),
        (
            {"space": {"units": UNITS}, "base": preset("regularised")},
            "units says nothing here: these settings have no such layers, so leave it out",
        ),
        ({"space": {START_FROM: OneOf(values=(1, 2))}}, "start_from takes the ids of runs and 'nothing'"),
        ({"space": {START_FROM: RATES}}, "start_from takes the ids of runs and 'nothing'"),
        (
            {"base": base().changed(data=base().data.changed(validation=0))},
            "a search chooses by validation images and the validation share is 0; set it to 0.1, say",
        ),
        ({"objectives": ("accuracy", "accuracy"), "pruner": "none"}, "an objective is given twice; give each once"),
        ({"objectives": ("parameters",)}, "something of the objectives must be learned; add accuracy or loss"),
        (
            {"objectives": ("accuracy", "parameters")},
            "several objectives have no order by which the pruner median could end a trial; use none",
        ),
        (
            {"space": dict.fromkeys(("dropout", "shift", "zoom", "contrast"), Between(low=0, high=0.3, step=0.01)),
             "sampler": "grid"},
            "this grid has 923,521 combinations and at most 100,000 are possible; try fewer values",
        ),
        ({"objectives": ()}, "the setting objectives cannot be used"),
        ({"name": "My study"}, "'My study' cannot be a study's name; use 2 to 60 of a to z, 0 to 9 and hyphens"),
        ({"name": "../up"}, "'../up' cannot be a study's name"),
        ({"name": "line\n"}, "cannot be a study's name"),
        ({"space": {"optimizer": one_of("adam", "best")}}, "optimizer takes no 'best'; give some such as adam,sgd"),
        ({"space": {"activation": one_of("tanh", "bent")}}, "activation takes no 'bent'; give some such as relu,"),
        ({"space": {"units": one_of("many")}}, "units takes no 'many'; give some such as 32..256/32"),
        ({"behind": 0}, "the setting behind cannot be used"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_in_a_sentence(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        study_spec(**values)
    assert sentence in str(refused.value)


def test_nothing_to_search_is_refused() -> None:
    with pytest.raises(SpecError, match="the setting space cannot be used"):
        StudySpec(name="rates", base=base(), space={})


@pytest.mark.parametrize(
    "storage",
    [
        "postgresql+psycopg://cnnviz:hunter2@db.example.org/studies",
        "mysql://cnnviz:hun@ter2@db/studies",
        "postgresql://:hunter2@db/studies",
        "postgresql://cnnviz@db/studies?password=hunter2",
        "mysql+pymysql://cnnviz@db/studies?charset=utf8&passwd=hunter2",
    ],
)
def test_a_password_in_the_storages_address_is_refused_and_not_repeated(storage: str) -> None:
    with pytest.raises(SpecError) as refused:
        study_spec(storage=storage)
    assert str(refused.value).startswith("the storage has a password in its address, which would be kept in a file")
    assert "PGPASSWORD" in str(refused.value)
    assert "ter2" not in str(refused.value)


@pytest.mark.parametrize(
    "storage",
    ["", "sqlite:////data/studies.db", "postgresql+psycopg://cnnviz@db.example.org:5432/studies", "mysql://db/x?a=1"],
)
def test_an_address_without_a_password_is_taken(storage: str) -> None:
    assert study_spec(storage=storage).storage == storage


def test_the_first_trial_has_the_bases_own_values_where_all_are_tried() -> None:
    assert study_spec().first == {"learning_rate": 0.001}
    space = {"learning_rate": RATES, "units": UNITS, START_FROM: OneOf(values=("nothing", "some-run"))}
    assert study_spec(space).first == {"learning_rate": 0.001, "units": 32, START_FROM: "nothing"}
    assert study_spec({"learning_rate": Between(low=0.01, high=0.1)}).first is None
    assert study_spec({START_FROM: OneOf(values=("some-run",))}).first is None
    without = preset("regularised")  # its dropouts differ
    assert study_spec({"dropout": Between(low=0, high=0.5)}, base=without).first is None


def test_a_trial_never_sees_the_test_images() -> None:
    own = base(epochs=7, tests="epoch", views=6, seconds=30, seed=4)
    spec = study_spec(base=own)
    assert spec.trial_base == own.changed(train=own.train.changed(tests="never", views=1, seconds=None))
    short = study_spec(base=own, epochs=2, train_images=50).trial_base
    assert (short.train.epochs, short.data.train_images, short.train.seed) == (2, 50, 4)
    assert (short.data.validation, short.model) == (own.data.validation, own.model)


def test_it_is_the_same_after_being_written_and_read() -> None:
    spec = study_spec({"learning_rate": RATES, "flip": OneOf(values=(False, True)), "units": UNITS}, seed=3)
    again = StudySpec.from_json(spec.to_json())
    assert again == spec
    assert again.space["flip"].grid[0] is False


def test_combinations() -> None:
    assert study_spec({"units": UNITS, "flip": OneOf(values=(False, True))}).combinations == 16
