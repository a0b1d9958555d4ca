import dataclasses
import os
import socket
import threading
import time
from pathlib import Path

import pytest

from cnnviz import download
from cnnviz.download import DownloadError, RemoteFile, fetch, host_of
from cnnviz.errors import DataError, StorageError
from tests.data.helpers import Server

PART = "file.tar.gz.part"


def test_a_file_arrives_with_progress(server: Server, remote: RemoteFile, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    part = fetch(remote, tmp_path / "new", lambda done, total: seen.append((done, total)))
    assert part == tmp_path / "new" / PART
    assert part.read_bytes() == server.content
    assert seen[0] == (0, remote.size)
    assert seen[-1] == (remote.size, remote.size)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_broken_connection_is_continued_where_it_broke(server: Server, remote: RemoteFile, tmp_path: Path) -> None:
    server.cut_after = [100_000, 50_000]
    assert fetch(remote, tmp_path).read_bytes() == server.content
    assert server.asked == ["", "bytes=100000-", "bytes=150000-"]


def test_a_later_try_continues_what_is_there(server: Server, remote: RemoteFile, tmp_path: Path) -> None:
    (tmp_path / PART).write_bytes(server.content[:200_000])
    seen: list[int] = []
    assert fetch(remote, tmp_path, lambda done, _: seen.append(done)).read_bytes() == server.content
    assert server.asked == ["bytes=200000-"]
    assert seen[0] == 200_000


def test_a_complete_part_is_not_asked_for_again(server: Server, remote: RemoteFile, tmp_path: Path) -> None:
    (tmp_path / PART).write_bytes(server.content)
    assert fetch(remote, tmp_path).read_bytes() == server.content
    assert server.asked == []


def test_a_server_without_ranges_starts_over(server: Server, remote: RemoteFile, tmp_path: Path) -> None:
    server.ranges = False
    (tmp_path / PART).write_bytes(b"x" * 200_000)
    assert fetch(remote, tmp_path).read_bytes() == server.content


def test_a_part_that_is_too_long_is_thrown_away(server: Server, remote: RemoteFile, tmp_path: Path) -> None:
    (tmp_path / PART).write_bytes(b"x" * 400_000)
    assert fetch(remote, tmp_path).read_bytes() == server.content
    assert server.asked == [""]


def test_a_server_that_has_less_than_the_part_starts_over_once(
    server: Server, remote: RemoteFile, tmp_path: Path
) -> None:
    (tmp_path / PART).write_bytes(server.content[:200_000])
    server.content = server.content[:150_000]
    with pytest.raises(DownloadError, match="answered 416"):
        fetch(remote, tmp_path)
    assert not (tmp_path / PART).exists()
    with pytest.raises(DownloadError, match=r"offers a file of 150,000 bytes where .* has 300,002"):
        fetch(remote, tmp_path)


def test_wrong_content_is_kept_nowhere(server: Server, remote: RemoteFile, tmp_path: Path) -> None:
    server.content = server.content[:-1] + bytes([server.content[-1] ^ 1])
    with pytest.raises(DownloadError, match="is not the published file, and was deleted"):
        fetch(remote, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_part_is_thrown_away_and_the_next_try_works(server: Server, remote: RemoteFile, tmp_path: Path) -> None:
    (tmp_path / PART).write_bytes(b"x" * 200_000)
    with pytest.raises(DownloadError, match="was deleted"):
        fetch(remote, tmp_path)
    assert fetch(remote, tmp_path).read_bytes() == server.content


def test_another_file_is_refused_by_its_length(server: Server, remote: RemoteFile, tmp_path: Path) -> None:
    server.content = server.content[:1000]
    with pytest.raises(DownloadError, match="offers a file of 1,000 bytes"):
        fetch(remote, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_log_in_page_is_refused_by_its_beginning(server: Server, remote: RemoteFile, tmp_path: Path) -> None:
    server.content, server.length = b"<html>please log in</html>", False
    with pytest.raises(DownloadError, match="perhaps a log-in page"):
        fetch(remote, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_log_in_page_leaves_what_has_arrived_alone(server: Server, remote: RemoteFile, tmp_path: Path) -> None:
    published, page = server.content, b"<html>please log in</html>"
    (tmp_path / PART).write_bytes(published[:200_000])
    server.content, server.length, server.ranges = page, False, False
    with pytest.raises(DownloadError, match="perhaps a log-in page"):
        fetch(remote, tmp_path)
    server.content, server.ranges = published, True
    assert fetch(remote, tmp_path).read_bytes() == published
    assert server.asked[-1] == "bytes=200000-"


def test_nothing_beyond_the_published_size_is_written(server: Server, remote: RemoteFile, tmp_path: Path) -> None:
    server.content += b"x" * 500_000
    server.length = False
    assert len(fetch(remote, tmp_path).read_bytes()) == remote.size


def test_a_range_that_was_not_asked_for_is_refused(server: Server, remote: RemoteFile, tmp_path: Path) -> None:
    (tmp_path / PART).write_bytes(server.content[:1000])
    server.shift = 5
    with pytest.raises(DownloadError, match="another part of the file"):
        fetch(remote, tmp_path)
    assert (tmp_path / PART).read_bytes() == server.content[:1000]


@pytest.mark.parametrize("status", [404, 403, 500, 503])
def test_a_refusal_is_said(server: Server, remote: RemoteFile, tmp_path: Path, status: int) -> None:
    server.status = status
    with pytest.raises(DownloadError, match=f"the server answered {status}"):
        fetch(remote, tmp_path)


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/x", "/file.tar.gz"])
def test_redirections_lead_neither_to_files_nor_in_circles(
    server: Server, remote: RemoteFile, tmp_path: Path, location: str
) -> None:
    server.status, server.location = 302, location
    with pytest.raises(DownloadError):
        fetch(remote, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_refused_connection_is_said_at_once(
    remote: RemoteFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:  # bound, not listening: nobody else can answer there
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("CNNVIZ_CIFAR10_URL", f"http://127.0.0.1:{taken.getsockname()[1]}/x.tar.gz")
        with pytest.raises(DownloadError, match=r"^the server refused the connection$"):
            fetch(remote, tmp_path)


@pytest.mark.parametrize("after", [[-1], [0], [40_000, -1]])
def test_a_silent_server_is_given_up_in_time(
    server: Server, remote: RemoteFile, tmp_path: Path, after: list[int]
) -> None:
    server.silent_after = [*after]
    started = time.monotonic()
    with pytest.raises(DownloadError, match=r"no answer within 1 s|the server fell silent"):
        fetch(remote, tmp_path, timeout_s=1)
    assert time.monotonic() - started < 5
    if after[0] > 0:
        assert (tmp_path / PART).read_bytes() == server.content[: after[0]]
        assert fetch(remote, tmp_path).read_bytes() == server.content


def test_a_server_that_drips_is_given_up_in_time(
    server: Server, remote: RemoteFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "CHUNK", 1000)
    monkeypatch.setattr(download, "monotonic", iter(range(10**6)).__next__)  # a second for each kilobyte
    with pytest.raises(DownloadError, match=r"less than 2 kB a second; what has arrived is kept and continued"):
        fetch(remote, tmp_path)
    assert 20_000 < (tmp_path / PART).stat().st_size < 40_000
    monkeypatch.undo()
    monkeypatch.setenv("CNNVIZ_CIFAR10_URL", server.address)
    assert fetch(remote, tmp_path).read_bytes() == server.content


def test_a_server_that_drips_in_many_connections_is_given_up_too(
    server: Server, remote: RemoteFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "monotonic", iter(range(10**6)).__next__)  # a second for each connection
    server.cut_after = [100] * 50
    with pytest.raises(DownloadError, match="kB a second"):
        fetch(remote, tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of Unix")
def test_a_pipe_in_the_place_of_the_part_is_replaced(server: Server, remote: RemoteFile, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / PART)
    assert fetch(remote, tmp_path).read_bytes() == server.content


def test_a_name_that_is_looked_up_for_ever_is_given_up_in_time(
    remote: RemoteFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wake = threading.Event()

    def never(*_: object, **__: object) -> list[object]:
        wake.wait(30)
        raise socket.gaierror("no")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    with pytest.raises(DownloadError, match=r"^no answer within 0.2 s$"):
        fetch(remote, tmp_path, timeout_s=0.2)
    wake.set()


def test_an_unknown_name_is_no_network(remote: RemoteFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(DownloadError, match=r"^there is no network, or the server's name is unknown$"):
        fetch(remote, tmp_path)


def test_a_connection_that_breaks_again_and_again_is_given_up(
    server: Server, remote: RemoteFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "MOST_ATTEMPTS", 3)
    server.cut_after = [1000] * 9
    with pytest.raises(DownloadError, match=r"broke too often; what has arrived is kept"):
        fetch(remote, tmp_path)
    assert (tmp_path / PART).read_bytes() == server.content[:3000]


def test_a_person_who_stops_it_keeps_what_came(server: Server, remote: RemoteFile, tmp_path: Path) -> None:
    def stop(done: int, _: int | None) -> None:
        if done > 1000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(remote, tmp_path, stop)
    kept = (tmp_path / PART).read_bytes()
    assert len(kept) > 1000
    assert server.content.startswith(kept)
    assert fetch(remote, tmp_path).read_bytes() == server.content


def test_a_folder_that_cannot_be_is_a_storage_error(remote: RemoteFile, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot write"):
        fetch(remote, tmp_path / "file")


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://x/y", "cifar.tar.gz", "http://", "https:x", "http://["]
)
def test_only_web_addresses_are_taken(remote: RemoteFile, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("CNNVIZ_CIFAR10_URL", address)
    with pytest.raises(DataError, match=r"CNNVIZ_CIFAR10_URL is '.*', expected an address that begins with"):
        _ = remote.address


def test_an_empty_address_is_the_published_one(remote: RemoteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_CIFAR10_URL", " ")
    assert remote.address == "http://unused.invalid/file.tar.gz"
    assert dataclasses.replace(remote, variable="").address == "http://unused.invalid/file.tar.gz"


def test_a_password_in_an_address_is_not_shown() -> None:
    assert host_of("https://me:secret@example.org:8080/x") == "example.org"
