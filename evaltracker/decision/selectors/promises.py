"""Promises after the decision: which are open, due, kept."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, JSONField, QuerySet, Value, When
from django.db.models.fields.json import KeyTransform

from evaltracker.decision.models import AnnexLine, CheckVerdict, Decision, PromiseCheck
from evaltracker.decision.selectors.contract_terms import term_of
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.toolbox.days import local_day
from trials.models import Gap
from trials.policy import matters_most
from trials.scoring import Standing
from trials.selectors.cells import LedgerCell
from trials.selectors.ledger import ledger
from vendors.choices import CandidateState
from vendors.effort import OFFERED
from vendors.models import Candidate, PublishedDocument
from vendors.selectors.annex import annex_versions

# The kinds of the mails about them; notices.py.
CHECK_NOTICE = "promise_check_due"


ANNEX_NOTICE = "annex_line_due"
GAP_NOTICE = "gap_promise_due"


@dataclass(frozen=True, slots=True)
class PromisedRow:
    """What was promised: a requirement with its cell, or else an undertaking. No ref of
    the one is an id of the other."""

    key: str
    requirement: Requirement | None
    undertaking: AnnexLine | None
    cell: LedgerCell | None
    verdicts: tuple[CheckVerdict | None, ...]
    # In the annex, if one was put forward.
    number: str
    due_on: datetime.date | None

    @property
    def name(self) -> str:
        if self.requirement:
            return self.requirement.ref
        return self.number

    @property
    def last(self) -> CheckVerdict | None:
        return next((verdict for verdict in reversed(self.verdicts) if verdict), None)


@dataclass(frozen=True, slots=True)
class PromiseOutcome:
    check: PromiseCheck
    holds: int
    partly: int
    fails: int

    @property
    def judged(self) -> int:
        return self.holds + self.partly + self.fails


def chosen_of(evaluation: Evaluation) -> Candidate | None:
    if evaluation.status != Status.DECIDED:
        return None
    rows = Candidate.objects.filter(
        evaluation=evaluation, state=CandidateState.CHOSEN
    ).select_related("vendor", "evaluation")
    return rows.first()


def promised_rows(
    candidate: Candidate, checks: Iterable[PromiseCheck] = ()
) -> list[PromisedRow]:
    """What the newest annex that was put forward lists. Without one every must-have and
    heavy requirement that it said is or will be there, and whatever it weighs what
    failed, held in part or left a gap open. What it said *never* of is no promise. The
    ledger stands still once the evaluation has ended, so these are the rows that the
    memo rests on."""
    places = list(checks)
    book = ledger(candidate.evaluation, candidates=[candidate])
    rows = CheckVerdict.objects.filter(promise_check__in=places)
    verdicts: dict[object, CheckVerdict] = {
        (row.promise_check_id, row.requirement_id or row.undertaking_id): row
        for row in rows.select_related("recorded_by")
    }
    if annex := annex_versions(candidate).first():
        lines = annex.facts["lines"]
    else:
        left_open = set(open_gaps_of(candidate).values_list("requirement", flat=True))
        lines = [
            {"key": requirement.ref, "line": "", "due": None}
            for requirement in book.requirements
            if not (cell := book.cell(candidate, requirement)).not_applicable
            and (
                (matters_most(requirement) and cell.claimed in OFFERED)
                or cell.standing in (Standing.REFUTED, Standing.PARTLY)
                or requirement.pk in left_open
            )
        ]
    needs = {need.ref: need for need in book.requirements}
    undertaken = {str(row.pk): row for row in candidate.annex_lines.all()}

    def row_of(line: Mapping[str, str]) -> PromisedRow:
        need = needs.get(line["key"])
        undertaking = undertaken.get(line["key"])
        about: Any = need or undertaking
        return PromisedRow(
            line["key"],
            need,
            undertaking,
            book.cell(candidate, need) if need else None,
            tuple(verdicts.get((place.pk, about.pk)) for place in places),
            line["line"],
            datetime.date.fromisoformat(line["due"]) if line["due"] else None,
        )

    return [row_of(line) for line in lines]


def awaited_lines(annex: PublishedDocument, day: str) -> list[str]:
    """Numbers of what is due on that day, and was not judged on it or later."""
    rows = CheckVerdict.objects.filter(promise_check__candidate=annex.candidate)
    judged = {
        row.requirement.ref if row.requirement else str(row.undertaking_id)
        for row in rows.select_related("requirement")
        # Days are compared as they are written, the year first.
        if str(local_day(row.recorded_at, annex.candidate.evaluation.zone)) >= day
    }
    newest = annex_versions(annex.candidate).first()
    return [
        line["line"]
        for line in (newest.facts["lines"] if newest else ())
        if line["due"] == day and line["key"] not in judged
    ]


def keepers_of(evaluation: Evaluation) -> set[User]:
    """Its owner, and who looks after the contract."""
    term = term_of(evaluation)
    if term:
        return {evaluation.owner, term.looks_after}
    return {evaluation.owner}


def open_gaps_of(candidate: Candidate) -> QuerySet[Gap]:
    rows: QuerySet[Gap] = Gap.objects.filter(
        trial__candidate=candidate, closed_at__isnull=True
    )
    return rows.select_related("requirement", "trial__lead")


def outcomes_of(checks: Iterable[PromiseCheck]) -> list[PromiseOutcome]:
    places = list(checks)
    verdicts: dict[object, list[str]] = {place.pk: [] for place in places}
    rows = CheckVerdict.objects.filter(promise_check__in=places)
    for key, verdict in rows.values_list("promise_check_id", "found"):
        verdicts[key].append(verdict)
    return [
        PromiseOutcome(
            place,
            *(verdicts[place.pk].count(word) for word in ("holds", "partly", "fails")),
        )
        for place in places
    ]


def due_checks(user: User, until: datetime.date) -> list[PromiseCheck]:
    """Open checks of the evaluations that `user` runs, due by that day, without what
    else candidate and evaluation tell."""
    rows = PromiseCheck.objects.filter(
        candidate__evaluation__owner=user, closed_at__isnull=True, due_on__lte=until
    )
    columns = (f"candidate__evaluation__{name}" for name in ("slug", "title", "zone"))
    rows = rows.select_related("candidate__evaluation")
    return list(rows.only("months", "due_on", *columns))


# The newest ones say most.
MOST = 5


ENDED = (Status.DECIDED, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A vendor's candidate in an evaluation that has ended. `promises` is the frozen
    promise record of the memo, or None without a memo."""

    candidate: Candidate
    decision: Decision | None
    promises: dict[str, Any] | None
    checks: tuple[PromiseOutcome, ...]


