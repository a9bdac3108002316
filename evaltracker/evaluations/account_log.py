"""The log of logins: who came in, who failed, who changed what of whose account.

People belong to no evaluation, so this is no chained journal. The operator reads it in
the admin, everybody reads their own lines on their account page.
"""

import structlog
from structlog.contextvars import get_contextvars

from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import AccountEntry, User

log = structlog.get_logger(__name__)


def record(
    *,
    action: AccountAction,
    person: User | None,
    by: User | None = None,
    address: str = "",
    detail: str = "",
) -> AccountEntry:
    """Write one line in the caller's transaction, and the same with ids to the log.

    `detail` is words of ours, such as names of fields; never what somebody typed.
    """
    entry = AccountEntry.objects.create(
        action=action,
        person=person,
        by=by,
        address=address or None,
        detail=detail[:200],
        request_id=str(get_contextvars().get("request_id", ""))[:64],
    )
    log.info(
        f"account_{action}",
        person_id=person.pk if person else None,
        by_id=by.pk if by else None,
    )
    return entry
