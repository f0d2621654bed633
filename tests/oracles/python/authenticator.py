"""Computes the codes of an authenticator app (RFC 6238)."""

import base64
import hashlib
import hmac


def totp(secret, unix_seconds):
    """Returns the code for a Base32 secret at this time."""
    counter = (int(unix_seconds) // 30).to_bytes(8, "big")
    tag = hmac.digest(base64.b32decode(secret + "=" * (-len(secret) % 8)), counter, hashlib.sha1)
    offset = tag[19] & 15
    number = int.from_bytes(tag[offset:offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
