"""People who sign in."""

from __future__ import annotations

import zoneinfo
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models


def check_zone(name: str) -> None:
    """Refuse a time zone that the IANA database does not know."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            f"“{name}” is not a known time zone; write it like Europe/Berlin."
        )


class UserQuerySet(models.QuerySet["User"]):
    """People, scoped: an operator sees all, others themselves."""

    def visible_to(self, user: User) -> UserQuerySet:
        """Everybody for an active superuser, else only oneself."""
        return self if user.is_superuser else self.filter(pk=user.pk)


class EvaltrackerUserManager(UserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Django's user manager with our scope."""


class User(AbstractUser):
    """A person who signs in; their part in an evaluation is a Stakeholder."""

    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[check_zone],
        help_text="Dates in pages and mails are shown in this zone.",
    )

    objects: ClassVar[EvaltrackerUserManager] = EvaltrackerUserManager()

    @property
    def name(self) -> str:
        """How the person is printed: full name, else the login name."""
        return self.get_full_name() or self.get_username()

    def __str__(self) -> str:
        return self.name
