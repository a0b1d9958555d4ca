"""`cnnviz serve`: mistakes before anything starts, and starting again without TensorFlow."""

import json
import os
import socket
import subprocess
import sys

import pytest

from cnnviz.runs import Run
from tests.cli.conftest import Call, mistake
from tests.dashboard import ROOT, free_port
from tests.ui.made import small_spec


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    from cnnviz.training.execute import train

    return train(small_spec("digits"), tmp_path_factory.mktemp("trained"))


def test_a_port_in_use_is_named(call: Call, trained: Run) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = mistake(call("serve", trained.id, "--port", str(port), "--home", str(trained.home)))
    assert f"port {port} of 127.0.0.1 is in use" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--max-mib", "0"), "most_bytes"),
        (("--max-photos", "0"), "most_photos"),
        (("--host", "no such host"), "--host is 'no such host'"),
    ],
)
def test_settings_that_cannot_work(call: Call, trained: Run, options: tuple[str, ...], said: str) -> None:
    assert said in mistake(call("serve", trained.id, *options, "--home", str(trained.home)))


def test_a_run_without_a_model(call: Call, ended: Run) -> None:
    assert "has no model yet" in mistake(call("serve", ended.id, "--port", str(free_port())))


ASK = """
import json, sys, threading, urllib.request
from cnnviz.cli import main
import cnnviz.cli.serve as command

def stop(uvicorn, application, sockets, limits):
    print(json.dumps({"tensorflow": "tensorflow" in sys.modules, "keras": "keras" in sys.modules}))

command._run = stop
sys.exit(main(["serve", sys.argv[1], "--home", sys.argv[2], "--port", sys.argv[3], "--json"]))
"""


def test_the_second_start_needs_no_tensorflow(trained: Run) -> None:
    told = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", ASK, trained.id, str(trained.home), str(free_port())],
            cwd=ROOT,
            env={**os.environ},
            capture_output=True,
            text=True,
            timeout=180,
            check=True,
        )
        told.append([json.loads(line) for line in done.stdout.splitlines()] + [done.stderr])
    (first, loaded, notes), (again, later, silence) = told
    assert first["run_id"] == again["run_id"] == trained.id
    assert loaded == later == {"tensorflow": False, "keras": False}  # the conversion has a process of its own
    assert "converting the network to ONNX, once" in notes
    assert silence == ""
