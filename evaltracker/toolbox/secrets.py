"""Secrets that open something: made at random, shown once, kept as a digest alone, or
encrypted where the text is needed again: a copy of the database has no key."""

import base64
import hashlib
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


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


def encrypt(text: str, purpose: bytes) -> str:
    return _box(purpose).encrypt(text.encode()).decode()


def decrypt(stored: str, purpose: bytes) -> str | None:
    """The text that was closed; None without the key that closed it.

    The key is derived from SECRET_KEY, which is in no backup of the database. The keys
    before it (SECRET_KEY_FALLBACKS) still open what they closed.
    """
    try:
        return _box(purpose).decrypt(stored.encode()).decode()
    except InvalidToken:
        return None


def _box(purpose: bytes) -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    derived = (
        HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(
            key.encode()
        )
        for key in keys
    )
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])
