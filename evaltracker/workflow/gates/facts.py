"""What the gates read of one evaluation, each fact at its first use."""

import datetime
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from evaltracker.evaluations.choices import Priority, Stage
from evaltracker.evaluations.models import Evaluation, Requirement, User, Visit
from evaltracker.workflow.memo import document_of
from stakeholders.models import Condition, SignOffRule
from stakeholders.policy import insiders
from stakeholders.selectors import RuleTally, open_conditions, tally
from stakeholders.services.sign_offs import digest_of
from trials.models import Criterion, Trial
from trials.selectors import Ledger, unjudged_criteria
from trials.selectors.counted import counted_once, standing_ledger
from vendors.choices import CandidateState
from vendors.models import Candidate
from vendors.policy import conflicted_people

IN_THE_RUNNING = (CandidateState.SHORTLISTED, CandidateState.CHOSEN)


@dataclass(frozen=True, slots=True)
class Judged:
    """How many are judged of how many there are."""

    judged: int = 0
    asked: int = 0

    @property
    def open(self) -> int:
        """How many nobody has judged yet."""
        return self.asked - self.judged

    def __add__(self, other: "Judged") -> "Judged":
        return Judged(self.judged + other.judged, self.asked + other.asked)


class Look:
    """An evaluation as it stands at `now`; facts are cached for one request."""

    def __init__(
        self, evaluation: Evaluation, now: datetime.datetime | None = None
    ) -> None:
        """Look at `evaluation`; `now` defaults to this instant."""
        self.evaluation = evaluation
        self.now = now or timezone.now()

    def at(self, evaluation: Evaluation) -> "Look":
        """This look, if it is at this very state of the evaluation, else a new one."""
        return self if self.evaluation is evaluation else Look(evaluation)

    @cached_property
    def visits(self) -> list[Visit]:
        """All stays, the first first."""
        rows = Visit.objects.filter(evaluation=self.evaluation)
        return list(rows.select_related("entered_by", "left_by").order_by("number"))

    @property
    def visit(self) -> Visit:
        """The stay that is going on, or the last one of an ended evaluation."""
        return self.visits[-1]

    @cached_property
    def requirements(self) -> list[Requirement]:
        """Requirements that are not retired."""
        live = self.evaluation.requirements.filter(retired_at__isnull=True)
        return list(live.select_related("category", "metric"))

    @cached_property
    def musts(self) -> list[Requirement]:
        """The must-haves among them."""
        live = self.evaluation.requirements.filter(retired_at__isnull=True)
        return list(
            live.filter(priority=Priority.MUST).select_related("category", "metric")
        )

    def named(self, ref: str) -> Requirement:
        """The requirement of that reference."""
        return next(row for row in self.requirements if row.ref == ref)

    @cached_property
    def shortlisted(self) -> list[Candidate]:
        """Candidates still in the running."""
        return list(
            Candidate.objects.filter(
                evaluation=self.evaluation, state__in=IN_THE_RUNNING
            )
        )

    @property
    def judges(self) -> list[User]:
        """Who may judge: the owner and everybody with a role, without a conflict."""
        return [person for person in self.insiders if person.pk not in self.conflicted]

    @cached_property
    def insiders(self) -> list[User]:
        """The owner and everybody with a role."""
        return list(insiders(self.evaluation))

    @cached_property
    def conflicted(self) -> set[int]:
        """Ids of people with a conflict of interest that nobody has cleared."""
        return conflicted_people(self.evaluation)

    @cached_property
    def ledger(self) -> Ledger:
        """Every cell of every candidate."""
        return standing_ledger(self.evaluation)

    @cached_property
    def trials(self) -> list[Trial]:
        """Trials of candidates still in the running, with their gaps."""
        return list(
            Trial.objects.filter(candidate__in=self.shortlisted)
            .select_related("candidate")
            .prefetch_related("gaps")
        )

    @cached_property
    def has_rules(self) -> bool:
        """Whether anybody is asked to sign this stage."""
        return SignOffRule.objects.filter(
            evaluation=self.evaluation, stage=self.visit.stage
        ).exists()

    @cached_property
    def criteria(self) -> dict[UUID, Judged]:
        """By candidate in the running, how many criteria of its trials are judged."""
        asked = Criterion.objects.filter(
            trial__candidate__in=self.shortlisted, requirement__retired_at__isnull=True
        )
        pending = set(
            unjudged_criteria()
            .filter(trial__candidate__in=self.shortlisted)
            .values_list("pk", flat=True)
        )
        found = {candidate.pk: Judged() for candidate in self.shortlisted}
        for candidate, key in asked.values_list("trial__candidate", "pk"):
            found[candidate] += Judged(int(key not in pending), 1)
        return found

    @property
    def criteria_in_all(self) -> Judged:
        """The same of all of them together."""
        return sum(self.criteria.values(), Judged())

    @cached_property
    def document(self) -> str:
        """The words that are signed in this stage, as they stand now."""
        return counted_once(
            self.evaluation,
            "document",
            lambda fresh: document_of(fresh, visit=self.at(fresh).visit),
        )

    @cached_property
    def tallies(self) -> list[RuleTally]:
        """How each sign-off rule of this stage stands for those words."""
        if not self.has_rules:  # then nobody has to write the words
            return []
        return tally(self.visit, self.digest, self.barred)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of those words."""
        return digest_of(self.document)

    @property
    def barred(self) -> set[int]:
        """Ids of people whose conflict of interest keeps them from signing it."""
        if self.visit.stage == Stage.REQUIREMENTS:
            return set()
        return self.conflicted

    @property
    def open_conditions(self) -> QuerySet[Condition]:
        """Conditions that nobody has closed, of all stays."""
        return open_conditions(self.evaluation)

    @cached_property
    def visits_with_conditions(self) -> set[object]:
        """Ids of visits on which an approval came with a condition, closed or not."""
        asked = Condition.objects.filter(sign_off__visit__evaluation=self.evaluation)
        return set(asked.values_list("sign_off__visit", flat=True))
