"""Planned dates: what was promised, how it moved, and since when it has slipped."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.toolbox.days import wall_of
from trials.scoring import Availability, Standing
from trials.scoring.dates import SaidOn, Step, Turn, promised_dates
from trials.selectors.cell_tuples import Cell
from trials.selectors.ledger import Ledger, ledger
from vendors.models import Candidate, Claim
from vendors.selectors import active_candidates

# The kind of the mail about it; trials/notices.py.
SLIP_NOTICE = "promise_slipped"
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Promised:
    """The story of one cell's planned date, up to today."""

    candidate: Candidate
    requirement: Requirement
    cell: Cell
    steps: tuple[Step, ...]

    @property
    def date(self) -> datetime.date | None:
        """The date that stands; None if it is no plan any more."""
        return self.steps[-1].date

    @property
    def moves(self) -> int:
        """How often the date was moved."""
        return sum(step.turn == Turn.MOVED for step in self.steps)

    @property
    def days(self) -> int:
        """By how much it moved altogether."""
        return sum(step.days for step in self.steps)

    @property
    def missed(self) -> int:
        """How many promised dates passed before the candidate said anything else."""
        return sum(step.after_it_passed for step in self.steps) + self.slipped

    @property
    def slipped(self) -> bool:
        """Whether the date that stands has passed without proof."""
        return self.cell.state.slipped

    @property
    def is_coming(self) -> bool:
        """Whether the date that stands is still ahead, and nothing was judged."""
        return self.date is not None and self.cell.standing == Standing.CLAIMED

    @property
    def slipped_since(self) -> datetime.date | None:
        """The first day on which it was late."""
        return self.date + DAY if self.slipped and self.date else None


def story(claims: Iterable[Claim], zone: str) -> tuple[Step, ...]:
    """The story of revisions in their order; days are those of `zone`."""
    return promised_dates(
        SaidOn(
            Availability(claim.availability),
            claim.available_from,
            wall_of(claim.submitted_at, zone).date(),
        )
        for claim in claims
    )


def promised(book: Ledger) -> list[Promised]:
    """Every planned date that was ever promised in these cells; one query.

    The slipped first, then by date; what is no plan any more comes last.
    """
    by_cell: dict[object, list[Claim]] = defaultdict(list)
    planned = Claim.objects.filter(
        candidate=OuterRef("candidate"),
        requirement=OuterRef("requirement"),
        availability=Availability.PLANNED,
    )
    keys = [candidate.pk for candidate in book.candidates]
    rows = Claim.objects.filter(Exists(planned), candidate__in=keys)
    for claim in rows.order_by("revision").only(
        *("candidate_id", "requirement_id", "revision"),
        *("availability", "available_from", "submitted_at"),
    ):
        by_cell[claim.candidate_id, claim.requirement_id].append(claim)
    found = [
        Promised(candidate, requirement, book.cell(candidate, requirement), steps)
        for candidate in book.candidates
        for requirement in book.requirements
        if (claims := by_cell.get((candidate.pk, requirement.pk)))
        and (steps := story(claims, book.evaluation.zone))
    ]
    return sorted(
        found,
        key=lambda promise: (not promise.slipped, promise.date or datetime.date.max),
    )


def slipped_claims(evaluation: Evaluation, claims: QuerySet[Claim]) -> list[Claim]:
    """Those of these claims of one evaluation that stand and have slipped.

    Of candidates in the choice only, and of what is asked and applies to them.
    """
    rows = list(
        claims.filter(
            superseded_at__isnull=True,
            candidate__in=active_candidates(evaluation),
            requirement__retired_at__isnull=True,
        ).select_related("candidate__vendor", "requirement__category")
    )
    if not rows:
        return []
    book = ledger(
        evaluation,
        candidates=list({row.candidate_id: row.candidate for row in rows}.values()),
        requirements=list(
            {row.requirement_id: row.requirement for row in rows}.values()
        ),
    )
    return [
        row for row in rows if book.cell(row.candidate, row.requirement).state.slipped
    ]
