"""Up to when a person has looked at what is new."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from evaltracker.evaluations.models import OwnQuerySet, Record


class BellLook(Record):
    """Up to when a person has seen what is new; their own bookmark.

    No part of an evaluation: no journal tells it, and nobody else reads it.
    """

    evaluation_path: ClassVar[str] = ""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    until = models.DateTimeField()

    objects: ClassVar = OwnQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Look {str(self.pk)[:8]}"
