"""What the chosen candidate promised, what held in its trial, and what holds since."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.workflow.models import CheckVerdict, PromiseCheck
from trials.policy import matters_most
from trials.scoring import Availability
from trials.selectors import Cell, ledger
from vendors.choices import CandidateState
from vendors.models import Candidate

# The kind of the mail about it; decision_notices.py.
CHECK_NOTICE = "promise_check_due"
MORNING = datetime.time(9)
PROMISED = (
    Availability.NOW,
    Availability.BETA,
    Availability.PLANNED,
    Availability.ON_REQUEST,
)


@dataclass(frozen=True, slots=True)
class PromisedRow:
    """One promised requirement: the claim, its proof, and a place for each check."""

    requirement: Requirement
    cell: Cell
    verdicts: tuple[CheckVerdict | None, ...]

    @property
    def last(self) -> CheckVerdict | None:
        """What the latest check said."""
        return next((verdict for verdict in reversed(self.verdicts) if verdict), None)


@dataclass(frozen=True, slots=True)
class Kept:
    """How many promises held, held in part and failed in one check."""

    check: PromiseCheck
    holds: int
    partly: int
    fails: int

    @property
    def judged(self) -> int:
        return self.holds + self.partly + self.fails


def chosen_of(evaluation: Evaluation) -> Candidate | None:
    """The candidate that was chosen, once it is decided."""
    if evaluation.status != Status.DECIDED:
        return None
    rows = Candidate.objects.filter(
        evaluation=evaluation, state=CandidateState.CHOSEN
    ).select_related("vendor", "evaluation")
    return rows.first()


def promised_rows(
    candidate: Candidate, checks: Iterable[PromiseCheck] = ()
) -> list[PromisedRow]:
    """Every must-have and heavy requirement that it said is or will be there.

    What it said *never* of is no promise. The ledger stands still once the evaluation
    has ended, so these are the rows that the memo rests on.
    """
    places = list(checks)
    book = ledger(candidate.evaluation, candidates=[candidate])
    said: dict[object, CheckVerdict] = {
        (verdict.promise_check_id, verdict.requirement_id): verdict
        for verdict in CheckVerdict.objects.filter(
            promise_check__in=places
        ).select_related("recorded_by")
    }
    return [
        PromisedRow(
            requirement,
            cell,
            tuple(said.get((place.pk, requirement.pk)) for place in places),
        )
        for requirement in book.requirements
        if matters_most(requirement)
        and not (cell := book.cell(candidate, requirement)).not_applicable
        and cell.claimed in PROMISED
    ]


def outcomes_of(checks: Iterable[PromiseCheck]) -> list[Kept]:
    """What each of these checks came to; one query."""
    places = list(checks)
    found: dict[object, list[str]] = {place.pk: [] for place in places}
    rows = CheckVerdict.objects.filter(promise_check__in=places)
    for key, verdict in rows.values_list("promise_check_id", "found"):
        found[key].append(verdict)
    return [
        Kept(
            place,
            *(found[place.pk].count(word) for word in ("holds", "partly", "fails")),
        )
        for place in places
    ]


def due_checks(user: User, until: datetime.date) -> list[PromiseCheck]:
    """Open checks of the evaluations that `user` runs, due by that day, without what
    else candidate and evaluation tell."""
    rows = PromiseCheck.objects.filter(
        candidate__evaluation__owner=user, closed_at__isnull=True, due_on__lte=until
    )
    where = (f"candidate__evaluation__{name}" for name in ("slug", "title", "zone"))
    rows = rows.select_related("candidate__evaluation")
    return list(rows.only("months", "due_on", *where))
