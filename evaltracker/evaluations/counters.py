"""Where the default cache reaches its table: over a connection of its own.

Guesses are counted there. On the connection of the request a count would be lost with a
transaction that is rolled back, and everybody behind one address would wait for the
login of everybody else. SQLite has one writer at a time, so there it is the same one.
"""

from django.conf import settings
from django.db import models

ALIAS = "counters"


class CountersApart:
    """A database router; it knows the model that Django makes up for a cache."""

    def db_for_read(self, model: type[models.Model], **hints: object) -> str | None:
        """The connection of the cache, if it has one of its own."""
        if model._meta.app_label == "django_cache" and ALIAS in settings.DATABASES:
            return ALIAS
        return None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool | None:
        """It is the same database, migrated already."""
        return False if db == ALIAS else None
