"""Changing a part: another role, or scoring from now on or no more."""

from collections.abc import Callable

from django.db import transaction

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.policy import change, lock
from evaltracker.kit.registry import Registry
from stakeholders.choices import Role
from stakeholders.models import SignOff, Stakeholder
from stakeholders.services.people import check_change_stakeholders

# What higher floors know of a part: what was done with it, e.g. “given scores”, or "".
PART_USES: Registry[Callable[[Stakeholder], str], Callable[[Stakeholder], str]] = (
    Registry("use of a part")
)


@transaction.atomic
def change_stakeholder(
    *,
    stakeholder: Stakeholder,
    by: By,
    role: str | None = None,
    scores: bool | None = None,
) -> Stakeholder:
    """Give a part another role, or let it score or not.

    Raises:
        Forbidden: not the owner. Refused: the evaluation or the part has ended, or
            something was signed, scored or lent with it. Invalid: by field.

    """
    evaluation = lock(stakeholder.evaluation)
    check_change_stakeholders(evaluation, by)
    stakeholder = Stakeholder.objects.select_related("user").get(pk=stakeholder.pk)
    if stakeholder.left_at:
        raise Refused("This part has ended already.")
    values: dict[str, object] = {}
    if role is not None and role != stakeholder.role:
        _refuse_taken(stakeholder, role)
        _refuse_used(stakeholder)
        values["role"] = role
    if scores is not None and scores != stakeholder.scores:
        if not scores:
            _refuse_used(stakeholder, but_signed=True)
        values["scores"] = scores
    before, after = change(stakeholder, **values)
    if after:
        journal.record(
            evaluation=evaluation,
            action="stakeholder.changed",
            subject=stakeholder,
            by=by,
            before=before,
            after=after,
        )
    return stakeholder


def _refuse_taken(stakeholder: Stakeholder, role: str) -> None:
    """Refuse a role that is none, or that the person holds or held here."""
    name = stakeholder.user.name
    if role not in Role.values:
        raise Invalid("Choose a role.", errors={"role": ["Choose a role."]})
    others = Stakeholder.objects.filter(
        evaluation=stakeholder.evaluation, user=stakeholder.user, role=role
    )
    if others.filter(left_at=None).exists():
        raise Refused(f"{name} is {Role(role).label} already.")
    if others.exists():
        raise Refused(
            f"{name} was {Role(role).label} before. End this part, and add them as "
            f"{Role(role).label} again."
        )


def _refuse_used(stakeholder: Stakeholder, *, but_signed: bool = False) -> None:
    """Refuse to change what something rests on, saying what."""
    done = [said for use in PART_USES if (said := use(stakeholder))]
    if not but_signed:
        signed = SignOff.objects.filter(
            visit__evaluation=stakeholder.evaluation, role=stakeholder.role
        )
        mine = signed.filter(person=stakeholder.user) | signed.filter(
            on_behalf_of=stakeholder.user
        )
        if mine.exists():
            done.append("signed")
        if stakeholder.delegations.filter(revoked_at=None).exists():
            done.append("named a substitute")
    if done:
        raise Refused(
            f"{stakeholder.user.name} has {' and '.join(done)} as "
            f"{stakeholder.get_role_display()}. End this part and add another."
        )
