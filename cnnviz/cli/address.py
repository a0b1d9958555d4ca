"""Addresses that a command listens on."""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from cnnviz.errors import CnnvizError

__all__ = ["check_free", "in_address", "reserve"]

# "localhost" has an address of IPv6, even where there is no IPv6
_NO_SUCH_ADDRESS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def check_free(host: str, port: int, usual: int) -> None:
    """Try to listen, so that a mistake is said before anything starts; arguments and errors as for `reserve`."""
    with reserve(host, port, usual):
        pass


@contextmanager
def reserve(host: str, port: int, usual: int) -> Iterator[list[socket.socket]]:
    """Take a port, so that nobody else gets it until the server that takes its time to start listens there.

    Args:
        host: a name or an address of this machine.
        port: the port.
        usual: the port to suggest.

    Yields:
        A socket for each address of that name, bound; nobody is listened to yet. They are closed afterwards.

    Raises:
        CnnvizError: there is no such address here, or the port is in use or not permitted.
    """
    if not 1 <= port <= 65535:
        raise CnnvizError(f"--port is {port}, expected 1 to 65535; {usual} is the usual one")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise CnnvizError(
            f"--host is {host!r:.80}, expected a name or an address of this machine; give 127.0.0.1, or 0.0.0.0 for all"
        ) from error
    with ExitStack() as stack:
        taken: list[socket.socket] = []
        refusals: list[OSError] = []
        for family, kind, protocol, _, place in dict.fromkeys(found):
            try:
                taken.append(stack.enter_context(_bound(family, kind, protocol, place)))
            except OSError as error:
                refusals.append(error)
        serious = [error for error in refusals if not taken or error.errno not in _NO_SUCH_ADDRESS]
        if serious:
            raise CnnvizError(_refusal(host, port, serious[0])) from serious[0]
        yield taken


def _bound(family: int, kind: int, protocol: int, place: Any) -> socket.socket:
    one = socket.socket(family, kind, protocol)
    try:
        if os.name != "nt":  # there it would allow what is in use
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(place)
    except OSError:
        one.close()
        raise
    return one


def _refusal(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is in use by another program; end that or give another one with --port"
    if error.errno == errno.EACCES:
        return f"port {port} may not be used by this user; give one from 1024 with --port"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"--host is {host!r:.80}, which is no address of this machine; give one of its own, or 0.0.0.0 for all"
    return f"cannot listen on port {port} of {host} ({error.strerror or error}); give another --host or --port"


def in_address(name: str) -> str:
    """Return a name or an address as a URL has it."""
    return f"[{name}]" if ":" in name else name
