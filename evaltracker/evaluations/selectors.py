"""What the record can tell; nothing in here changes anything."""

import uuid
from collections.abc import Collection

from evaltracker.evaluations.models import Evaluation, User


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
    return people[0] if len(people) == 1 else None


def at_address(address: str) -> list[User]:
    """The people with that mail address: one, or none."""
    return list(User.objects.filter(email__iexact=address)) if address else []
