"""`manage.py migrate`, as the owner, beside people who go on working."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from vendors.isolation.access import Unfit, run
from vendors.isolation.roles import LOCK_TIMEOUT, as_owner, patient_editor, patiently


class Command(MigrateCommand):
    """Django's own, but no statement waits for a lock for long.

    A migration that found a table in use is taken back whole and tried again, as are
    the statements of one that is not atomic.
    """

    def execute(self, *args: Any, **options: Any) -> str | None:
        with as_owner():
            return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; what is done is recorded, so a new try goes on from there."""
        db = connections[options["database"]]
        if db.vendor != "postgresql":
            super().handle(*args, **options)
            return
        try:
            with self._patient(db):
                patiently(
                    lambda: super(Command, self).handle(*args, **options),
                    what="the tables of this migration",
                    say=self.stdout.write,
                )
        except Unfit as error:
            raise CommandError(str(error)) from error

    @contextmanager
    def _patient(self, db: BaseDatabaseWrapper) -> Iterator[None]:
        run(db, f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        stock = db.SchemaEditorClass
        db.SchemaEditorClass = patient_editor(stock, say=self.stdout.write)
        try:
            yield
        finally:
            db.SchemaEditorClass = stock
            if db.connection is not None and db.is_usable():
                run(db, "SET lock_timeout = DEFAULT")
