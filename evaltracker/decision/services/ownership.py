"""Handing an evaluation to a new owner."""

from django.db import transaction
from django.db.models import Q, QuerySet

from evaltracker.decision.notices import EvaluationHandedOn
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal, policy
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.notices.services import scheduling
from evaltracker.toolbox.text import read_reason
from stakeholders.models import SignOff
from stakeholders.policy import voices
from vendors.policy import barring_interest
from vendors.services.quotes import drop_asked_opening

FIELD = "new_owner"


def check_hand_on(evaluation: Evaluation, by: By) -> None:
    """The owner hands it on; an operator does once the owner's login is stopped."""
    user = actor_of(by).user
    owner = evaluation.owner
    operates = user is not None and user.is_active and user.is_superuser
    owns = user is not None and policy.is_owner(user, evaluation)
    if not owns and (owner.is_active or not operates):
        raise Forbidden(
            f"Only {owner.name}, who runs this evaluation, hands it on; an operator "
            "does once that login is stopped."
        )
    policy.require_open(evaluation)
    if not may_take_over(evaluation).exists():
        raise Refused(
            "Nobody else can take it over yet. An operator gives people the right to "
            "start evaluations."
        )


def may_take_over(evaluation: Evaluation) -> QuerySet[User]:
    here = voices().filter(evaluation=evaluation).order_by().values("user")
    people = policy.people_who_may_start().exclude(pk=evaluation.owner_id)
    return people.exclude(pk__in=here).order_by("last_name", "username")


@transaction.atomic
def hand_on_evaluation(
    *, evaluation: Evaluation, new_owner: User, reason: str, by: By
) -> Evaluation:
    """Make somebody else the owner; they declare conflicts before they read answers.

    What was asked of a second person for the prices is dropped, since the one who
    asked no longer runs it.

    Raises:
        Forbidden: neither the owner, nor an operator in their place. Refused: it has
        ended. Invalid: no reason, or nobody who can take it.
    """
    evaluation = policy.lock(evaluation)
    check_hand_on(evaluation, by)
    reason = read_reason(reason, "Give a reason for handing it on.")
    sentence = why_not_theirs(evaluation, new_owner)
    if sentence:
        raise Invalid(sentence, field=FIELD)
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
    scheduling.owe_now(
        kind=EvaluationHandedOn.name,
        evaluation=evaluation,
        subject_id=evaluation.pk,
        occurrence=entry.number,
        recipient=new_owner,
    )
    return evaluation


def why_not_theirs(evaluation: Evaluation, person: User) -> str:
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
