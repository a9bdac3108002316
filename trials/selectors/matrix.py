"""The matrix: the numbers of its cells, their history, and all of it as JSON."""

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BooleanField, Case, F, IntegerField, TextField, Value, When
from django.db.models.functions import Cast, Length, Replace

from evaltracker.enumerations import Source
from evaltracker.evaluations.journal import as_json_value
from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.toolbox.measures import FAILED, CellNumbers, Measure, Measured, Reading
from trials.choices import DataOwner, Runner
from trials.models import Evidence, Measurement
from trials.scoring import PromiseRecord, rounded
from trials.scoring.effort import EffortCell
from trials.selectors.cells import LedgerCell, awaiting_reply
from trials.selectors.evaluation_cache import cached_for_version
from trials.selectors.ledger import CandidateColumn, Ledger
from vendors.claims import Named, named_words
from vendors.models import Candidate, Claim, Effort

# What may change between two readings, journalled or not, is listed in
# docs/developers/architecture.md, *What moves what is counted*; it is all in a version.


# Counts are kept in the process, for pages that only read. Nothing that belongs to a
# person is kept, and rights are asked on reading. A service counts anew: it asks again
# under its locks, and what it has just changed may have no entry yet.


# By candidate and requirement.
type Spot = tuple[Any, Any]
type Numbers = Mapping[tuple[UUID, UUID], CellNumbers]


class TrialVerdict(NamedTuple):
    """A verdict of a trial; `awaits` is whether the vendor may still answer it."""

    key: Any
    spot: Spot
    reconfirms: Any
    named: Named
    measured: Measured | None
    awaits: bool


def cell_numbers(evaluation: Evaluation) -> Numbers:
    return cached_for_version(evaluation, "numbers", _read)


def promises_of(numbers: Numbers, column: CandidateColumn) -> PromiseRecord:
    """The promise record of a column: what missed the number that it claimed itself is
    told apart."""
    key = column.candidate.pk
    missed = (
        row.ref
        for row in column.sums.rows
        if (cell := numbers.get((key, row.pk))) and cell.misses_claim
    )
    return column.sums.promises(frozenset(missed))


# What “yes” costs in days.
NO_EFFORT: dict[str, Any] = {"effort": None, "judged": None, "took": None}


def effort_cells(book: Ledger) -> dict[UUID, dict[str, EffortCell]]:
    """By candidate and ref of an exact ledger what applies; empty where efforts are not
    asked for."""
    if not book.evaluation.asks_effort:
        return {}
    efforts = cell_efforts(book.evaluation)
    on_file = book.on_file or {}
    return {
        column.candidate.pk: {
            row.ref: {
                **efforts.get((column.candidate.pk, row.pk), NO_EFFORT),
                **{"weight": row.weight, "is_must": row.is_must},
                "availability": on_file.get(at * len(book.rows) + number, ("",))[0],
            }
            for number, row in enumerate(book.rows)
            if not column.cells[row.ref].not_applicable
        }
        for at, column in enumerate(book.columns)
    }


def cell_efforts(evaluation: Evaluation) -> Mapping[Spot, EffortCell]:
    """What is stated, tested and timed, in two queries; none where nobody is asked."""
    asks = evaluation.asks_effort
    if asks:
        return cached_for_version(evaluation, "efforts", _efforts)
    return {}


def _efforts(evaluation: Evaluation) -> Mapping[Spot, EffortCell]:
    trials = Evidence.objects.standing().exclude(awaiting_reply("finding__"))
    rows = trials.filter(source=Source.TRIAL, claim__candidate__evaluation=evaluation)
    rows = rows.exclude(runner=Runner.VENDOR, data=DataOwner.VENDOR)
    first: dict[Any, datetime.datetime] = {}
    newest = {}
    for verdict in rows.select_related("claim").order_by("recorded_at", "pk"):
        # One that was said again keeps the moment of the first.
        given = first.get(verdict.reconfirms_id, verdict.recorded_at)
        first[verdict.pk] = given
        claim = verdict.claim
        newest[claim.candidate_id, claim.requirement_id] = (
            given,
            as_json_value(verdict.took),
        )
    cells: dict[Spot, dict[str, Any]] = {}
    for row in Effort.objects.filter(candidate__evaluation=evaluation).exclude(how=""):
        spot = (row.candidate_id, row.requirement_id)
        over = row.superseded_at
        cell = cells.setdefault(spot, {**NO_EFFORT})
        if over is None:
            cell["effort"] = row.said
        at, took = newest.get(spot, (None, None))
        if at and row.submitted_at <= at and (over is None or at < over):
            cell |= {"judged": row.said, "took": took}
    return cells


