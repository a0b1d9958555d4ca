"""The dashboard as a real process, for the tests that look at it from outside."""

import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT_S = 60
READY = "[data-testid='stApp'][data-test-connection-state='CONNECTED'][data-test-script-state='notRunning']"


class Dashboard:
    """One server with one home. It may be killed and started again; the address stays the same.

    Attributes:
        address: where it listens, such as `http://127.0.0.1:40123`.
        home: the CNNVIZ_HOME it works with.
    """

    def __init__(self, home: Path, log: Path, root: Path = ROOT) -> None:
        self.home = home
        self._root = root  # the checkout it is of
        self._log = log
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.address = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [
            *(sys.executable, "-m", "streamlit", "run", "app.py"),
            *("--server.port", str(self._port), "--server.headless", "true"),
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self._root,
                env={**os.environ, "PYTHONPATH": str(self._root), "CNNVIZ_HOME": str(self.home)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait_until_it_answers()

    def stop(self) -> None:
        """End the server in the polite way; the workers it started go on."""
        self._end_process(kill=False)

    def kill(self) -> None:
        """End the server with signal 9; the workers it started go on."""
        self._end_process(kill=True)

    def end(self) -> None:
        """End the server, then every process that works in this test's home."""
        self.stop()
        workers = processes_of(self.home)
        for worker in workers:
            with suppress(psutil.NoSuchProcess):
                worker.kill()
        psutil.wait_procs(workers, timeout=10)

    def open(self, page: Page, path: str = "/") -> None:
        """Open a page of the dashboard and wait until its script has run."""
        page.goto(self.address + path)
        page.wait_for_selector(READY, state="attached")

    def read_log(self) -> str:
        """Return what the server printed so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def _wait_until_it_answers(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise AssertionError(f"the dashboard ended, {self._process.returncode}:\n{self.read_log()}")
            waited = suppress(URLError, ConnectionError, TimeoutError)
            with waited, urlopen(f"{self.address}/_stcore/health", timeout=5):
                return
            time.sleep(0.05)
        raise AssertionError(f"the dashboard did not answer within {START_TIMEOUT_S} s:\n{self.read_log()}")

    def _end_process(self, *, kill: bool) -> None:
        if self._process is None:
            return
        if kill:
            self._process.kill()
        else:
            self._process.terminate()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_of(home: Path, word: str | None = None) -> list[psutil.Process]:
    """Return the running processes, this one left out, whose CNNVIZ_HOME is that folder.

    Args:
        home: the folder.
        word: one of the words of the command lines looked for; all processes where it is None.
    """
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):  # it may end between any two questions
            here = process.pid != os.getpid() and process.environ().get("CNNVIZ_HOME") == str(home)
            if here and (word is None or word in process.cmdline()):
                found.append(process)
    return found
