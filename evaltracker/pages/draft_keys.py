"""What a page tells its reader's browser so that drafts are kept unreadably there.

All of it follows from SECRET_KEY, the person and the hash of their password: it is the
same after the next login, and another one after a new password. None of it is stored.
"""

import base64

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.crypto import salted_hmac

from evaltracker.evaluations.models import Evaluation, User

# Where a colleague is reminded of what the others wait for.


def remind_address(kind: str, evaluation: Evaluation, person: User) -> str:
    """The act that reminds `person` of a kind of work, such as `scores`."""
    key = f"{kind}.{evaluation.pk}.{person.pk}"
    return reverse("admin:act_on", args=["remind-colleague", key])


type Reader = User | AnonymousUser


def draft_key(reader: Reader) -> str:
    """The key that drafts of `reader` are encrypted with.

    It is a secret of the reader: only answers that no browser or proxy stores hold it.

    Returns:
        32 bytes as base64; blank for somebody who is not logged in.

    """
    return base64.b64encode(_derive(reader, "key")).decode()


def draft_owner(reader: Reader) -> str:
    """A name for `reader` that tells nobody who it is.

    Returns:
        32 hexadecimal digits; blank for somebody who is not logged in.

    """
    return _derive(reader, "owner").hex()[:32]


def draft_name(reader: Reader, address: str) -> str:
    """A name for the form at `address` that tells nobody which one it is.

    Args:
        reader: who types in it.
        address: the path that the form is sent to.

    Returns:
        32 hexadecimal digits; blank for somebody who is not logged in.

    """
    return _derive(reader, "form", address).hex()[:32]


def _derive(reader: Reader, *purpose: str) -> bytes:
    if not isinstance(reader, User):
        return b""
    said = "\0".join((str(reader.pk), reader.get_session_auth_hash(), *purpose))
    return salted_hmac(__name__, said, algorithm="sha256").digest()