def measured_by(verdicts: Iterable[TrialVerdict]) -> dict[Spot, list[Measured]]:
    """What the verdicts that stand were measured at, by spot.

    Verdicts come in the order of time: a newer one stands for the values that it
    names, or for all. One that was said again keeps its number.
    """
    numbers: dict[Any, Measured | None] = {}
    standing: dict[Spot, dict[str, Measured | None]] = {}
    for verdict in verdicts:
        measured = verdict.measured or numbers.get(verdict.reconfirms)
        numbers[verdict.key] = measured
        if verdict.awaits:
            continue
        named = named_words(verdict.named)
        if not named:
            standing[verdict.spot] = {}
        standing.setdefault(verdict.spot, {})[named] = measured
    return {
        spot: of_spot
        for spot, by_name in standing.items()
        if (of_spot := [measured for measured in by_name.values() if measured])
    }


def _read(evaluation: Evaluation) -> Numbers:
    measures: dict[UUID, Measure | None] = {}
    claimed = _claims(evaluation, measures)
    measured = measured_by(_verdicts(evaluation, measures))
    return {
        spot: CellNumbers(measures[spot[1]], claimed.get(spot), measured.get(spot, ()))
        for spot in {**claimed, **measured}
    }


def _claims(
    evaluation: Evaluation, measures: dict[UUID, Measure | None]
) -> dict[Spot, Reading]:
    """The numbers of answers that stand; what was asked is put into `measures`."""
    rows = Claim.objects.filter(
        candidate__evaluation=evaluation,
        superseded_at__isnull=True,
        requirement__retired_at__isnull=True,
    ).exclude(number={})
    readings: dict[Spot, Reading] = {}
    for candidate, requirement, number, measure in rows.order_by().values_list(
        "candidate_id", "requirement_id", "number", "requirement__measure"
    ):
        if claimed := Reading.kept(number):
            readings[candidate, requirement] = claimed
            _ask(measures, requirement, measure)
    return readings


def _ask(
    measures: dict[UUID, Measure | None], requirement: UUID, measure: Mapping[str, Any]
) -> None:
    if requirement not in measures:
        measures[requirement] = Measure.from_json(measure)


