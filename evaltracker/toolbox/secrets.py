"""Secrets that open something: made at random, shown once, kept as a digest alone."""

import hashlib
import secrets


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def new_token(kind: str) -> tuple[str, str]:
    """A random token: what people know it by, and its whole text, which is shown once.

    `kind` begins both, so that a secret scanner finds one that leaked.
    """
    prefix = f"{kind}_{secrets.token_hex(6)}"
    return prefix, f"{prefix}_{new_secret()}"


def digest_of(secret: str) -> str:
    """What is kept of a secret, and how it is found."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
