"""`cnnviz app`: a server of our own making, so that these tests need no page."""

import getpass
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from cnnviz.cli import dashboard
from cnnviz.passcode import check_passcode
from tests.cli.conftest import Call, mistake
from tests.dashboard import ROOT, free_port


@pytest.fixture(autouse=True)
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script in the place of app.py, and no passcode unless a test sets one."""
    path = tmp_path / "app.py"
    path.write_text("import streamlit as st\nst.write('hello')\n")
    monkeypatch.setattr(dashboard, "APP", path)
    for name in ("CNNVIZ_PASSCODE", "CNNVIZ_PASSCODE_HASH"):
        monkeypatch.delenv(name, raising=False)
    return path


class Became(Exception):  # noqa: N818 - no error
    """What this process would have turned into."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.command, self.environment = command, environment

    def values(self, option: str) -> list[str]:
        return [value for name, value in zip(self.command, self.command[1:], strict=False) if name == option]


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch) -> list[Became]:
    seen: list[Became] = []
    monkeypatch.setattr(dashboard, "_become", lambda *given: seen.append(Became(*given)))
    return seen


@pytest.fixture
def port() -> str:
    return str(free_port())


def test_only_this_machine_by_default(call: Call, become: list[Became], port: str, home: Path) -> None:
    done = call("app", "--port", port)
    assert (done.code, done.out) == (0, f"cnnviz starts at http://127.0.0.1:{port} (Ctrl-C ends it)\n")
    server = become[0]
    assert server.values("--server.address") == ["127.0.0.1"]
    assert server.values("--server.port") == [port]
    assert server.values("--server.allowedHosts") == ["localhost", "127.0.0.1", "::1"]
    assert server.values("--server.maxUploadSize") == []  # as the configuration has it
    assert server.environment["CNNVIZ_HOME"] == str(home)
    assert "CNNVIZ_PASSCODE_HASH" not in server.environment


def test_a_network_needs_a_passcode(call: Call, become: list[Became], port: str) -> None:
    for given in (("--host", "0.0.0.0"), ("--allow-host", "cnn.example.org")):
        told = mistake(call("app", "--port", port, *given))
        assert told.startswith("others will reach the dashboard and no passcode is set; set CNNVIZ_PASSCODE")
    assert not become


def test_the_passcode_travels_as_its_hash(
    call: Call, become: list[Became], port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNVIZ_PASSCODE", "open sesame")
    assert call("app", "--host", "0.0.0.0", "--port", port).code == 0
    environment = become[0].environment
    assert check_passcode("open sesame", environment["CNNVIZ_PASSCODE_HASH"])
    assert "open sesame" not in str(become[0].command) + str(environment)
    names = become[0].values("--server.allowedHosts")
    assert {"localhost", "127.0.0.1", socket.gethostname().lower()} <= set(names)
    assert "*" not in names
    assert become[0].values("--server.maxUploadSize") == ["150"]


def test_a_passcode_that_is_set_counts_on_this_machine_too(
    call: Call, become: list[Became], port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNVIZ_PASSCODE", "open sesame")
    names = ("--allow-host", "CNN.example.org")
    assert call("app", "--port", port, *names).code == 0
    assert "CNNVIZ_PASSCODE_HASH" in become[0].environment
    assert "cnn.example.org" in become[0].values("--server.allowedHosts")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("open sesame", "open sesam"), "the two passcodes differ; start again"),
        (("abc", "abc"), "the passcode has 3 characters, expected 6 to 1000; choose another"),
        ((), "no passcode was typed; type one, or set CNNVIZ_PASSCODE"),
    ],
)
def test_a_bad_prompt(
    typed: tuple[str, ...], sentence: str, call: Call, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(typed, monkeypatch)
    assert mistake(call("app", "--host", "0.0.0.0", "--port", port)) == sentence


def test_a_prompt_on_a_terminal(call: Call, become: list[Became], port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(("open sesame", "open sesame"), monkeypatch)
    assert call("app", "--host", "0.0.0.0", "--port", port).code == 0
    assert check_passcode("open sesame", become[0].environment["CNNVIZ_PASSCODE_HASH"])


def answer_with(typed: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(typed)

    def answer(*_: object, **__: object) -> str:
        try:
            return next(answers)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr(getpass, "getpass", answer)
    for stream in (sys.stdin, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)


def test_a_port_in_use_is_named(call: Call, become: list[Became]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = mistake(call("app", "--port", str(port)))
    assert told == f"port {port} of 127.0.0.1 is in use by another program; end that or give another one with --port"
    assert not become


@pytest.mark.parametrize("port", ["0", "-1", "65536"])
def test_a_port_that_is_none(port: str, call: Call) -> None:
    assert mistake(call("app", "--port", port)).startswith(f"--port is {port}, expected 1 to 65535")


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", "", "a" * 300])
def test_a_host_that_is_not_this_machine(host: str, call: Call, port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_PASSCODE", "open sesame")
    assert mistake(call("app", "--host", host, "--port", port)).startswith("--host is ")


def test_without_streamlit(call: Call, become: list[Became], port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashboard, "find_spec", lambda _: None)
    assert mistake(call("app", "--port", port)) == (
        "the dashboard needs Streamlit, which is not installed; run: pip install streamlit"
    )
    assert not become


def test_without_the_script(call: Call, script: Path) -> None:
    script.unlink()
    assert mistake(call("app")) == (
        f"there is no {script}, the dashboard's script; it comes with the source, "
        "so clone the repository and start it there"
    )


@pytest.fixture
def server(script: Path, port: str, home: Path) -> Iterator["subprocess.Popen[str]"]:
    code = "import sys; from pathlib import Path; from cnnviz.cli import dashboard, main;"
    code += f"dashboard.APP = Path({str(script)!r}); sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "app", "--port", port, "--json"]
    environment = {**os.environ, "CNNVIZ_PASSCODE": "open sesame"}
    running = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def test_a_real_server(server: "subprocess.Popen[str]", port: str) -> None:
    assert server.stdout is not None
    assert server.stderr is not None
    told = json.loads(server.stdout.readline())
    assert told["address"] == f"http://127.0.0.1:{port}"
    assert told["pid"] == server.pid
    while "started on" not in (line := server.stderr.readline()):
        assert line, "the server ended"
    with urlopen(f"{told['address']}/_stcore/health", timeout=10) as answer:
        assert answer.read() == b"ok"
    environment = psutil.Process(server.pid).environ()
    assert "CNNVIZ_PASSCODE" not in environment
    assert check_passcode("open sesame", environment["CNNVIZ_PASSCODE_HASH"])
    server.terminate()
    assert server.wait(timeout=30) in (0, -15)
    assert server.stdout.read() == ""