def earlier_standing(user: User, candidate: Candidate) -> list[Earlier]:
    """The same vendor's earlier candidates that `user` may see, the newest first. Four
    queries whatever there is. Evaluations that go on are left out: what is sealed in
    one must not be told by another."""
    if candidate.vendor_id is None:
        return []
    rows = (
        Candidate.objects.visible_to(user)
        .filter(vendor=candidate.vendor_id, evaluation__status__in=ENDED)
        .filter(evaluation__is_practice=False)
        .exclude(evaluation=candidate.evaluation_id)
        .select_related("evaluation")
        .order_by("-evaluation__created_at", "name")
    )
    candidates = list(rows[:MOST])
    if not candidates:
        return []
    decisions = {
        decided_with_record.evaluation_id: decided_with_record
        for decided_with_record in decided_with_records(candidates)
    }
    checks: dict[object, list[PromiseOutcome]] = defaultdict(list)
    for promise in outcomes_of(PromiseCheck.objects.filter(candidate__in=candidates)):
        checks[promise.check.candidate_id].append(promise)
    return [
        Earlier(
            candidate,
            decision := decisions.get(candidate.evaluation_id),
            getattr(decision, "record", None),
            tuple(checks[candidate.pk]),
        )
        for candidate in candidates
    ]


def decided_with_records(candidates: Sequence[Candidate]) -> list[Decision]:
    """Their decisions, each with that candidate's frozen promise record alone. A memo
    of a large evaluation is megabytes; the database picks the piece out."""
    pieces = [
        When(
            evaluation=candidate.evaluation_id,
            then=KeyTransform(
                "promises",
                KeyTransform(str(candidate.pk), KeyTransform("results", "memo")),
            ),
        )
        for candidate in candidates
    ]
    rows = Decision.objects.filter(
        evaluation__in=[candidate.evaluation_id for candidate in candidates],
        decided_at__isnull=False,
    ).defer("memo")
    record = Case(*pieces, default=Value(None), output_field=JSONField())
    return list(rows.annotate(record=record))
