"""The stakeholders of an evaluation: who has a say, who stands in, what each owes."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User, Visit
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.workspace import evaluation_page, show
from stakeholders.choices import Role
from stakeholders.models import (
    Condition,
    Delegation,
    RoleWeight,
    SignOff,
    SignOffRule,
    Stakeholder,
)


@dataclass(slots=True)
class PartRow:
    """One person's part with what they still owe."""

    part: Stakeholder
    is_mine: bool
    lendings: list[Delegation] = field(default_factory=list)
    owes: list[str] = field(default_factory=list)


@evaluation_page("stakeholders", "Stakeholders", order=30, group="People")
def people(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """Everybody with a part, by role, and the rules of the sign-offs."""
    user: Any = request.user
    owner = is_owner(user, evaluation) and evaluation.is_open
    rows = part_rows(evaluation, user)
    groups: dict[str, list[PartRow]] = defaultdict(list)
    for row in rows:
        groups[row.part.get_role_display()].append(row)
    left = Stakeholder.objects.filter(evaluation=evaluation, left_at__isnull=False)
    rules = rules_grid(evaluation)
    return show(
        request,
        evaluation,
        "stakeholders/people.html",
        title="Stakeholders",
        tab="stakeholders",
        groups=dict(groups),
        left=left.select_related("user"),
        stages=list(Stage),
        rules=rules,
        may_write=owner,
    )


def part_rows(evaluation: Evaluation, user: User) -> list[PartRow]:
    """Every part that lasts, with substitutions and debts; a fixed number of reads."""
    parts = Stakeholder.objects.filter(
        evaluation=evaluation, left_at__isnull=True
    ).select_related("user")
    rows = [
        PartRow(stakeholder, stakeholder.user_id == user.pk) for stakeholder in parts
    ]
    today = timezone.localdate()
    lendings: dict[Any, list[Delegation]] = defaultdict(list)
    for delegation in Delegation.objects.filter(
        stakeholder__evaluation=evaluation,
        revoked_at__isnull=True,
        ends_on__gte=today,
        substitute__is_superuser=False,
    ).select_related("substitute", "stakeholder"):
        lendings[delegation.stakeholder_id].append(delegation)
    debts = debts_of(evaluation)
    for row in rows:
        row.lendings = lendings[row.part.pk]
        row.owes = debts(row.part)
        for lending in row.lendings:
            lending.stakeholder.evaluation = evaluation
    return rows


def debts_of(evaluation: Evaluation) -> Callable[[Stakeholder], list[str]]:
    """A function that says what a part still owes in this stage."""
    if not evaluation.is_open:
        return lambda part: []
    visit = Visit.objects.get(evaluation=evaluation, left_at__isnull=True)
    asked = set(
        SignOffRule.objects.filter(
            evaluation=evaluation, stage=evaluation.stage
        ).values_list("role", flat=True)
    )
    given = SignOff.objects.filter(visit=visit, round=visit.round)
    signed: set[tuple[Any, str]] = set()
    for person, behalf, role in given.values_list("person", "on_behalf_of", "role"):
        signed |= {(person, role), (behalf, role)}
    weighed = set(
        RoleWeight.objects.filter(evaluation=evaluation).values_list("role", flat=True)
    )
    owed = Condition.objects.filter(
        sign_off__visit__evaluation=evaluation, closed_at__isnull=True
    ).values_list("owner", flat=True)
    conditions = list(owed)

    def debts(part: Stakeholder) -> list[str]:
        found = []
        if part.role in asked and (part.user_id, part.role) not in signed:
            found.append("a sign-off on this stage")
        if evaluation.stage == Stage.REQUIREMENTS and part.role not in weighed:
            found.append("their role's weights")
        number = conditions.count(part.user_id)
        if number:
            found.append(f"{number} open condition{'s' if number > 1 else ''}")
        return found

    return debts


def rules_grid(evaluation: Evaluation) -> list[tuple[str, list[tuple[str, int]]]]:
    """Roles that somebody holds or that are asked, with the number per stage."""
    rules = {
        (rule.role, rule.stage): rule.required
        for rule in SignOffRule.objects.filter(evaluation=evaluation)
    }
    asked = {role for role, _ in rules}
    return [
        (role.label, [(stage.label, rules.get((role, stage), 0)) for stage in Stage])
        for role in Role
        if role in asked
    ]