def _verdicts(
    evaluation: Evaluation, measures: dict[UUID, Measure | None]
) -> Iterable[TrialVerdict]:
    measured = Measurement.objects.in_evaluation(evaluation).values(
        "evidence__claim__requirement"
    )
    rows = (
        Evidence.objects.standing()
        .filter(
            source=Source.TRIAL,
            claim__candidate__evaluation=evaluation,
            claim__requirement__in=measured.order_by(),
            claim__requirement__retired_at__isnull=True,
        )
        .annotate(
            awaits=Case(
                When(awaiting_reply("finding__"), then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            ),
            failed=failed_tests(),
        )
        .order_by("recorded_at", "pk")
        .values_list(
            "pk",
            "claim__candidate_id",
            "claim__requirement_id",
            "reconfirms_id",
            "named_values",
            "criterion__named_values",
            "awaits",
            "claim__requirement__measure",
            "measurement__measure",
            "measurement__value",
            "measurement__n",
            "failed",
            "measurement__pool",
            "measurement__left_out",
            "measurement__moves",
        )
    )
    for (
        key,
        candidate,
        requirement,
        again,
        values,
        shared,
        awaits,
        now,
        *columns,
    ) in rows:
        _ask(measures, requirement, now)
        named = {**(shared or {}), **values}
        reading = dict(zip(OF_MEASUREMENT, columns, strict=True))
        yield TrialVerdict(
            key=key,
            spot=(candidate, requirement),
            reconfirms=again,
            named=named,
            measured=None
            if reading["n"] is None
            else Measured.from_json({**reading, "named": named_words(named)}),
            awaits=awaits,
        )


OF_MEASUREMENT = ("measure", "value", "n", "failed", "pool", "left_out", "moves")


def failed_tests() -> Case:
    """How many tests or runs of a verdict failed; of tests counted in the text that the
    column holds, as those of before say it nowhere else."""
    text = Cast("measurement__results", TextField())
    rest = Replace(text, Value(f'"{FAILED}"'), Value(""))
    length = len(f'"{FAILED}"')
    return Case(
        When(measurement__value="", then=(Length(text) - Length(rest)) / length),
        default=F("measurement__failed"),
        output_field=IntegerField(),
    )


@dataclass(frozen=True, slots=True)
class CellRevision:
    claim: Claim
    evidence: list[Evidence]

    @property
    def is_current(self) -> bool:
        return self.claim.superseded_at is None


def cell_history(candidate: Candidate, requirement: Requirement) -> list[CellRevision]:
    """All revisions in order, each with its evidence in order; three queries."""
    claims = list(
        Claim.objects.filter(candidate=candidate, requirement=requirement)
        .select_related("noted_by")
        .prefetch_related("files")
        .order_by("revision")
    )
    by_claim: dict[object, list[Evidence]] = {claim.pk: [] for claim in claims}
    evidence = Evidence.objects.filter(claim__in=claims).select_related(
        "recorded_by",
        "research_note",
        "script_item__demo",
        "criterion__trial",
        "reconfirms__claim",
        "taken_back__taken_back_by",
    )
    for verdict in evidence.order_by("recorded_at"):
        by_claim[verdict.claim_id].append(verdict)
    return [CellRevision(claim, by_claim[claim.pk]) for claim in claims]


def matrix_json(book: Ledger, rows: Sequence[int] | None = None) -> str:
    """The matrix as JSON; `rows` are the numbers of those wanted, all without it.

    Equal cells are written once and then repeated, which a serializer would not do.
    """
    wanted = range(len(book.rows)) if rows is None else rows
    needed = set().union(*(book.lines[row] for row in wanted))
    cells = {number: _text(cell_as_json(book.kinds[number])) for number in needed}
    lines = []
    for row in wanted:
        ledger_row = book.rows[row]
        requirement = {
            "ref": ledger_row.ref,
            "category": ledger_row.category,
            "text": ledger_row.text,
            "priority": ledger_row.priority,
            "weight": ledger_row.weight,
        }
        line = ",".join([cells[number] for number in book.lines[row]])
        lines.append(f'{_text(requirement)[:-1]},"cells":[{line}]}}')
    head = {
        "as_of": book.as_of.isoformat(),
        "candidates": [column_as_json(column) for column in book.columns],
        "numbers": numbers_as_json(book, wanted),
    }
    return f'{_text(head)[:-1]},"requirements":[{",".join(lines)}]}}'


def numbers_as_json(book: Ledger, rows: Sequence[int]) -> list[dict[str, Any]]:
    numbers = cell_numbers(book.evaluation)
    if not numbers:
        return []
    return [
        {"ref": need.ref, "candidate": str(column.candidate.pk), **cell.as_json()}
        for need in (book.rows[row] for row in rows)
        for column in book.columns
        if (cell := numbers.get((column.candidate.pk, need.pk)))
    ]


def column_as_json(column: CandidateColumn) -> dict[str, Any]:
    value = column.fit.value
    candidate = column.candidate
    return {
        "id": str(candidate.pk),
        "name": candidate.name,
        "kind": candidate.kind,
        "state": candidate.state,
        "fit": None if value is None else str(rounded(value * 100, 1)),
        **asdict(column.coverage),
        "blocked_by": list(column.knock_outs),
    }


def cell_as_json(kind: LedgerCell) -> dict[str, Any]:
    return {
        "claimed": kind.claimed,
        "shown": kind.shown,
        "tested": kind.tested,
        "standing": kind.standing,
        "not_applicable": kind.not_applicable,
        "to_reconfirm": kind.to_reconfirm,
    }


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
