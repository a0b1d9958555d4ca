"""Photos that ask for gigabytes, sent to a real server: its memory stays within 300 MB of what it takes at rest."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnnviz.runs import Run
from tests.data.greedy import GREEDY, LARGE
from tests.data.measuring import MOST_MEMORY
from tests.serving.served import Server, photo, problem

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the peak of another process is read from /proc")

SENT = (
    *("tile-bigger.tif", "tile-lzw.tif", "tags-of-one-place.tif", "text.png", "profile.png", "animated.png"),
    *("exif.jpg", "segments.jpg", "scans.jpg", "progressive-inks.jpg", "frame.gif", "canvas-just-below.webp"),
)
SENT_LARGE = ("inks.jpg", "transparent.png", "deep.png", "grey.bmp", "fifteen-megapixels.webp")


@pytest.fixture(scope="module")
def roomy(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the usual limit."""
    running = Server(run, tmp_path_factory.mktemp("roomy") / "log", "--max-mib", "32")
    yield running
    running.end()


def peak_above_rest(server: Server, *files: tuple[str, bytes], query: str = "") -> int:
    """Send files; return the bytes by which the server grew at the most, and leave it as it was."""
    server.files(("good.png", photo()[0]))
    process = Path("/proc") / str(server.process.pid)
    (process / "clear_refs").write_text("5")  # forget the peak until now
    rest = peak(process)
    answer = server.files(*files, path=f"/v1/classify{query}")
    assert answer.status in (200, 422), answer.body
    return peak(process) - rest


def peak(process: Path) -> int:
    (line,) = (line for line in (process / "status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


@pytest.mark.parametrize("name", SENT)
def test_what_asks_for_much_gets_little(roomy: Server, name: str) -> None:
    make, said = GREEDY[name]
    content = make()
    assert peak_above_rest(roomy, (name, content)) < MOST_MEMORY
    if said:
        problem(roomy.files((name, content)), 422, said)


@pytest.mark.parametrize("name", SENT_LARGE)
@pytest.mark.parametrize("query", ["", "?whole=true"])
def test_a_photo_of_25_megapixels_is_answered(roomy: Server, name: str, query: str) -> None:
    content = LARGE[name]()
    assert peak_above_rest(roomy, (name, content), query=query) < MOST_MEMORY


def test_many_large_photos_take_little_more_than_one(roomy: Server) -> None:
    content = LARGE["transparent.png"]()
    assert peak_above_rest(roomy, *((str(number), content) for number in range(5))) < MOST_MEMORY
