"""Money in a column, exactly as it was said."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models

from evaltracker.money import inexact, padded

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    Decimals = models.DecimalField[Any, Any]
else:
    Decimals = models.DecimalField


def check_exact(value: Decimal) -> None:
    """Refuse an amount that one of the databases would round."""
    problem = inexact(value)
    if problem:
        raise ValidationError(problem)


class AmountField(Decimals):
    """An amount with all its decimals, and at least four: 5.0000, 0.00042.

    What was committed to over four decimals reads as it did, and PostgreSQL keeps no
    zeros that nobody wrote, so a process of the version before reads the same text.
    """

    least_places = 4

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """A number without a fixed scale, where the database has one."""
        is_postgres = connection.vendor == "postgresql"
        return "numeric" if is_postgres else super().db_type(connection)

    def from_db_value(
        self, value: Decimal | None, expression: object, connection: object
    ) -> Decimal | None:
        """Without the zeros that a database adds."""
        return None if value is None else padded(value)
