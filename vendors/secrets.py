"""Links and codes, made from a key and an id and kept nowhere; and random secrets.

Web, worker and vendor process share the key, `VENDOR_PAGES_KEY`, so that a mail that
is sent again says the same.
"""

import base64
import hashlib
import hmac
import secrets
import uuid

from django.conf import settings

# Without letters and digits that people take for each other.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 8


def link_secret(link: uuid.UUID) -> str:
    """What stands in the address of a contact's link."""
    return base64.urlsafe_b64encode(_hmac("link", link)).decode().rstrip("=")


def code_of(notice: uuid.UUID) -> str:
    """The code that the notice of that id carries."""
    return "".join(ALPHABET[byte % 32] for byte in _hmac("code", notice)[:CODE_LENGTH])


def is_code_of(notice: uuid.UUID, typed: str) -> bool:
    """Whether that was typed; case, spaces and hyphens do not matter."""
    said = "".join(typed.split()).replace("-", "").upper()
    return hmac.compare_digest(said.encode(), code_of(notice).encode())


def spaced(code: str) -> str:
    """A code as people read it, in two halves."""
    half = CODE_LENGTH // 2
    return f"{code[:half]}-{code[half:]}"


def new_secret() -> str:
    """A random secret of 256 bits."""
    return secrets.token_urlsafe(32)


def new_token(kind: str) -> tuple[str, str]:
    """A random token: what people know it by, and its whole text, which is shown once.

    `kind` begins both, so that a secret scanner finds one that leaked.
    """
    prefix = f"{kind}_{secrets.token_hex(6)}"
    return prefix, f"{prefix}_{new_secret()}"


def _hmac(purpose: str, row: uuid.UUID) -> bytes:
    key = settings.VENDOR_PAGES_KEY.encode()
    said = f"evaltracker vendor pages {purpose} {row}".encode()
    return hmac.new(key, said, hashlib.sha256).digest()
