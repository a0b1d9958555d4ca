"""Downloading a published file: with progress, resumed where it stopped, checked, and given up on in time.

What has arrived lies in `<filename>.part`. It is continued by an HTTP range request, and used only when its
size and SHA-256 are the published ones; anything else is deleted. RFC 9110, section 14, has the ranges.
"""

import hashlib
import http.client
import os
import queue
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from os.path import isfile, lexists
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from cnnviz.errors import DataError
from cnnviz.files import storage_errors

__all__ = [
    "TIMEOUT_S",
    "DownloadError",
    "Progress",
    "RemoteFile",
    "alone",
    "checksum_fits",
    "fetch",
    "host_of",
    "published_size",
]

Progress = Callable[[int, int | None], None]

TIMEOUT_S = 8.0  # seconds of silence that end an attempt; the person hears of it within ten
SLOWEST = 2_000  # bytes a second over `PACE_WINDOW_S`; at that rate CIFAR-10 would take a day
PACE_WINDOW_S = 30.0
CHUNK = 256 * 1024  # bytes
MOST_ATTEMPTS = 50  # each must have brought something, so only a connection that breaks for ever gets here
LOCK_WAIT_S = 2.0  # another process's download takes minutes: say so rather than wait
BEGINNINGS = {".gz": b"\x1f\x8b", ".npz": b"PK", ".h5": b"\x89HDF"}  # by which a log-in page in a file's place is told


@dataclass(frozen=True)
class RemoteFile:
    """A published file.

    Attributes:
        filename: its name, the same when somebody drops it into the home.
        base: the published address without the file's name.
        size: bytes.
        sha256: of the whole file, in hexadecimal; empty where it is not published.
        variable: the environment variable that may hold another address of the same file; empty for none.
        md5: of the whole file, in hexadecimal, where that is published instead; empty for none.
    """

    filename: str
    base: str
    size: int
    sha256: str
    variable: str = ""
    md5: str = ""

    @property
    def address(self) -> str:
        """Where to download from: what the environment variable says, else the published address.

        Raises:
            DataError: the variable holds something that is not an http or https address.
        """
        chosen = os.environ.get(self.variable, "").strip() if self.variable else ""
        if not chosen:
            return self.base + self.filename
        try:
            parts = urlsplit(chosen)
        except ValueError:  # such as half a pair of brackets
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise DataError(
                f"{self.variable} is {chosen!r:.200}, expected an address that begins with http:// or https://; "
                "correct it or unset it"
            )
        return chosen


class DownloadError(DataError):
    """A file did not arrive; the message is the reason alone, for a sentence of the caller's."""


class _BrokenError(Exception):
    """The connection failed or ended early; what arrived is kept and may be continued."""


def fetch(
    remote: RemoteFile, folder: Path, on_progress: Progress | None = None, timeout_s: float | None = None
) -> Path:
    """Download a file, or what is missing of it.

    Args:
        remote: what to download, with its size and checksum.
        folder: where the partial file is kept; made when missing.
        on_progress: called with the bytes that are there and the bytes of the whole.
        timeout_s: seconds of silence after which to give up; None for `TIMEOUT_S`.

    Returns:
        The complete, checked file, still under its `.part` name.

    Raises:
        DownloadError: no network, a refusal, or wrong content (which is deleted).
        StorageError: the disk is full, read-only or refuses.
    """
    part = folder / f"{remote.filename}.part"
    with storage_errors(part):
        folder.mkdir(parents=True, exist_ok=True)
    if lexists(part) and not isfile(part):  # a pipe or a device: writing to it might never end
        _discard(part)
    silence_s = TIMEOUT_S if timeout_s is None else timeout_s
    pace = _Pace()
    if on_progress:
        on_progress(min(_size(part), remote.size), remote.size)
    for _ in range(MOST_ATTEMPTS):
        before = _size(part)
        if before > remote.size:
            before = _discard(part)
        if before == remote.size:
            break
        try:
            _continue(remote, part, before, on_progress, silence_s, pace)
        except _BrokenError as fault:
            if _size(part) <= before:  # nothing came, so asking again would not help either
                kept = "; what has arrived is kept and continued next time" if _size(part) else ""
                raise DownloadError(f"{fault}{kept}") from fault
    if _size(part) < remote.size:
        raise DownloadError("the connection broke too often; what has arrived is kept and continued next time")
    if not checksum_fits(remote, part):
        _discard(part)
        raise DownloadError("what arrived is not the published file, and was deleted")
    return part


def checksum_fits(remote: RemoteFile, path: Path) -> bool:
    """Say whether a file has the published checksum; of one without there is nothing to compare.

    Raises:
        StorageError: it cannot be read.
    """
    algorithm, expected = ("sha256", remote.sha256) if remote.sha256 else ("md5", remote.md5)
    if not expected:
        return True
    with storage_errors(path), path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest() == expected


def published_size(address: str, folder: Path, timeout_s: float | None = None) -> int:
    """Ask a server how large a file is, where nobody published that.

    Args:
        address: the file's.
        folder: where it will be kept.
        timeout_s: as for `fetch`.

    Raises:
        DownloadError: no network, a refusal, or a server that does not say it.
    """
    silence_s = TIMEOUT_S if timeout_s is None else timeout_s
    try:
        with _ask(address, 0, folder, silence_s) as response:
            length = response.headers.get("Content-Length", "")
    except _BrokenError as fault:
        raise DownloadError(str(fault)) from fault
    if not length.isdigit():
        raise DownloadError("the server does not say how large the file is")
    return int(length)


