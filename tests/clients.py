"""Browsers without a screen, signed in as somebody of the cast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.test import Client

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
