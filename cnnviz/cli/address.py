"""Addresses that a command listens on."""

import errno
import os
import socket

from cnnviz.errors import CnnvizError

__all__ = ["check_free", "in_address"]


def check_free(host: str, port: int, usual: int) -> None:
    """Try to listen, so that a mistake is said before anything starts.

    Args:
        host: a name or an address of this machine.
        port: the port.
        usual: the port to suggest.

    Raises:
        CnnvizError: there is no such address here, or the port is in use or not permitted.
    """
    if not 1 <= port <= 65535:
        raise CnnvizError(f"--port is {port}, expected 1 to 65535; {usual} is the usual one")
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise CnnvizError(
            f"--host is {host!r:.80}, expected a name or an address of this machine; give 127.0.0.1, or 0.0.0.0 for all"
        ) from error
    with socket.socket(family, kind, protocol) as probe:
        if os.name != "nt":  # there it would allow what is in use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(place)
        except OSError as error:
            raise CnnvizError(_refusal(host, port, error)) from error


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
