"""Sign-offs that are awaited from a person, their own and lent ones."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import F, Max, Q

from evaltracker.evaluations.clock import today_in
from evaltracker.evaluations.models import Entry
from evaltracker.workflow import links
from evaltracker.workflow.memo import document_of
from evaltracker.workflow.selectors import local_day
from stakeholders.models import SignOff, SignOffRule
from stakeholders.services.sign_offs import digest_of

if TYPE_CHECKING:
    import datetime
    import uuid
    from collections.abc import Iterator

    from evaltracker.evaluations.models import Evaluation, User
    from evaltracker.workflow.inbox.items import Desk, WorkItem
    from stakeholders.models import Delegation

# Entries that change no words that anybody signs.
WORDLESS = Q(action__startswith="sign_off.") | Q(action__startswith="notice.")


def sign_offs(desk: Desk) -> Iterator[WorkItem]:
    """Rules of the current stage that ask for a role which the person stands for."""
    asked = seats(desk)
    if not asked:
        return
    rules = SignOffRule.objects.filter(
        evaluation__in={evaluation for evaluation, _ in asked},
        stage=F("evaluation__stage"),
    )
    given = Given(desk, {holder.pk for holder, _ in asked.values()})
    for rule in rules:
        seat = asked.get((rule.evaluation_id, rule.role))
        if seat is None:
            continue
        evaluation = desk.evaluations[rule.evaluation_id]
        holder, lending = seat
        signed = given.of(rule, holder)
        if signed and given.still_counts(evaluation, signed):
            continue
        again = "again, the words have changed since: " if signed else ""
        yield desk.item(
            "sign_off",
            evaluation,
            f"Sign {again}{rule.get_stage_display().lower()} "
            f"as {rule.get_role_display()}",
            reason(rule, lending),
            links.sign(rule),
        )


def reason(rule: SignOffRule, lending: Delegation | None) -> str:
    """Why it is theirs."""
    number = f"{rule.required} of {rule.get_role_display()} must approve"
    if lending is None:
        return f"You hold the role; {number}."
    return (
        f"You stand in for {lending.stakeholder.user.name} until "
        f"{lending.ends_on:%-d %B}; {number}."
    )


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
    """What was signed in the current rounds, and whether it still is what stands."""

    def __init__(self, desk: Desk, holders: set[int]) -> None:
        self.desk = desk
        current = [desk.visit(one).pk for one in desk.evaluations.values()]
        rows = SignOff.objects.filter(
            Q(person__in=holders) | Q(on_behalf_of__in=holders),
            visit__in=current,
            round=F("visit__round"),
        ).select_related("document")
        self.rows: dict[tuple[uuid.UUID, int], list[SignOff]] = defaultdict(list)
        for one in rows:
            for person in (one.person_id, one.on_behalf_of_id):
                if person is not None:
                    self.rows[one.rule_id, person].append(one)
        self.digests: dict[uuid.UUID, str] = {}
        self.changed: dict[uuid.UUID, datetime.datetime] | None = None

    def of(self, rule: SignOffRule, holder: User) -> list[SignOff]:
        """Verdicts of a person, or on their behalf, on a rule."""
        return self.rows[rule.pk, holder.pk]

    def still_counts(self, evaluation: Evaluation, signed: list[SignOff]) -> bool:
        """Whether one of them is on the words that stand now.

        The words are written anew only if something happened since, or if a day has
        passed, since a planned date can have.
        """
        newest = max(signed, key=lambda one: one.signed_at)
        today = today_in(evaluation.zone)
        same_day = local_day(newest.signed_at, evaluation.zone) == today
        touched = self.last_change().get(evaluation.pk)
        if same_day and (touched is None or touched <= newest.signed_at):
            return True
        if evaluation.pk not in self.digests:
            visit = self.desk.visit(evaluation)
            self.digests[evaluation.pk] = digest_of(
                document_of(evaluation, visit=visit)
            )
        digest = self.digests[evaluation.pk]
        return any(one.document.sha256 == digest for one in signed)

    def last_change(self) -> dict[uuid.UUID, datetime.datetime]:
        """When something that can change words last happened, by evaluation."""
        if self.changed is None:
            newest = (
                Entry.objects.filter(evaluation__in=list(self.desk.evaluations))
                .exclude(WORDLESS)
                .order_by()
                .values_list("evaluation")
                .annotate(Max("at"))
            )
            self.changed = dict(newest)
        return self.changed
