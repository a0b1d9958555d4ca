"""The passcode of a dashboard that is open to a network: kept only as a salted hash.

The hash is scrypt (Percival 2009, RFC 7914): it takes tens of milliseconds and 16 MiB to try one guess, so
that somebody who reads the server's environment does not have the passcode.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import unicodedata

from cnnviz.errors import CnnvizError

__all__ = [
    "LOCAL_ADDRESSES",
    "PASSCODE_HASH_VARIABLE",
    "PASSCODE_VARIABLE",
    "SHORTEST",
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


def _derive(text: str, salt: bytes) -> bytes:
    # NFKC: the same letters from another keyboard are the same passcode; half an emoji is still some bytes
    content = unicodedata.normalize("NFKC", text).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(content, salt=salt, n=16384, r=8, p=1, dklen=32)


def _encode(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