@contextmanager
def alone(folder: Path, name: str) -> Iterator[None]:
    """Keep two processes from writing the same partial file.

    Args:
        folder: where it is kept; made when missing.
        name: of what is downloaded.

    Raises:
        DownloadError: another process is at it.
        StorageError: the folder cannot be written.
    """
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f".{name}.lock", timeout=LOCK_WAIT_S)
        try:
            lock.acquire()
        except Timeout:
            raise DownloadError("it is being downloaded by another process") from None
    try:
        yield
    finally:
        lock.release()


class _Pace:
    """Gives up on a server that drips: never silent, yet never done. Counts over all attempts."""

    def __init__(self) -> None:
        self._since, self._came = monotonic(), 0

    def add(self, n_bytes: int) -> None:
        """Count what came.

        Raises:
            DownloadError: it was too little for too long.
        """
        self._came += n_bytes
        elapsed = monotonic() - self._since
        if elapsed < PACE_WINDOW_S:
            return
        if self._came < SLOWEST * elapsed:
            raise DownloadError(
                f"the server sends less than {SLOWEST / 1000:g} kB a second; what has arrived is kept and continued "
                "next time"
            )
        self._since, self._came = monotonic(), 0


def _continue(
    remote: RemoteFile, part: Path, have: int, on_progress: Progress | None, silence_s: float, pace: _Pace
) -> None:
    """Ask for the file from byte `have` on, and append what comes until it ends or breaks."""
    response = _ask(remote.address, have, part, silence_s)
    with response:
        start = _start(response, have)
        length = response.headers.get("Content-Length", "")
        if length.isdigit() and start + int(length) != remote.size:
            raise DownloadError(
                f"the server offers a file of {start + int(length):,} bytes where the published one has {remote.size:,}"
            )
        content = _next(response)
        if start == 0 and not _may_begin(remote.filename, content):  # before what is there is overwritten
            raise DownloadError("the server sent something else in the file's place, perhaps a log-in page")
        with storage_errors(part):
            file = part.open("r+b" if start else "wb")
        with file:
            file.seek(start)
            while True:
                with storage_errors(part):
                    file.write(content[: remote.size - file.tell()])
                    file.flush()  # so that what has come is there even when this process is killed
                    have = file.tell()
                if on_progress:
                    on_progress(have, remote.size)
                if have >= remote.size:
                    return
                pace.add(len(content))
                content = _next(response)


def _next(response: http.client.HTTPResponse) -> bytes:
    """Return the next bytes of the body, as soon as there are any."""
    try:
        content = response.read1(CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise _BrokenError(_reason(error)) from error
    if not content:
        raise _BrokenError("the connection ended early")
    return content


def _may_begin(filename: str, content: bytes) -> bool:
    """Say whether a file of this name can begin with these bytes."""
    expected = BEGINNINGS.get(Path(filename).suffix, b"")
    return content[: len(expected)] == expected[: len(content)]


def _start(response: http.client.HTTPResponse, have: int) -> int:
    """Say from which byte on the server answers: where we asked, or from the beginning."""
    if response.status != http.HTTPStatus.PARTIAL_CONTENT:
        return 0
    if not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
        raise DownloadError("the server answered with another part of the file than was asked for")
    return have


def _ask(address: str, have: int, part: Path, silence_s: float) -> http.client.HTTPResponse:
    """Open the address, in a thread of its own because looking up a name heeds no time-out."""
    headers = {"User-Agent": "cnnviz", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    answers: queue.Queue[http.client.HTTPResponse | Exception] = queue.Queue()
    given_up = threading.Event()

    def work() -> None:
        try:
            answer = _opener().open(urllib.request.Request(address, headers=headers), timeout=silence_s)
        except Exception as error:  # noqa: BLE001, handed to the thread that waits
            answer = error
        answers.put(answer)
        if given_up.is_set():
            _close(answer)

    threading.Thread(target=work, name="cnnviz-download", daemon=True).start()
    try:
        answer = answers.get(timeout=silence_s)
    except queue.Empty:
        given_up.set()
        with suppress(queue.Empty):  # it came at this very moment
            _close(answers.get_nowait())
        raise _BrokenError(f"no answer within {silence_s:g} s") from None
    if isinstance(answer, http.client.HTTPResponse):
        return answer
    _close(answer)
    if isinstance(answer, urllib.error.HTTPError) and answer.code == 416:  # the part is no part of this file
        _discard(part)
    raise _BrokenError(_reason(answer)) from answer


def _opener() -> urllib.request.OpenerDirector:
    """Make an opener for http and https alone: redirections to files or FTP find no handler."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.UnknownHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPErrorProcessor,
    ):
        opener.add_handler(handler())
    return opener


def _reason(error: Exception) -> str:
    """Say in a person's words why a connection failed."""
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answered {error.code} {error.reason}"[:120]
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, socket.gaierror):
        return "there is no network, or the server's name is unknown"
    if isinstance(cause, TimeoutError):
        return "the server fell silent"
    if isinstance(cause, ConnectionRefusedError):
        return "the server refused the connection"
    if isinstance(cause, ssl.SSLError):
        return f"the secure connection failed ({cause.reason or cause})"
    if isinstance(cause, http.client.IncompleteRead | ConnectionError):
        return "the connection broke"
    return str(getattr(cause, "strerror", None) or cause or type(cause).__name__).splitlines()[0][:120]


def host_of(address: str) -> str:
    """Return the server's name of an address, without any password in it."""
    return urlsplit(address).hostname or address


def _close(answer: object) -> None:
    if isinstance(answer, http.client.HTTPResponse | urllib.error.HTTPError):
        answer.close()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _discard(path: Path) -> int:
    with storage_errors(path):
        path.unlink(missing_ok=True)
    return 0
