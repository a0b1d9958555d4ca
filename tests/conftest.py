"""What all tests share: a home of their own, a browser, and the dashboard as a real process."""

import os
import shutil
import signal
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.dashboard import ROOT, Dashboard

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = f"no Chromium found (looked for {', '.join(BROWSERS)}); install one to run the browser tests"
PATIENCE_MS = 45_000  # nothing here is about speed, and the machine may be busy
LAUNCH_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def pytest_configure() -> None:
    """Settle what has to stand before TensorFlow is imported, here and in every process the tests start."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background job; the processes started would too
        signal.signal(signal.SIGINT, signal.default_int_handler)
    expect.set_options(timeout=PATIENCE_MS)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))


@pytest.fixture(scope="session", autouse=True)
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Runs that a module of tests shares wait for nothing else that trains on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNVIZ_PLACES", str(tmp_path_factory.mktemp("places")))
        yield


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh home, set as CNNVIZ_HOME for every test: none ever touches the user's own."""
    folder = tmp_path / "home"
    monkeypatch.setenv("CNNVIZ_HOME", str(folder))
    monkeypatch.setenv("CNNVIZ_PLACES", str(tmp_path / "places"))  # whatever else trains on this machine
    monkeypatch.setenv("CNNVIZ_BUNDLED", str(tmp_path / "no bundled runs"))  # none, unless a test puts some there
    monkeypatch.setenv("CNNVIZ_KEEP_WARM", "0")  # a worker with TensorFlow for each page that is looked at is too much
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium. Without one the test is skipped, or fails under CNNVIZ_REQUIRE_BROWSER=1."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return found
    if os.environ.get("CNNVIZ_REQUIRE_BROWSER") == "1":
        pytest.fail(NO_BROWSER)
    pytest.skip(NO_BROWSER)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A running Chromium. One a module, not one a session: while Playwright runs, asyncio.run() cannot."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=LAUNCH_ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty tab as large as a projector; `page.context.new_page()` opens another beside it."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def dashboard(home: Path, tmp_path: Path) -> Iterator[Dashboard]:
    """The dashboard, started on a free port of 127.0.0.1 with the test's home; see tests/dashboard.py."""
    running = Dashboard(home, log=tmp_path / "dashboard.log")
    try:
        running.start()
        yield running
    finally:
        running.end()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the dashboard's log with a test that failed."""
    report = yield
    running = getattr(item, "funcargs", {}).get("dashboard")
    if report.failed and running is not None:
        report.sections.append(("dashboard log", running.read_log()))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it aloud when the browser tests were skipped."""
    skipped = [r for r in terminalreporter.stats.get("skipped", ()) if NO_BROWSER in str(r.longrepr)]
    if skipped:
        terminalreporter.section(f"{len(skipped)} BROWSER TESTS SKIPPED", sep="!", yellow=True, bold=True)
        terminalreporter.line(NO_BROWSER)
