"""The contract of a trial as words, and which roles have agreed to them."""

import datetime
import hashlib
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.toolbox.days import today_in, wall_of
from evaltracker.toolbox.redaction import working_days_between
from evaltracker.toolbox.registry import Registry
from evaltracker.toolbox.text import listed
from stakeholders.choices import Role
from stakeholders.models import Stakeholder
from stakeholders.policy import voices
from trials.choices import MilestoneState
from trials.models import Agreement, Criterion, Milestone, RunReport, Trial
from trials.policy import matters_most
from trials.scoring import Standing
from trials.selectors.ledger import Ledger, ledger
from vendors.choices import CandidateState
from vendors.holds_for import named_words
from vendors.models import Candidate
from vendors.policy import conflicted_people

PARTS = (
    ("workload", "What is run"),
    ("environment", "Where it runs"),
    ("data_allowed", "Which data may go in"),
    ("people_hours", "Who, and how many hours"),
    ("exit_plan", "Clean-up when it ends"),
)


@dataclass(frozen=True, slots=True)
class RoleAgreement:
    """A role that is asked: who said yes to the words of now, or who is awaited."""

    role: str
    label: str
    awaited: list[Stakeholder]
    given: Agreement | None

    @property
    def agrees(self) -> bool:
        """Whether somebody of the role agreed to the words of now."""
        return self.given is not None


@dataclass(frozen=True, slots=True)
class Contract:
    """The words, their digest, and the roles that are asked."""

    text: str
    digest: str
    roles: list[RoleAgreement]

    @property
    def awaited(self) -> list[RoleAgreement]:
        """The roles that have not agreed to the words of now."""
        return [role for role in self.roles if not role.agrees]

    def parts_of(self, user: User) -> list[Stakeholder]:
        """The parts of `user` whose role is awaited."""
        return [
            part
            for agreement in self.awaited
            for part in agreement.awaited
            if part.user_id == user.pk
        ]


def contract_text(trial: Trial) -> str:
    """Everything that is agreed on, as text; it holds no clock and no counter.

    Who leads the trial is not part of it: a person may fall ill.
    """
    lines = [
        f"# {trial.title}",
        "",
        f"From {trial.starts_on} to {trial.ends_on}, days in {trial.zone}.",
    ]
    for field, heading in PARTS:
        lines += ["", f"## {heading}", "", getattr(trial, field)]
    if trial.difference:
        heading = "What differs from the other finalists' trials, and why"
        lines += ["", f"## {heading}", "", trial.difference]
    lines += ["", "## Success criteria", ""]
    for criterion in trial.criteria.select_related("requirement").order_by(
        "position", "pk"
    ):
        reach = f" Must reach: {criterion.number}." if criterion.number else ""
        how = f" Measured by: {criterion.method}." if criterion.method else ""
        values = named_words(criterion.named_values)
        for_values = f" For {values}." if values else ""
        said = f"{criterion.text}.{for_values}{reach}{how}"
        lines.append(f"- {criterion.requirement.ref}: {said}")
    return "\n".join(lines) + "\n"


def contract_of(trial: Trial) -> Contract:
    """The contract as it stands; every role with a part is asked, in four queries.

    A person with a conflict of interest is not asked, nor is a role that only such
    people hold.
    """
    text = contract_text(trial)
    digest = hashlib.sha256(text.encode()).hexdigest()
    parts = _asked(trial)
    given = {
        agreement.stakeholder.role: agreement
        for agreement in Agreement.objects.filter(
            trial=trial, digest=digest
        ).select_related("stakeholder__user")
    }
    roles = [
        RoleAgreement(
            role=role,
            label=str(Role(role).label),
            awaited=[part for part in parts if part.role == role],
            given=given.get(role),
        )
        for role in _in_order(part.role for part in parts)
    ]
    return Contract(text, digest, roles)


def _asked(trial: Trial) -> list[Stakeholder]:
    barred = conflicted_people(trial.candidate.evaluation)
    parts = voices().filter(evaluation=trial.candidate.evaluation_id)
    parts = parts.select_related("user")
    return [part for part in parts if part.user_id not in barred]


def _in_order(roles: Iterable[str]) -> list[str]:
    there = set(roles)
    return [role for role in Role.values if role in there]


# Milestones that are nobody's any more: their owner has no part, or no login.


