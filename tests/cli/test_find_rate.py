"""`cnnviz find-rate`, on the smallest trainings."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnviz.runs import RunStore
from cnnviz.spec import RunSpec
from cnnviz.training.queue import free_slot
from tests.cli.conftest import Call, mistake
from tests.dashboard import ROOT


@pytest.fixture
def file(spec: RunSpec, tmp_path: Path) -> str:
    path = tmp_path / "spec.json"
    path.write_text(spec.to_json())
    return str(path)


def own_runs() -> list[str]:
    return [row.id for row in RunStore().list() if not row.bundled]


def test_in_a_process_of_its_own(process: Call) -> None:
    done = process("find-rate", "--dataset", "digits", "--preset", "one-conv", "--json")
    assert done.code == 0
    values = done.json
    assert values.keys() >= {"rates", "losses", "smoothed", "suggested", "remark", "ending"}
    assert len(values["rates"]) == len(values["losses"]) == len(values["smoothed"]) > 50
    assert 1e-3 < values["suggested"] < 0.1  # Adam
    assert values["remark"] == ""
    assert all("looking for a rate" in line for line in done.err.splitlines())  # and nothing of TensorFlow's
    assert own_runs() == []


def test_for_people(call: Call, file: str) -> None:
    done = call("find-rate", "--spec", file)
    assert done.code == 0
    head, *rows, last = done.out.splitlines()
    assert head.split() == ["rate", "loss,", "smoothed"]
    assert rows[0].split()[0] == "0.000001"
    rates = [float(row.split()[0]) for row in rows]
    assert rates == sorted(rates)
    (steepest,) = [row for row in rows if row.endswith("falls most steeply")]
    assert last == f"suggested: {steepest.split()[0]}, the rate of every step"
    assert sum(row.endswith("lowest") for row in rows) == 1
    assert own_runs() == []


def test_the_same_seed_finds_the_same_whatever_the_rate(call: Call, file: str) -> None:
    first, second = (call("find-rate", "--spec", file, "--learning-rate", rate, "--json") for rate in ("0.5", "0.001"))
    assert first.json == second.json
    other = call("find-rate", "--spec", file, "--optimizer", "sgd", "--json").json
    assert not np.allclose(other["losses"][:50], first.json["losses"][:50], rtol=1e-6)


def test_why_there_is_none_is_said(call: Call, spec: RunSpec, tmp_path: Path) -> None:
    unsettled = tmp_path / "spec.json"  # of one class nearly alone counts what it costs: nothing to learn
    weights = tuple([0.0] * 9 + [1e-30])
    unsettled.write_text(spec.changed(train=spec.train.changed(class_weights=weights)).to_json())
    done = call("find-rate", "--spec", str(unsettled))
    assert done.code == 0
    assert done.out.splitlines()[-1].startswith("At no rate did the loss fall by more than")
    assert call("find-rate", "--spec", str(unsettled), "--json").json["suggested"] is None


def test_settings_that_cannot_work_are_refused(call: Call) -> None:
    assert "there is no data set 'nope'" in mistake(call("find-rate", "--dataset", "nope"))
    assert "layer 4" in mistake(call("find-rate", "--dataset", "digits", "--preset", "two-conv"))
    assert "there is no option '--resume'" in mistake(call("find-rate", "--resume", "latest"))


def test_another_training_is_said(call: Call, file: str) -> None:
    slot = free_slot(RunStore(), give_up=lambda: False)
    assert slot is not None
    with slot:
        done = call("find-rate", "--spec", file, "--json")
    assert done.code == 0
    assert done.err.splitlines()[0] == "another run is training, so this is slower than usual"


def test_an_interrupt_ends_it(file: str, home: Path) -> None:
    at_once = "import sys, cnnviz.cli.progress as p; p._LINE_EVERY_S = 0.0; from cnnviz.cli import main; "
    running = subprocess.Popen(  # it says how far it is all the time, to know that it is under way
        [sys.executable, "-c", f"{at_once}sys.exit(main(sys.argv[1:]))", "find-rate", "--spec", file, "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    line = running.stderr.readline()
    while not line.startswith("looking for a rate: 1 %"):
        assert line, "it ended before it was interrupted"
        line = running.stderr.readline()
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=120)
    assert running.returncode == 130
    assert out == ""
    assert err.splitlines()[-1] == "interrupted"
    assert "Traceback" not in err
    assert own_runs() == []
