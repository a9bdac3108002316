"""Browsers without a screen, signed in as somebody of the cast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Permission
from django.test import Client

if TYPE_CHECKING:
    from evaltracker.evaluations.models import User


def auditing(user: User) -> User:
    """The person, who from now on may open the lists over all evaluations."""
    user.user_permissions.add(Permission.objects.get(codename="view_entry"))
    return user


def signed_in(user: User) -> Client:
    """A client of that person; signing in itself has its own tests."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
