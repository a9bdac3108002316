"""Whose mailbox and domain an address is, and the links and codes that mails carry."""

import base64
import hashlib
import hmac
import json
import uuid
from pathlib import Path

from django.conf import settings

# Mail domains where anybody may have an address: the well-known few, by country and
# company; a subdomain of one counts as it does.
PUBLIC_DOMAINS = frozenset(
    json.loads(Path(__file__).with_name("public_mail.json").read_text(encoding="utf-8"))
)


def mailbox(address: str) -> str:
    """Whose mailbox an address is: without capitals and what follows a “+”."""
    name, _, domain = address.strip().casefold().rpartition("@")
    return f"{name.partition('+')[0]}@{domain.rstrip('.')}"


def own_domain(address: str) -> str:
    """The domain of an address; blank if anybody may have one there."""
    domain = mailbox(address).rpartition("@")[2]
    steps = domain.split(".")
    parents = {".".join(steps[at:]) for at in range(len(steps))}
    if parents & PUBLIC_DOMAINS:
        return ""
    return domain


def shared_by(address: str, other: str) -> str:
    """What two addresses share: a mailbox, somebody's own domain, or nothing."""
    if mailbox(address) == mailbox(other):
        return mailbox(address)
    mine = own_domain(address)
    theirs = own_domain(other)
    if mine and theirs:
        if _is_within(mine, theirs):
            return theirs
        if _is_within(theirs, mine):
            return mine
    return ""


def _is_within(domain: str, parent: str) -> bool:
    return domain == parent or domain.endswith(f".{parent}")


# Links and codes, made from a key and an id and kept nowhere; and random secrets.
#
# Web, worker and vendor process share the key, `VENDOR_PAGES_KEY`, so that a mail that
# is sent again says the same.

# Without letters and digits that people take for each other.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 8


def link_secret(link: uuid.UUID) -> str:
    return base64.urlsafe_b64encode(_hmac("link", link)).decode().rstrip("=")


def code_of(notice: uuid.UUID) -> str:
    return "".join(ALPHABET[byte % 32] for byte in _hmac("code", notice)[:CODE_LENGTH])


def is_code_of(notice: uuid.UUID, typed: str) -> bool:
    """Whether that was typed; case, spaces and hyphens do not matter."""
    code = "".join(typed.split()).replace("-", "").upper()
    return hmac.compare_digest(code.encode(), code_of(notice).encode())


def mail_of_code(code: uuid.UUID, number: int) -> uuid.UUID:
    """The id of the notice that carries a code for the first time, or once more."""
    if number == 1:
        return code
    return uuid.uuid5(code, str(number))


def spaced(code: str) -> str:
    half = CODE_LENGTH // 2
    return f"{code[:half]}-{code[half:]}"


def _hmac(purpose: str, row: uuid.UUID) -> bytes:
    key = settings.VENDOR_PAGES_KEY.encode()
    message = f"evaltracker vendor pages {purpose} {row}".encode()
    return hmac.new(key, message, hashlib.sha256).digest()
