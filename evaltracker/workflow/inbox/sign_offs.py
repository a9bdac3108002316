"""Sign-offs that are awaited from a person, their own and lent ones."""

import uuid
from collections import defaultdict
from collections.abc import Iterator

from django.db.models import F

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import User
from evaltracker.workflow import links
from evaltracker.workflow.inbox.items import Desk, WorkItem
from evaltracker.workflow.inbox.steps import Stand
from stakeholders.choices import APPROVALS
from stakeholders.models import Delegation, SignOff, SignOffRule


def sign_offs(desk: Desk) -> Iterator[WorkItem]:
    """Rules of the current stage that ask for a role which the person stands for."""
    asked = seats(desk)
    if not asked:
        return
    rules = SignOffRule.objects.filter(
        evaluation__in={evaluation for evaluation, _ in asked},
        stage=F("evaluation__stage"),
    )
    given = Given(desk)
    for rule in rules:
        seat = asked.get((rule.evaluation_id, rule.role))
        evaluation = desk.evaluations[rule.evaluation_id]
        if seat is None:
            continue
        if evaluation.pk in desk.barred and evaluation.stage != Stage.REQUIREMENTS:
            continue
        holder, lending = seat
        stand = desk.stands.of(evaluation)
        if given.settled(rule, stand.digest, holder):
            continue
        yield desk.item(
            "sign_off",
            evaluation,
            wording(rule, signed_before=given.of(rule, holder)),
            reason(rule, lending, stand),
            links.sign(rule),
            waits=not stand.is_signed_now,
        )


def wording(rule: SignOffRule, *, signed_before: bool) -> str:
    """What is to be done."""
    again = "again, the words have changed since: " if signed_before else ""
    stage = rule.get_stage_display().lower()
    return f"Sign {again}{stage} as {rule.get_role_display()}"


def reason(rule: SignOffRule, lending: Delegation | None, stand: Stand) -> str:
    """Why it is theirs, and that it is not their turn yet."""
    number = f"{rule.required} of {rule.get_role_display()} must approve."
    whose = "You hold the role"
    if lending is not None:
        lender = lending.stakeholder.user.name
        whose = f"You are the substitute for {lender} until {lending.ends_on:%-d %B}"
    if stand.is_signed_now:
        return f"{whose}; {number}"
    return f"{whose}; {number} Not your turn yet, so the words may still change."


def seats(desk: Desk) -> dict[tuple[uuid.UUID, str], tuple[User, Delegation | None]]:
    """By evaluation and role, for whom the person would sign: themselves first."""
    found: dict[tuple[uuid.UUID, str], tuple[User, Delegation | None]] = {}
    for part in desk.parts:
        found[part.evaluation_id, part.role] = (desk.user, None)
    for lending in desk.lent:
        part = lending.stakeholder
        found.setdefault((part.evaluation_id, part.role), (part.user, lending))
    return {
        key: seat
        for key, seat in found.items()
        # The owner of an evaluation signs for nobody in it.
        if desk.evaluations[key[0]].owner_id != desk.user.pk
    }


class Given:
    """What was signed in the current rounds, by rule."""

    def __init__(self, desk: Desk) -> None:
        current = [
            desk.visit(evaluation).pk for evaluation in desk.evaluations.values()
        ]
        self.rows: dict[uuid.UUID, list[SignOff]] = defaultdict(list)
        rows = SignOff.objects.filter(visit__in=current, round=F("visit__round"))
        for row in rows.select_related("document").defer("document__content"):
            self.rows[row.rule_id].append(row)

    def of(self, rule: SignOffRule, holder: User) -> bool:
        """Whether the person signed any words of this round, or somebody for them."""
        return any(
            holder.pk in (row.person_id, row.on_behalf_of_id)
            for row in self.rows[rule.pk]
        )

    def settled(self, rule: SignOffRule, digest: str, holder: User) -> bool:
        """Whether nothing is awaited from `holder` on the words with `digest`.

        They signed them, enough others did, or somebody is against them.
        """
        stands = [row for row in self.rows[rule.pk] if row.document.sha256 == digest]
        approved = sum(sign_off.verdict in APPROVALS for sign_off in stands)
        return (
            approved >= rule.required
            or approved < len(stands)
            or any(
                holder.pk in (sign_off.person_id, sign_off.on_behalf_of_id)
                for sign_off in stands
            )
        )
