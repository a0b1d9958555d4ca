"""Real trainings of the smallest kind."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cnnviz.cli.progress import training_progress
from cnnviz.errors import CnnvizError
from cnnviz.runs import Run, RunStore
from cnnviz.spec import Convolution, Dense, Flatten, RunSpec
from tests.cli.conftest import Call, Done, mistake
from tests.dashboard import ROOT


@pytest.fixture
def file(spec: RunSpec, tmp_path: Path) -> str:
    path = tmp_path / "spec.json"
    path.write_text(spec.to_json())
    return str(path)


def test_train_in_a_process_of_its_own(process: Call) -> None:
    done = process("train", "--dataset", "digits", "--preset", "one-conv", "--epochs", "1", "--json")
    assert done.code == 0
    values = done.json
    assert values.keys() >= {"run_id", "state", "epochs_done", "images_per_second", "history", "test"}
    assert (values["state"], values["epochs_done"]) == ("completed", 1)
    assert values["images_per_second"] > 0
    assert values["history"].keys() == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(len(column) == 1 for column in values["history"].values())
    assert values["test"].keys() == {"loss", "accuracy"}
    *under_way, epoch = done.err.splitlines()  # on a busy machine there is news before the epoch is over
    assert epoch.startswith("epoch 1/1: loss ")
    assert all(re.match(r"\d+%: loss ", line) for line in under_way)  # and nothing of TensorFlow's
    assert done.err.count("\n") == len(under_way) + 1
    assert RunStore().get(values["run_id"]).state == "completed"


def test_the_same_seed_gives_the_same_history(call: Call, file: str) -> None:
    first, second = (call("train", "--spec", file, "--epochs", "2", "--json").json for _ in range(2))
    assert first["history"] == second["history"]
    assert first["run_id"] != second["run_id"]


def test_for_people(call: Call, file: str, tmp_path: Path) -> None:
    home = str(tmp_path / "other")
    done = call("train", "--spec", file, "--name", "Monday", "--home", home)
    assert done.code == 0
    assert done.out.startswith("Monday on digits, completed: 1 epoch; test accuracy ")
    assert f" --home {home}" in done.out.splitlines()[-1]


def test_without_validation(call: Call, file: str) -> None:
    values = call("train", "--spec", file, "--validation", "0", "--json").json
    assert (values["history"]["val_loss"], len(values["history"]["loss"])) == ([], 1)


def test_few_validation_images_are_said(call: Call, file: str) -> None:
    few = ("train", "--spec", file, "--validation", "0.1")
    values = call(*few, "--json").json
    assert values["val_images"] == 10
    assert [doubt["kind"] for doubt in values["doubts"]][-1:] == ["few"]
    done = call(*few)
    assert re.search(r"validation accuracy [\d.]+ % of 10 images", done.out)
    assert re.search(r"Its validation accuracy, \d+ %, is of 10 images only: ", done.out)
    assert re.search(r"accuracy [\d.]+ % of 10 images", done.err)


def test_images_per_second_counts_every_image(call: Call, file: str) -> None:
    values = call("train", "--spec", file, "--epochs", "2", "--json").json
    assert values["images_per_second"] * values["seconds"] == pytest.approx(160, abs=2)  # 2 x (100 - 20)


def test_divergence_is_a_mistake_with_its_numbers(call: Call, spec: RunSpec, tmp_path: Path) -> None:
    # without ReLU nothing dies, so weights that are far too large grow until they are no numbers
    layers = (Convolution(filters=4, activation="linear"), Flatten(), Dense(units=8, activation="linear"))
    path = tmp_path / "spec.json"
    path.write_text(spec.changed(model=spec.model.changed(layers=layers)).to_json())
    huge = ("--optimizer", "sgd", "--learning-rate", "100", "--epochs", "50", "--json")
    done = call("train", "--spec", str(path), *huge)
    assert done.code == 2
    assert done.json["state"] == "diverged"
    line = done.err.splitlines()[-1]
    assert line.startswith(f"error: the run {done.json['run_id']} diverged: the loss was not a number at step ")
    assert line.endswith("; lower the learning rate")


def test_settings_that_do_not_fit_leave_no_run(call: Call) -> None:
    assert "there is no data set 'nope'" in mistake(call("train", "--dataset", "nope"))
    assert "layer 4" in mistake(call("train", "--dataset", "digits", "--preset", "two-conv"))
    assert not [row for row in RunStore().list() if not row.bundled]


def test_resume_takes_nothing_else(call: Call, ended: Run) -> None:
    told = mistake(call("train", "--resume", ended.id, "--epochs", "3", "--augment"))
    assert "was given --epochs, --augment too; leave that out" in told
    assert "there is no run called 'nothing'" in mistake(call("train", "--resume", "nothing"))


def test_resume_to_the_end_and_not_further(call: Call, ended: Run) -> None:
    done = call("train", "--resume", "latest", "--json")
    assert (done.code, done.json["run_id"], done.json["state"]) == (0, ended.id, "completed")
    assert "only a stopped, interrupted or failed run can be resumed" in mistake(call("train", "--resume", ended.id))


def started(file: str, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "cnnviz", "train", "--spec", file, "--epochs", "1000", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(process: "subprocess.Popen[str]") -> Done:
    out, err = process.communicate(timeout=300)
    return Done(process.returncode, out, err)


def test_an_interrupt_stops_the_run_and_says_how_to_go_on(file: str, call: Call) -> None:
    running = started(file, "--json")
    assert running.stderr is not None
    while not running.stderr.readline().startswith("epoch 1/"):
        assert running.poll() is None, "it ended before its first epoch"
    running.send_signal(signal.SIGINT)
    done = end(running)
    assert done.code == 130
    values = json.loads(done.out)
    assert values["state"] == "stopped"
    assert values["epochs_done"] >= 1
    assert values["test"] is None  # measured once, at the end
    assert done.err.splitlines()[-1].endswith(f"; resume it with: cnnviz train --resume {values['run_id']}")
    assert "Traceback" not in done.err
    run = RunStore().get("latest")
    assert (run.id, run.state) == (values["run_id"], "stopped")


def test_a_run_waits_for_another_and_can_give_up(file: str, call: Call) -> None:
    from cnnviz.training.queue import free_slot

    slot = free_slot(RunStore(), give_up=lambda: True)
    assert slot is not None
    with slot:
        waiting = started(file)
        assert waiting.stderr is not None
        assert waiting.stderr.readline().startswith("another run is training; this one waits for its turn")
        while not (own := [row for row in RunStore().list() if not row.bundled]):
            os.sched_yield()
        assert call("runs", "stop", own[0].run_id).code == 0
        done = end(waiting)
    assert done.code == 130
    assert "stopped before its turn came; resume it with: cnnviz train --resume" in done.err
    assert done.out == ""


def test_an_error_of_ours_is_a_bug_and_kept(call: Call, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnviz.training import execute

    def broken(*_: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(execute, "Fit", broken)
    done = call("train", "--spec", file, "--json")
    assert (done.code, done.json["state"], done.json["test"]) == (1, "failed", None)
    assert done.err.startswith("bug: ZeroDivisionError: oh; please report it")
    assert done.err.count("\n") == 1
    log = (RunStore().get("latest").folder / "worker.log").read_text()
    assert "Traceback" in log


def test_a_failure_of_the_users_is_a_mistake(call: Call, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnviz.training import execute

    def full(*_: object) -> None:
        raise CnnvizError("cannot write there: the disk is full; free some space and try again")

    monkeypatch.setattr(execute, "Fit", full)
    done = call("train", "--spec", file)
    run = RunStore().get("latest")
    assert mistake(done) == (
        f"the run {run.id} failed: cannot write there: the disk is full; free some space and try again"
    )


def broken_package(folder: Path, name: str) -> str:
    """A package that cannot be imported, before the real one on the path."""
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text("raise ImportError('libcuda.so: no such file')")
    return os.pathsep.join((str(folder), os.environ["PYTHONPATH"]))


@pytest.mark.parametrize("resumed", [False, True])
def test_without_tensorflow(process: Call, file: str, ended: Run, tmp_path: Path, resumed: bool) -> None:
    arguments = ("--resume", ended.id) if resumed else ("--spec", file)
    told = mistake(process("train", *arguments, PYTHONPATH=broken_package(tmp_path, "tensorflow")))
    assert told == (
        "this command needs TensorFlow, which cannot be imported (libcuda.so: no such file); "
        "run: pip install tensorflow"
    )
    assert [row.run_id for row in RunStore().list() if not row.bundled] == [ended.id]
    assert ended.state == "stopped"


def test_progress_never_ends_a_training(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def isatty(self) -> bool:
            return False

        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Gone())
    with training_progress(1) as on_event:
        on_event({"kind": "epoch", "epoch": 1, "loss": 1.0, "accuracy": 0.5})


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are of Unix")
def test_a_terminal_gets_a_bar(file: str) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cnnviz", "train", "--spec", file, "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, text=True) as running:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            shown += piece
        os.close(ours)
        assert running.stdout is not None
        assert json.loads(running.stdout.read())["state"] == "completed"
    assert "━".encode() in shown
    assert b"epoch 1/1: loss " in shown


def test_a_training_begins_with_another_run(call: Call, file: str) -> None:
    first = call("train", "--spec", file, "--json").json["run_id"]
    done = call("train", "--dataset", "digits", "--start-from", first, "--epochs", "1", "--json")
    values = call("runs", "show", done.json["run_id"], "--json").json
    beginning = values["spec"]["beginning"]
    assert (beginning["network"], beginning["frozen"], beginning["head"]) == (first, "all", "kept")
    assert values["trained_parameters"] == 32 * 10 + 10 < values["parameters"]
    assert values["spec"]["train"]["batch_size"] == 32  # gentle settings,
    assert not values["spec"]["train"]["augmentation"]["flip"]  # for characters
    shown = call("runs", "show", done.json["run_id"]).out
    assert re.search(r"^begins with +.*, all frozen$", shown, re.MULTILINE)
    given = call("train", "--start-from", first, "--spec", file, "--freeze", "conv2d_1", "--json").json["run_id"]
    spec = call("runs", "show", given, "--json").json["spec"]
    assert (spec["beginning"]["frozen"], spec["train"]["batch_size"]) == ("conv2d_1", 16)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--freeze", "all"), "--freeze is about a network to begin with and none was given; add --start-from RUN"),
        (("--start-from", "nobody"), "there is no run called 'nobody'"),
        (("--start-from", "keras:NoSuchNet"), "there is no published network 'NoSuchNet'; choose one of MobileNetV2"),
    ],
)
def test_a_beginning_that_cannot_be_is_a_mistake(call: Call, arguments: tuple[str, ...], said: str) -> None:
    assert said in mistake(call("train", "--dataset", "digits", *arguments))
