"""Browsers without a screen, signed in as somebody of the cast."""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.apps import apps
from django.test import Client
from django.utils import timezone

if TYPE_CHECKING:
    from evaltracker.evaluations.models import User


def auditing(user: User) -> User:
    """The person, who from now on may open the lists over all evaluations."""
    # Looked up by name: processes of the faults import this before apps are loaded.
    permissions = apps.get_model("auth", "Permission")._default_manager
    user.user_permissions.add(permissions.get(codename="view_entry"))
    return user


def signed_in(user: User) -> Client:
    """A client of that person; signing in itself has its own tests."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


# What differs with each answer: its name, and how many calls are left.
OF_THE_CALL = {"x-request-id", "ratelimit"}
REQUEST_ID = re.compile(rb'"request_id": ?"[0-9a-f-]{36}",?')


def unnamed(body: bytes) -> bytes:
    """A body but for the name of its call, which differs with each."""
    return REQUEST_ID.sub(b"", body)


def heard(answer: Any) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body of an answer, but for what differs with each."""
    body = b"".join(answer) if answer.streaming else answer.content
    head = [item for item in answer.items() if item[0].lower() not in OF_THE_CALL]
    return answer.status_code, sorted(head), unnamed(body)


def everywhere(user: User) -> Client:
    """A client that is signed in, and calls by a token too."""
    client = program(user)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def program(user: User, scope: str = "read", **values: object) -> Client:
    """A client that calls by a token of that person's, who has a second factor.

    How a token is made, and what ends it, has its own tests.
    """
    made = timezone.now()
    factors = apps.get_model("mfa", "Authenticator")._default_manager
    if not factors.filter(user=user).exists():
        factors.create(user=user, type="totp", data={"secret": ""})
    secret = f"evp_{uuid4().hex[:12]}_{uuid4().hex}{uuid4().hex[:11]}"
    apps.get_model("evaluations", "PersonalToken")._default_manager.create(
        person=user,
        prefix=secret[:16],
        digest=sha256(secret.encode()).hexdigest(),
        **{
            "label": "CI",
            "scope": scope,
            "ends_at": made + timedelta(days=30),
            **values,
        },
    )
    return Client(headers={"Authorization": f"Bearer {secret}"})