def orphaned_milestones() -> QuerySet[Milestone]:
    """Open ones whose owner would not be reminded."""
    part = Stakeholder.objects.filter(
        evaluation=OuterRef("evaluation"), user=OuterRef("owner"), left_at__isnull=True
    )
    outside = ~Q(owner=F("evaluation__owner")) & ~Exists(part)
    return Milestone.objects.filter(
        Q(owner__is_active=False) | outside,
        state=MilestoneState.OPEN,
        evaluation__status=Status.OPEN,
    )


def orphans_of(evaluation: Evaluation) -> frozenset[uuid.UUID]:
    """The ids of those of one evaluation."""
    rows = orphaned_milestones().filter(evaluation=evaluation)
    return frozenset(rows.values_list("pk", flat=True))


# Benchmarks that have stopped reporting.

# So many working days without a run, after the day of the last one.
SILENT_DAYS = 2


def silent_since(trial: Trial) -> datetime.date | None:
    """The day of the last report, if an open trial's benchmark has stopped.

    Working days are Monday to Friday, since nobody may be at work where it runs. A
    trial whose days are over waits for nothing.
    """
    today = today_in(trial.zone)
    if trial.closed_at or today > trial.ends_on:
        return None
    last = RunReport.objects.filter(trial=trial).aggregate(at=Max("received_at"))["at"]
    if last is None:
        return None
    day = wall_of(last, trial.zone).date()
    # Today is not over.
    yesterday = today - datetime.timedelta(days=1)
    silent = working_days_between(day, yesterday) >= SILENT_DAYS
    return day if silent else None


# For whom trials are drawn up, and the criteria that the ledger asks for.

type Days = tuple[datetime.date, datetime.date]
USUAL_DAYS = 28
# The first and the last day that a higher floor's plan has for trials, if it has any.
PLANNED_DAYS: Registry[
    Callable[[Evaluation], Days | None], Callable[[Evaluation], Days | None]
] = Registry("days planned for trials")
FALLEN_SHORT = (Standing.REFUTED, Standing.PARTLY)
NEEDS_NO_TRIAL = (Standing.PROVEN, Standing.NEVER)


@dataclass(frozen=True, slots=True)
class ProposedCriterion:
    """A requirement that a trial should judge, why, and its criterion of before."""

    requirement: Requirement
    why: str
    before: Criterion | None


def finalists_without_trial(evaluation: Evaluation) -> list[Candidate]:
    """The shortlisted candidates that have no open trial, by name."""
    rows = Candidate.objects.filter(
        evaluation=evaluation, state=CandidateState.SHORTLISTED
    ).exclude(pk__in=Trial.objects.filter(closed_at=None).values("candidate"))
    found = list(rows.order_by("name"))
    for candidate in found:
        candidate.evaluation = evaluation
    return found


def days_of_trials(evaluation: Evaluation) -> Days:
    """The days that the plan has for them; else four weeks from next week."""
    for planned in PLANNED_DAYS:
        if (days := planned(evaluation)) is not None:
            return days
    first = today_in(evaluation.zone) + datetime.timedelta(days=7)
    return first, first + datetime.timedelta(days=USUAL_DAYS - 1)


def proposed_criteria(
    evaluation: Evaluation, candidates: Sequence[Candidate]
) -> list[ProposedCriterion]:
    """What no trial has proven for all of them: must-haves, then by weight.

    Those are the must-haves, the heavy requirements, and what was refuted or held only
    partly. What none of them will ever have, or what does not apply, is not tried.
    """
    book = ledger(evaluation, candidates=candidates)
    before = {
        criterion.requirement_id: criterion
        for criterion in Criterion.objects.in_evaluation(evaluation).order_by("pk")
    }
    found = [
        ProposedCriterion(requirement, why, before.get(requirement.pk))
        for requirement in book.requirements
        if (why := _why(requirement, book, candidates))
    ]
    return sorted(
        found, key=lambda it: (not it.requirement.is_must, -it.requirement.weight)
    )


def _why(
    requirement: Requirement, book: Ledger, candidates: Iterable[Candidate]
) -> str:
    """Why a trial should judge it, in words; blank if it need not."""
    short, unproven = list[str](), list[str]()
    for candidate in candidates:
        cell = book.cell(candidate, requirement)
        if cell.not_applicable or cell.standing in NEEDS_NO_TRIAL:
            continue
        fell_short = cell.standing in FALLEN_SHORT
        (short if fell_short else unproven).append(candidate.name)
    if not short and not (unproven and matters_most(requirement)):
        return ""
    kind = "must-have" if requirement.is_must else f"weight {requirement.weight}"
    parts = [kind]
    if short:
        parts.append(f"fell short for {listed(short)}")
    if unproven:
        parts.append(f"not proven for {listed(unproven)}")
    return "; ".join(parts)
