"""Giving people a part, lending it, and what each role finds important."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.dispatch import Signal, receiver
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import SYSTEM, By, actor_of
from evaltracker.evaluations.models import Category, Evaluation, User
from evaltracker.evaluations.policy import (
    change,
    change_and_tell,
    check_owned,
    checked,
    lock,
    require_open,
    require_owner,
)
from evaltracker.notices.services.scheduling import cancel_notices, owe_now
from evaltracker.requirements.services.evaluations import evaluation_started
from evaltracker.toolbox.days import today_in
from evaltracker.toolbox.working_days import day_in_words
from stakeholders.models import (
    Delegation,
    Role,
    RoleWeight,
    SignOff,
    SignOffRule,
    Stakeholder,
    role_names,
)
from stakeholders.notices import DelegationGiven
from stakeholders.policy import has_a_say, has_role, lendings, require_a_say, voices
from stakeholders.selectors import lending_warnings, roles_of, weights_sealed_at

# Lending a part for some days, and who sees an evaluation because of it.

LONGEST = datetime.timedelta(days=366)


def check_delegate(stakeholder: Stakeholder, by: User) -> None:
    if stakeholder.user_id != by.pk or stakeholder.left_at or not has_a_say(by):
        raise Forbidden("Only the person who holds a part may lend it.")
    require_open(stakeholder.evaluation)


@transaction.atomic
def delegate(
    *,
    stakeholder: Stakeholder,
    substitute: User,
    starts_on: datetime.date,
    ends_on: datetime.date,
    by: User,
    anyway: bool = False,
) -> Delegation:
    """Let `substitute` act for this part between two days, both included.

    Both are told. The days are those of the evaluation's zone. The substitute sees the
    evaluation until the last of them, and cannot hand the part on.

    Raises:
        Forbidden: it is not `by`'s own part, or it does not count. Refused: to the
        owner, to oneself, or to an operator. Invalid: days that are over, the wrong way
        round, or more than a year; not `anyway`, and too few different people would be
        left to sign.
    """
    evaluation = stakeholder.evaluation
    check_delegate(stakeholder, by)
    if substitute.pk in (by.pk, evaluation.owner_id) or not substitute.is_active:
        raise Refused("Lend it to an active colleague who is not the owner.")
    require_a_say(substitute)
    check_days(starts_on, ends_on, today_in(evaluation.zone))
    warning, is_short = lending_warnings(stakeholder, [substitute])[substitute]
    if is_short and not anyway:
        raise Invalid(warning, field="anyway")
    days: dict[str, Any] = {"starts_on": starts_on, "ends_on": ends_on}
    lending = Delegation(stakeholder=stakeholder, substitute=substitute, **days)
    checked(lending)
    lending.save()
    update_access(evaluation, substitute)
    for recipient in (by, substitute):
        owe_now(DelegationGiven.name, evaluation, lending.pk, recipient=recipient)
    after = {
        "for": stakeholder.user.name,
        "role": stakeholder.role,
        "substitute": substitute.name,
        **days,
    }
    journal.record(evaluation, "delegation.given", lending, by, after=after)
    return lending


def check_days(
    starts_on: datetime.date, ends_on: datetime.date, today: datetime.date
) -> None:
    if ends_on < starts_on:
        sentence = "The last day is before the first."
    elif ends_on < today:
        sentence = "The last day is over already."
    elif ends_on - starts_on > LONGEST:
        sentence = "Name a substitute for a year at most; name another after it."
    else:
        return
    raise Invalid(sentence, field="ends_on")


@transaction.atomic
def revoke_delegation(*, delegation: Delegation, by: By) -> Delegation:
    part = delegation.stakeholder
    user = actor_of(by).user
    may = (part.user_id, part.evaluation.owner_id)
    if user is None or not user.is_active or user.pk not in may:
        raise Forbidden("Only the lender or the owner may end a substitution.")
    if delegation.revoked_at:
        raise Refused("This has ended already.")
    change(delegation, revoked_at=timezone.now())
    update_access(part.evaluation, delegation.substitute)
    kind = DelegationGiven.name
    because = "The substitution is ended."
    cancel_notices(kind=kind, subject_id=delegation.pk, because=because)
    before = {"substitute": delegation.substitute.name}
    journal.record(part.evaluation, "delegation.revoked", delegation, by, before=before)
    return delegation


def update_access(evaluation: Evaluation, user: User) -> bool:
    """Let `user` see it while a part or a substitution lasts; whether they do."""
    holds = Stakeholder.objects.filter(
        evaluation=evaluation, user=user, left_at__isnull=True
    )
    sees = holds.exists() or lendings(evaluation).filter(substitute=user).exists()
    if sees:
        evaluation.readers.add(user)
    else:
        evaluation.readers.remove(user)
    return sees


def end_lapsed_sight() -> None:
    """A chore: whose substitution is over no longer sees the evaluation.

    Time alone ends a substitution, so nobody's act takes the sight away.
    """
    over = Delegation.objects.filter(
        revoked_at__isnull=True,
        ends_on__lt=timezone.now().date() + datetime.timedelta(days=1),
        stakeholder__evaluation__readers=F("substitute"),
    ).select_related("stakeholder__evaluation", "stakeholder__user", "substitute")
    for lending in over:
        evaluation = lock(lending.stakeholder.evaluation)
        lasts = lending.ends_on >= today_in(evaluation.zone)
        if lasts or update_access(evaluation, lending.substitute):
            continue
        before = {"substitute": lending.substitute.name}
        journal.record(evaluation, "delegation.lapsed", lending, SYSTEM, before=before)


@transaction.atomic
def add_stakeholder(
    *, evaluation: Evaluation, user: User, role: str, by: By, scores: bool = False
) -> Stakeholder:
    """Give `user` a role; they see the evaluation from now on.

    Without a role it is the one that is theirs in the company.
    """
    check_owned(evaluation, by)
    if user.pk == evaluation.owner_id:
        raise Refused("The owner cannot sign for a role, so cannot hold one.")
    require_a_say(user)
    role = role or _own_role(user)
    seat: dict[str, Any] = {"evaluation": evaluation, "user": user, "role": role}
    part = Stakeholder.objects.filter(**seat).first()
    if part is not None and part.left_at is None:
        raise Refused(f"{user.name} is {part.get_role_display()} already.")
    if part is None:
        part = Stakeholder(**seat, scores=scores)
        checked(part)
        part.save()
    else:
        change(part, left_at=None, scores=scores)
    evaluation.readers.add(user)
    after = {"user": user.name, "role": role, "scores": scores}
    journal.record(evaluation, "stakeholder.added", part, by, after=after)
    return part


@receiver(evaluation_started)
def add_same_people(
    *, evaluation: Evaluation, people_of: Evaluation | None, by: User, **_: Any
) -> int:
    """Give who has a part in `people_of` the same part here. Returns how many."""
    rows = voices().filter(evaluation=people_of, user__is_active=True)
    rows = rows.exclude(user=by).select_related("user")
    for part in rows:
        seat = {name: getattr(part, name) for name in ("user", "role", "scores")}
        add_stakeholder(evaluation=evaluation, by=by, **seat)
    return len(rows)


def _own_role(user: User) -> str:
    roles = roles_of(user)
    if len(roles) == 1:
        return roles[0]
    if roles:
        several = "several roles"
    else:
        several = "no role"
    raise Invalid(
        f"{user.name} has {several} in the company; choose one.", field="role"
    )


@transaction.atomic
def remove_stakeholder(*, stakeholder: Stakeholder, reason: str, by: By) -> Stakeholder:
    """End a part; what was signed and scored stays, sight ends with the last part."""
    evaluation = stakeholder.evaluation
    check_owned(evaluation, by)
    if stakeholder.left_at:
        raise Refused("This part has ended already.")
    if not reason.strip():
        raise Invalid("Say why.", field="reason")
    change(stakeholder, left_at=timezone.now())
    update_access(evaluation, stakeholder.user)
    for lending in stakeholder.delegations.select_related("substitute"):
        update_access(evaluation, lending.substitute)
    before = {"user": stakeholder.user.name, "role": stakeholder.role}
    journal.record(
        evaluation, "stakeholder.removed", stakeholder, by, before=before, reason=reason
    )
    return stakeholder


def check_say_role_weights(evaluation: Evaluation, by: User) -> None:
    if not has_role(by, evaluation):
        raise Forbidden("Only those who hold a role can set its weights.")
    require_open(evaluation)
    sealed = weights_sealed_at(evaluation)
    if sealed is not None:
        raise Refused(
            f"Each role's weights were sealed on {day_in_words(sealed)}, when research "
            "began. Nobody could favour a vendor's strengths."
        )


def check_weigh_for_role(evaluation: Evaluation, role: str, by: User) -> None:
    check_say_role_weights(evaluation, by)
    if not has_role(by, evaluation, Role(role)):
        name = role_names(evaluation)[role]
        raise Forbidden(f"Only {name} says what weighs for it.")


@transaction.atomic
def weigh_for_role(
    *, evaluation: Evaluation, category: Category, role: str, weight: int, by: User
) -> RoleWeight:
    """Say what a category weighs for a role, before any vendor is seen.

    Raises:
        Forbidden: `by` does not hold the role. Refused: research has begun, or had
        begun before the evaluation was sent back.
    """
    evaluation = lock(evaluation)
    check_weigh_for_role(evaluation, role, by)
    if category.evaluation_id != evaluation.pk:
        raise Invalid("The category belongs to another evaluation.")
    row = RoleWeight.objects.filter(category=category, role=role).first()
    before = {"weight": row.weight} if row else {}
    if row and row.weight == weight:
        return row
    if row is None:
        row = RoleWeight(evaluation=evaluation, category=category, role=role)
    row.weight = weight
    row.set_by = by
    checked(row)
    row.save()
    after = {"category": category.name, "role": role, "weight": weight}
    journal.record(evaluation, "role_weight.said", row, by, before=before, after=after)
    return row


# Changing a part: another role, or scoring from now on or no more.

# Sent with `part`: a higher floor answers what was done with it, e.g. “given scores”.
uses_asked = Signal()


@transaction.atomic
def change_stakeholder(
    *,
    stakeholder: Stakeholder,
    by: By,
    role: str | None = None,
    scores: bool | None = None,
) -> Stakeholder:
    evaluation = lock(stakeholder.evaluation)
    check_owned(evaluation, by)
    stakeholder = Stakeholder.objects.select_related("user").get(pk=stakeholder.pk)
    stakeholder.evaluation = evaluation
    if stakeholder.left_at:
        raise Refused("This part has ended already.")
    values: dict[str, Any] = {}
    if role is not None and role != stakeholder.role:
        _refuse_taken(stakeholder, role)
        _refuse_used(stakeholder)
        values["role"] = role
    if scores is not None and scores != stakeholder.scores:
        if not scores:
            _refuse_used(stakeholder, but_signed=True)
        values["scores"] = scores
    change_and_tell(stakeholder, "stakeholder.changed", by, **values)
    return stakeholder


def _refuse_taken(stakeholder: Stakeholder, role: str) -> None:
    name = stakeholder.user.name
    names = role_names(stakeholder.evaluation_id)
    if role not in names:
        raise Invalid("Choose a role.", field="role")
    others = Stakeholder.objects.filter(
        evaluation=stakeholder.evaluation, user=stakeholder.user, role=role
    )
    if others.filter(left_at=None).exists():
        raise Refused(f"{name} is {names[role]} already.")
    if others.exists():
        raise Refused(
            f"{name} was {names[role]} before. End this part, and add them as "
            f"{names[role]} again."
        )


def _refuse_used(stakeholder: Stakeholder, *, but_signed: bool = False) -> None:
    answers = uses_asked.send(Stakeholder, part=stakeholder)
    done = [use for _, use in answers if use]
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


# Saying how many of which role must approve before a stage is left.


@transaction.atomic
def set_sign_off_rules(
    *, evaluation: Evaluation, rules: Mapping[tuple[str, str], int], by: By
) -> None:
    """As `set_sign_off_rule` by stage and role; whom it adds are asked first."""
    for (stage, role), required in sorted(rules.items(), key=lambda rule: not rule[1]):
        set_sign_off_rule(
            evaluation=evaluation, stage=stage, role=role, required=required, by=by
        )


@transaction.atomic
def set_sign_off_rule(
    *, evaluation: Evaluation, stage: str, role: str, required: int, by: By
) -> SignOffRule | None:
    """Ask `required` people of a role to approve before a stage is left.

    With 0 the rule goes, unless somebody signed on it already, or nobody else is asked
    to approve the decision.
    """
    require_owner(by, evaluation)
    evaluation = lock(evaluation)
    require_open(evaluation)
    rule = SignOffRule.objects.filter(
        evaluation=evaluation, stage=stage, role=role
    ).first()
    before = {"required": rule.required if rule else 0}
    if before["required"] == required:
        return rule
    if required == 0 and rule is not None:
        if rule.sign_offs.exists():
            raise Refused("Somebody signed on this rule, so it stays.")
        others = evaluation.sign_off_rules.filter(stage=stage).exclude(pk=rule.pk)
        if stage == Stage.DECISION and not others.exists():
            raise Refused("The decision needs at least one role that approves it.")
        rule.delete()
        gone = {**before, "stage": stage, "role": role}
        journal.record(evaluation, "sign_off_rule.removed", rule, by, before=gone)
        return None
    if rule is None:
        rule = SignOffRule(evaluation=evaluation, stage=stage, role=role)
    rule.required = required
    checked(rule)
    rule.save()
    after = {"stage": stage, "role": role, "required": required}
    journal.record(
        evaluation, "sign_off_rule.set", rule, by, before=before, after=after
    )
    return rule
