"""The files of a form (multipart/form-data, RFC 7578) whose body is in the memory already: nothing is copied twice."""

from python_multipart.multipart import parse_options_header

from cnnviz.serving.problems import Problem

__all__ = ["files_of"]

_MOST_FIELDS = 8  # parts that are no files
_LONGEST_HEAD = 8192  # of one part, in bytes
_LONGEST_BOUNDARY = 70  # RFC 2046


def files_of(body: bytes, content_type: str, most_files: int) -> list[tuple[str, bytes]]:
    """Return the names and contents of a form's files, in their order; other fields are passed over.

    Args:
        body: the whole form.
        content_type: the request's, with the boundary.
        most_files: more are refused before they are looked at.

    Raises:
        Problem: 400 where it is no whole form, or has too many parts.
    """
    boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
    if not 1 <= len(boundary) <= _LONGEST_BOUNDARY:
        raise Problem(400, "the form's content type has no boundary of 1 to 70 characters; let a library make the form")
    delimiter = b"\r\n--" + boundary
    files: list[tuple[str, bytes]] = []
    fields = 0
    start = _after(body, 0, delimiter[2:]) if body.startswith(delimiter[2:]) else _next(body, 0, delimiter)[1]
    while start is not None:
        end, following = _next(body, start, delimiter)
        name, content = _part(body, start, end)
        if name is None:
            fields += 1
        else:
            files.append((name, content))
        if len(files) > most_files:
            raise Problem(400, f"the form has more than {most_files} files; send 1 to {most_files} at a time")
        if fields > _MOST_FIELDS:
            raise Problem(400, f"the form has more than {_MOST_FIELDS} fields that are no files; send the files alone")
        start = following
    return files


def _next(body: bytes, start: int, delimiter: bytes) -> tuple[int, int | None]:
    """Return where the part ends, and where the next begins; None behind the last.

    Raises:
        Problem: the form ends in the middle of a part.
    """
    # the delimiter may follow the head's own line end: an empty part
    end = body.find(delimiter, max(start - 2, 0))
    while end >= 0:
        following = _after(body, end, delimiter)
        if following is not None:
            return end, following
        if body.startswith(b"--", end + len(delimiter)):
            return end, None
        end = body.find(delimiter, end + 1)  # only begins like the delimiter
    raise Problem(400, "the form ends before its last boundary; send all of it")


def _after(body: bytes, end: int, delimiter: bytes) -> int | None:
    """Return where the part behind a delimiter begins; None where it is the last, or no delimiter."""
    position = end + len(delimiter)
    while body[position : position + 1] in (b" ", b"\t"):
        position += 1
    return position + 2 if body.startswith(b"\r\n", position) else None


def _part(body: bytes, start: int, end: int) -> tuple[str | None, bytes]:
    """Return a part's file name, None for a field that is no file, and its content."""
    if body.startswith(b"\r\n", start):
        head, begin = b"", start + 2
    else:
        stop = body.find(b"\r\n\r\n", start, min(start + _LONGEST_HEAD, end + 4))
        if stop < 0:
            raise Problem(400, "a part of the form has no headers, or too long ones; let a library make the form")
        head, begin = body[start:stop], stop + 4
    for line in head.split(b"\r\n"):
        key, _, value = line.partition(b":")
        if key.strip().lower() == b"content-disposition":
            options = parse_options_header(value.strip())[1]
            if b"filename" in options:
                return options[b"filename"].decode("utf-8", "replace"), body[begin : max(begin, end)]
    return None, b""
