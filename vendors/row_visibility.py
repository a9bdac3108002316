"""For whom a transaction runs, told to PostgreSQL: half of the second wall.

The database role of a vendor process sees a row only where a policy lets it, and the
policies ask these settings (docs/isolation.md). They end with the
transaction: on a pooled connection nothing of one call is left for the next.
Elsewhere than on PostgreSQL there is one wall, the scoped querysets.
"""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from evaltracker.toolbox.database import Pipeline
from evaltracker.toolbox.secrets import digest_of

TOKEN = "app.token"  # noqa: S105 (the name of a setting)
VENDOR = "app.vendor"
# The address whose quotes can be read; blank: those of nobody.
READER = "app.reader"
# Whether what the buyer noted on the vendor's own invitations can be found.
NOTES = "app.notes"
SAY = f"SELECT {', '.join(['set_config(%s, %s, true)'] * 3)}"


@contextmanager
def behind_the_wall() -> Iterator[None]:
    """One transaction around a whole call, so that what it says ends with it."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        yield


def show_tokens(secrets: Iterable[str]) -> None:
    """Let the rows of these tokens be found, and nothing else yet."""
    _say(",".join(map(digest_of, secrets)), "")


def show_vendor(vendor: uuid.UUID, reader: str = "") -> None:
    """Let the rows of this vendor be found, and nothing else any more; of its quotes
    the prices that `reader` may read (`reader_of`)."""
    _say("", str(vendor), reader)


def queue_row_visibility(pipe: Pipeline, statement: str, **values: Any) -> None:
    """Queue that rows can be found from here on, or can no more."""
    if connection.vendor == "postgresql":
        pipe.ask(statement, **values)


def _say(token: str, vendor: str, reader: str = "") -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(SAY, [TOKEN, token, VENDOR, vendor, READER, reader])
