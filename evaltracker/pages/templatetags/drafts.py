"""What a page tells its reader's browser so that drafts are kept unreadably there.

All of it follows from SECRET_KEY, the person and the hash of their password: it is the
same after the next login, and another one after a new password. None of it is stored.
For somebody who is not logged in, all of it is blank.
"""

import base64

from django import template
from django.contrib.auth.models import AnonymousUser
from django.template.context import Context
from django.utils.crypto import salted_hmac
from django.utils.html import format_html

from evaltracker.evaluations.models import User

type Reader = User | AnonymousUser


def draft_key(reader: Reader) -> str:
    """The key that drafts of `reader` are encrypted with: 32 bytes as base64.

    It is a secret of the reader: only answers that no browser or proxy stores hold it.
    """
    return base64.b64encode(_derive(reader, "key")).decode()


def draft_owner(reader: Reader) -> str:
    """A name for `reader`, in 32 hexadecimal digits, that tells nobody who it is."""
    return _derive(reader, "owner").hex()[:32]


def draft_name(reader: Reader, address: str) -> str:
    """A name for the form that `reader` sends to the path `address`, in 32 hexadecimal
    digits, that tells nobody which one it is."""
    return _derive(reader, "form", address).hex()[:32]


def _derive(reader: Reader, *purpose: str) -> bytes:
    if not isinstance(reader, User):
        return b""
    seed = "\0".join((str(reader.pk), reader.get_session_auth_hash(), *purpose))
    return salted_hmac(__name__, seed, algorithm="sha256").digest()


register = template.Library()


@register.simple_tag(takes_context=True)
def draft_person(context: Context) -> str:
    return format_html('data-person="{}"', draft_owner(context["request"].user))


@register.simple_tag(takes_context=True)
def keep_draft(context: Context, address: str) -> str:
    """The attributes of a form that is sent to `address` and keeps what is typed.

    Only pages that are never stored may hold such a form: its key is in it.
    """
    reader = context["request"].user
    return format_html(
        'data-draft="{}" data-draft-key="{}"',
        draft_name(reader, address),
        draft_key(reader),
    )


@register.simple_tag(takes_context=True, name="draft_name")
def name_of_draft(context: Context, address: str) -> str:
    if address:
        return draft_name(context["request"].user, address)
    return ""
