"""Files that are kept for a while."""

from pathlib import Path

from cnnviz.file_shelf import FileShelf


def kept(shelf: FileShelf, key: str, size: int) -> Path:
    path = shelf.place("file")
    path.write_bytes(bytes(size))
    shelf.keep(key, path, key)
    return path


def test_a_shelf_keeps_what_was_asked_for_last() -> None:
    shelf = FileShelf("test", 2, 100)
    first, second = kept(shelf, "a", 10), kept(shelf, "b", 10)
    assert shelf.find("a") is not None
    kept(shelf, "c", 10)
    assert (first.exists(), second.exists()) == (True, False)
    assert shelf.find("b") is None
    large = kept(shelf, "d", 150)  # more than all of the room: the newest stays
    assert [key for key in "abcd" if shelf.find(key)] == ["d"]
    large.unlink()
    assert shelf.find("d") is None
    folder = large.parent.parent
    del shelf
    assert not folder.exists()
