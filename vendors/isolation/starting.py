"""No process serves with a database role that could walk round the walls.

Asked by a system check and at the start of web, vendor-api, worker and beat. A database
that is away then is asked at the first connection.
"""

from collections.abc import Sequence
from typing import Any

import structlog
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver

from evaltracker.kit.starting import about_to_start
from vendors.isolation.database_owner import is_owner_at_work
from vendors.isolation.powers import powers_of
from vendors.isolation.sql import one

HINT = (
    "Let DATABASE_URL name a role for the application alone and OWNER_DATABASE_URL the "
    "owner, then run `manage.py harden_database`, which makes that role "
    "(docs/isolation.md, docs/upgrade.md)."
)
logger = structlog.get_logger(__name__)


class RoleTooStrong(OperationalError):
    """This connection serves nobody: its role could walk round the walls."""


@register(Tags.database)
def check_role(
    app_configs: Sequence[AppConfig] | None = None,
    databases: Sequence[str] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """Refuse superusers, owners and their like, but for commands that need them."""
    if settings.DEMO or settings.DEBUG or is_owner_at_work():
        return []
    return [
        Error(sentence, hint=HINT, id="evaltracker.E001")
        for alias in databases or ()
        if (sentence := too_strong(connections[alias]))
    ]


def too_strong(db: BaseDatabaseWrapper) -> str:
    """Why the connection's role may serve nobody; blank if it may."""
    if db.vendor != "postgresql":
        return ""
    role = str(one(db, "SELECT current_user"))
    if not (powers := powers_of(db, role)):
        return ""
    return (
        f"The product runs as the database role {role}, which has too much power: "
        f"{'; '.join(powers)}."
    )


@receiver(about_to_start)
def refuse_strong_role(**kwargs: Any) -> None:
    """End a process that starts with too much power.

    Raises:
        SystemExit: with the sentence and how to mend it.

    """
    if settings.DEMO or settings.DEBUG:
        return
    try:
        sentence = too_strong(connection)
    except OperationalError:
        # It may start before its database does; nothing is served until then anyway.
        logger.warning("database_away_at_start")
        connection_created.connect(_ask_now, dispatch_uid="role")
        return
    finally:
        # Whatever forks now must not share it.
        connection.close()
    if sentence:
        raise SystemExit(f"{sentence}\n{HINT}")


def _ask_now(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Refuse to work over a connection whose role is too strong."""
    connection_created.disconnect(dispatch_uid="role")
    try:
        sentence = too_strong(connection)
    except BaseException:
        connection_created.connect(_ask_now, dispatch_uid="role")
        raise
    if sentence:
        connection_created.connect(_ask_now, dispatch_uid="role")
        logger.critical("database_role_too_strong", sentence=sentence, hint=HINT)
        connection.close()
        raise RoleTooStrong(sentence)
