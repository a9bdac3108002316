"""Handing an evaluation on to somebody else who runs it from now on."""

from django.db import transaction
from django.db.models import Q, QuerySet

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import (
    is_owner,
    lock,
    people_who_may_start,
    require_open,
)
from evaltracker.kit.text import read_reason
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.workflow.handing_on_notices import EvaluationHandedOn
from stakeholders.models import SignOff
from stakeholders.policy import voices
from vendors.policy import barring_interest
from vendors.services.opening import drop_asked_opening

FIELD = "new_owner"


def check_hand_on(evaluation: Evaluation, by: By) -> None:
    """The owner hands it on; an operator does once the owner's login is stopped.

    Raises:
        Forbidden: somebody else, or an operator while the owner is active.
        Refused: it has ended, or nobody could take it.

    """
    user, owner = actor_of(by).user, evaluation.owner
    operates = user is not None and user.is_active and user.is_superuser
    owns = user is not None and is_owner(user, evaluation)
    if not owns and (owner.is_active or not operates):
        raise Forbidden(
            f"Only {owner.name}, who runs this evaluation, hands it on; an operator "
            "does once that login is stopped."
        )
    require_open(evaluation)
    if not may_take_over(evaluation).exists():
        raise Refused(
            "Nobody else can take it over yet. An operator gives people the right to "
            "start evaluations."
        )


def may_take_over(evaluation: Evaluation) -> QuerySet[User]:
    """Who can be given it: people who may start evaluations, without a part here."""
    here = voices().filter(evaluation=evaluation).order_by().values("user")
    people = people_who_may_start().exclude(pk=evaluation.owner_id)
    return people.exclude(pk__in=here).order_by("last_name", "username")


@transaction.atomic
def hand_on_evaluation(
    *, evaluation: Evaluation, new_owner: User, reason: str, by: By
) -> Evaluation:
    """Make somebody else the owner; they declare conflicts before they read answers.

    What was asked of a second person for the prices is dropped, since the one who
    asked no longer runs it.

    Raises:
        Forbidden: neither the owner, nor an operator in their place.
        Refused: it has ended. Invalid: no reason, or nobody who can take it.

    """
    evaluation = lock(evaluation)
    check_hand_on(evaluation, by)
    reason = read_reason(reason, "Say why it is handed on.")
    sentence = why_not_theirs(evaluation, new_owner)
    if sentence:
        raise Invalid(sentence, errors={FIELD: [sentence]})
    drop_asked_opening(
        evaluation=evaluation, by=by, because="The evaluation was handed on."
    )
    before = evaluation.owner
    evaluation.owner = new_owner
    evaluation.save(update_fields=["owner"])
    entry = journal.record(
        evaluation=evaluation,
        action="evaluation.handed_on",
        subject=evaluation,
        by=by,
        before={"owner": before.name},
        after={"owner": new_owner.name},
        reason=reason,
    )
    owe_now(
        kind=EvaluationHandedOn.name,
        evaluation=evaluation,
        subject_id=evaluation.pk,
        occurrence=entry.number,
        recipient=new_owner,
    )
    return evaluation


def why_not_theirs(evaluation: Evaluation, person: User) -> str:
    """Why this person cannot take it over; blank if they can."""
    if person.pk == evaluation.owner_id:
        return f"{person.name} runs it already."
    if voices().filter(evaluation=evaluation, user=person).exists():
        return (
            f"{person.name} holds a role here, and who runs an evaluation signs for "
            "nobody in it. End that role first."
        )
    theirs = Q(person=person) | Q(on_behalf_of=person)
    signed = SignOff.objects.filter(
        theirs, visit__evaluation=evaluation, visit__left_at__isnull=True
    )
    if signed.exists():
        return f"{person.name} has signed this stage, so cannot run it."
    if not may_take_over(evaluation).filter(pk=person.pk).exists():
        return f"{person.name} may not run evaluations; an operator gives that right."
    if barring_interest(person, evaluation) is not None:
        return f"{person.name} has a conflict of interest that nobody has cleared."
    return ""
