"""The log of logins: who came in, who failed, who changed what of whose account.

People belong to no evaluation, so this is no chained journal. The operator reads it in
the admin, everybody reads their own lines on their account page.
"""

import hashlib
import json
import uuid
from collections.abc import Collection

import structlog
from structlog.contextvars import get_contextvars

from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import (
    AccountEntry,
    Entry,
    Evaluation,
    ImportedHistory,
    User,
)

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


IMPORTED = "evaluation.imported"


def misfit(entry: Entry, history: ImportedHistory | None) -> str:
    """Why `entry` is not what the import says of it; blank if it is.

    Gives an entry that came with the file, not its row, the number that its actor had
    there, which is hashed. The first entry of ours tells of the import, so that nothing
    of ours passes for something imported.
    """
    if history is None or entry.number > history.entries + 1:
        return ""
    if entry.number <= history.entries:
        if entry.actor_id is not None:
            return f"entry {entry.number} came with a file and names a login of here"
        if entry.number > len(history.actors):
            return "what is kept of the import is cut"
        entry.actor_id = history.actors[entry.number - 1]
        return ""
    sums = {"sha256": history.sha256, "actors_sha256": digest_of_actors(history.actors)}
    noted = {key: entry.after.get(key) for key in sums}
    if entry.action != IMPORTED or noted != sums or entry.previous_hash != history.head:
        return f"entry {entry.number} does not tell of the import"
    return ""


def digest_of_actors(actors: list[int | None]) -> str:
    """The SHA-256 of the numbers of all actors, as the import's entry tells it."""
    return hashlib.sha256(json.dumps(actors).encode()).hexdigest()


# What the record can tell; nothing in here changes anything.


def readers_among(
    evaluations: Collection[uuid.UUID], people: Collection[int]
) -> set[tuple[uuid.UUID, int]]:
    """Who of `people` reads which of `evaluations`, as pairs of ids, in one query.

    Together with ownership and operators it says what `visible_to` says.
    """
    through = Evaluation.readers.through
    return set(
        through.objects.filter(
            evaluation_id__in=evaluations, user_id__in=people
        ).values_list("evaluation_id", "user_id")
    )


def person_meant(typed: str) -> User | None:
    """Whom somebody means who types a login name or a mail address, in any case."""
    wanted = typed.strip()
    people = User.objects.filter(username=wanted)[:1] or list(
        User.objects.filter(username__iexact=wanted)[:2]
    )
    if not people:
        people = at_address(wanted)
    if len(people) == 1:
        return people[0]
    return None


def at_address(address: str) -> list[User]:
    if address:
        return list(User.objects.filter(email__iexact=address))
    return []
