"""The passcode of a dashboard that is open to a network: kept only as a salted hash.

The hash is scrypt (Percival 2009, RFC 7914): it takes tens of milliseconds and 16 MiB to try one guess, so
that somebody who reads the server's environment does not have the passcode.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import threading
import unicodedata
from collections import deque
from contextlib import suppress

from cnnviz.errors import CnnvizError

__all__ = [
    "LOCAL_ADDRESSES",
    "PASSCODE_HASH_VARIABLE",
    "PASSCODE_VARIABLE",
    "SHORTEST",
    "Attempts",
    "check_passcode",
    "hash_passcode",
]

# A dashboard that listens on one of these is reached from this machine alone, and needs no passcode.
LOCAL_ADDRESSES = ("localhost", "127.0.0.1", "::1")
PASSCODE_VARIABLE = "CNNVIZ_PASSCODE"
PASSCODE_HASH_VARIABLE = "CNNVIZ_PASSCODE_HASH"
SHORTEST = 6

_LONGEST = 1000
# n, r and p of RFC 7914; others are not accepted, so that no stored text can ask for more work
_SCHEME = "scrypt-16384-8-1"
_SALT_BYTES = 16
_ATTEMPTS = 5
_ATTEMPTS_OF_ALL = 50  # what a few machines together may guess in a minute, which is far from any passcode
_WINDOW_S = 60.0


def hash_passcode(text: str) -> str:
    """Hash a passcode with a fresh salt.

    Args:
        text: 6 to 1000 characters, not only blanks.

    Returns:
        Printable ASCII without spaces, fit for an environment variable; another one at every call.

    Raises:
        CnnvizError: it is too short or too long.
    """
    if not SHORTEST <= len(text.strip()) <= len(text) <= _LONGEST:
        raise CnnvizError(
            f"the passcode has {len(text.strip())} characters, expected {SHORTEST} to {_LONGEST}; choose another"
        )
    salt = secrets.token_bytes(_SALT_BYTES)
    return "$".join((_SCHEME, _encode(salt), _encode(_derive(text, salt))))


def check_passcode(text: str, stored: str) -> bool:
    """Say whether a passcode is the one that was hashed, in a time that does not depend on how nearly it is.

    Args:
        text: what somebody typed.
        stored: what `hash_passcode` returned; nothing matches anything else.
    """
    try:
        scheme, salt, expected = stored.split("$")
        decoded = base64.b64decode(salt, validate=True), base64.b64decode(expected, validate=True)
    except (ValueError, binascii.Error):
        return False
    if scheme != _SCHEME or len(text) > _LONGEST:
        return False
    return hmac.compare_digest(_derive(text, decoded[0]), decoded[1])


class Attempts:
    """Lets a few wrong passcodes a minute through from each place, and not many more from all of them together.

    Args:
        limit: how many from one place within the window.
        window_s: the window in seconds.
        limit_of_all: how many from all places within the window.
    """

    def __init__(
        self, limit: int = _ATTEMPTS, window_s: float = _WINDOW_S, limit_of_all: int = _ATTEMPTS_OF_ALL
    ) -> None:
        self._limit = limit
        self._window_s = window_s
        self._limit_of_all = limit_of_all
        self._made: deque[tuple[float, str]] = deque()  # when and from where; at most `limit_of_all`
        self._lock = threading.Lock()

    def take(self, now: float, place: str = "") -> float:
        """Take one attempt.

        Args:
            now: a monotonic time in seconds.
            place: where it comes from, such as the browser's address.

        Returns:
            0 when it may be made, else the seconds to wait before the next one.
        """
        with self._lock:
            while self._made and now - self._made[0][0] >= self._window_s:
                self._made.popleft()
            here = [made for made, where in self._made if where == place]
            if len(here) >= self._limit:
                return self._window_s - (now - here[0])
            if len(self._made) >= self._limit_of_all:
                return self._window_s - (now - self._made[0][0])
            self._made.append((now, place))
            return 0.0

    def give_back(self, now: float, place: str = "") -> None:
        """Return an attempt: it was right, and right ones do not count."""
        with self._lock, suppress(ValueError):  # it may have aged away meanwhile
            self._made.remove((now, place))


def _derive(text: str, salt: bytes) -> bytes:
    # NFKC: the same letters from another keyboard are the same passcode; half an emoji is still some bytes
    content = unicodedata.normalize("NFKC", text).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(content, salt=salt, n=16384, r=8, p=1, dklen=32)


def _encode(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
