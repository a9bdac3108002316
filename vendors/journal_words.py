"""What the journal says of candidates, their answers, prices and vendors' logins."""

from collections.abc import Callable, Collection
from typing import Any

from django.db.models import Q

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.workspace import EVERYTHING, JOURNAL, JournalPart, phrases_beside
from stakeholders.policy import is_leadership
from vendors.costs import IT
from vendors.models import Conflict, Proposal, Question
from vendors.policy import may_read_answers, may_read_contacts, may_see_prices


def _texts(model: Any) -> Any:
    def names(ids: Collection[str]) -> dict[str, str]:
        rows = model.objects.filter(pk__in=ids).values_list("pk", "text")
        return {str(pk): f"“{text}”" for pk, text in rows}

    return names


def opened_interests(
    user: User, evaluation: Evaluation, ids: Collection[str]
) -> set[str]:
    """The owner reads all declarations, Leadership the owner's, everybody their own."""
    if is_owner(user, evaluation):
        return set(ids)
    theirs = Q(person=user)
    if is_leadership(user, evaluation):
        theirs |= Q(person=evaluation.owner_id)
    conflicts = Conflict.objects.filter(theirs, pk__in=ids)
    return {str(pk) for pk in conflicts.values_list("pk", flat=True)}


def all_if(may: Callable[[User, Evaluation], bool]) -> Any:
    return lambda user, evaluation, ids: set(ids) if may(user, evaluation) else set()


JOURNAL.register(
    "vendors",
    JournalPart(
        words=phrases_beside(__file__),
        codes={"kind": {kind.key: kind.name for kind in IT}},
        names={"question": _texts(Question), "proposal": _texts(Proposal)},
        seals={
            # The journal tells claims, prices and scores: closed to whom those are.
            EVERYTHING: all_if(may_read_answers),
            "costline": all_if(may_see_prices),
            "conflict": opened_interests,
            "contact": all_if(may_read_contacts),
        },
    ),
)
