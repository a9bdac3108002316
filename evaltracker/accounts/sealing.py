"""Secrets of second factors, encrypted at rest: a copy of the database makes no code.

The key is derived from SECRET_KEY, which is in no backup of the database. The keys
before it (SECRET_KEY_FALLBACKS) still open what they closed.
"""

import base64
import secrets

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

logger = structlog.get_logger(__name__)
# Every Fernet token begins with its version and the high bytes of the time.
CLOSED = "gAAAA"
PURPOSE = b"evaltracker second factors"


def close(text: str) -> str:
    """The text as it is stored."""
    return _box().encrypt(text.encode()).decode()


def reopen(stored: str) -> str:
    """The text that was closed; what was stored before there was a key is itself.

    Without the key that closed it nobody's code may fit, so it is then a random secret
    in the alphabet of authenticator apps.
    """
    if not stored.startswith(CLOSED):
        return stored
    try:
        return _box().decrypt(stored.encode()).decode()
    except InvalidToken:
        logger.warning("second_factor.unreadable", hint="SECRET_KEY has changed")
        return base64.b32encode(secrets.token_bytes(20)).decode()


def _box() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derive(key)) for key in keys])


def _derive(key: str) -> bytes:
    """A key for this purpose alone (RFC 5869)."""
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE)
    return base64.urlsafe_b64encode(made.derive(key.encode()))
