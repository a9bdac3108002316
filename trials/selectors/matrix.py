"""The matrix as it stands: counted once for each version, its numbers, and as JSON."""

import datetime
import hashlib
import json
import threading
import uuid
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    F,
    IntegerField,
    Min,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Length, Replace
from django.utils import timezone

from evaltracker.evaluations.journal import as_json_value
from evaltracker.evaluations.models import Entry, Evaluation, JournalHead, Requirement
from evaltracker.pages.tabs import code_version
from evaltracker.toolbox.days import instant_of, today_in
from evaltracker.toolbox.measures import FAILED, CellNumbers, Measure, Measured, Reading
from evaltracker.toolbox.registry import is_only_reading, seen_by_request
from stakeholders.models import Stakeholder
from trials.choices import DataOwner, Runner, Source
from trials.models import Evidence, Gap, Measurement
from trials.scoring import FORMULA_VERSION, PromiseRecord, rounded
from trials.scoring.effort import EffortCell
from trials.selectors.cells import LedgerCell, awaiting_reply
from trials.selectors.ledger import CandidateColumn, Ledger, ledger, ledger_after
from vendors.claims import Named, named_words
from vendors.models import Candidate, Claim, Effort

# What may change between two readings, journalled or not, is listed in
# docs/developers/architecture.md, *What moves what is counted*; it is all in a version.

DAY = datetime.timedelta(days=1)
PERSON = (
    *("pk", "username", "first_name", "last_name", "is_active", "is_superuser"),
    *("country", "subdivision"),
)
# By journal head and owner's columns, in the order of `_heads`.
HEAD = (
    *("hash", "count", "evaluation__zone", "evaluation__claims_close_at"),
    *("evaluation__stage", "evaluation__status"),
)


@dataclass(frozen=True, slots=True)
class Version:
    """A state of an evaluation: all entries of its journal, with the code and formula
    that count, and what counts and stands in none of them, as one digest. From
    `valid_until` on, time alone may have changed something.

    `entries` is how many entries there are, `besides` the digest of all else.
    """

    digest: str
    valid_until: datetime.datetime
    entries: int
    besides: str

    def holds(self, now: "Version") -> bool:
        return self.digest == now.digest and timezone.now() < self.valid_until

    def differs_in_entries_from(self, now: "Version") -> bool:
        """Whether between this version and that of now there are entries, and no other
        difference."""
        same = self.besides == now.besides and timezone.now() < self.valid_until
        return same and self.entries < now.entries


def versions_of(keys: Collection[uuid.UUID]) -> dict[uuid.UUID, Version]:
    """The versions of evaluations by their keys, in four queries for all."""
    people, companies = _people(keys), _companies(keys)
    # When the next vendor's time to reply is over; then more verdicts count.
    gaps = Gap.objects.filter(awaiting_reply(), trial__candidate__evaluation__in=keys)
    rows = gaps.order_by().values_list("trial__candidate__evaluation")
    replies = dict(rows.annotate(next=Min("reply_until")))
    versions = {}
    for key, head, entries, zone, closing, *owner in _heads(keys):
        tomorrow = instant_of(today_in(zone) + DAY, datetime.time(), zone)
        moments = [tomorrow, closing, replies.get(key)]
        besides = _digest(
            code_version(), FORMULA_VERSION, owner, people[key], companies[key]
        )
        now = timezone.now()
        versions[key] = Version(
            digest=_digest(head, besides),
            valid_until=min(moment for moment in moments if moment and moment > now),
            entries=entries,
            besides=besides,
        )
    return versions


def _digest(*counts: Any) -> str:
    text = json.dumps(counts, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _heads(keys: Collection[uuid.UUID]) -> Any:
    owner = [f"evaluation__owner__{name}" for name in PERSON]
    heads = JournalHead.objects.filter(evaluation__in=keys)
    return heads.values_list("evaluation", *HEAD, *owner)


def _people(keys: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Any]]:
    """Everybody who has or had a part: their names, places, and whether active."""
    people: dict[uuid.UUID, list[Any]] = defaultdict(list)
    parts = Stakeholder.objects.filter(evaluation__in=keys).order_by("pk")
    for key, *person in parts.values_list(
        "evaluation", *(f"user__{name}" for name in PERSON)
    ):
        people[key].append(person)
    return people


def _companies(keys: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Any]]:
    companies: dict[uuid.UUID, list[Any]] = defaultdict(list)
    rows = Candidate.objects.filter(evaluation__in=keys, vendor__isnull=False)
    for key, *company in rows.order_by("pk").values_list(
        "evaluation", "vendor", "vendor__name"
    ):
        companies[key].append(company)
    return companies


# Of more entries the whole ledger is read.
MOST = 50
# What moves cells of the one candidate that it is about, and nobody else's.
OF_CLAIMS = frozenset({"claim.noted", "claim.submitted", "claim.withdrawn"})
OF_VERDICTS = frozenset(
    {"evidence.recorded", "evidence.reconfirmed"}
    | {"evidence.recorded_together", "evidence.taken_back"}
)
# What moves none. Whatever is in none of these may have moved all of them.
OF_NONE = frozenset(
    {
        *("comment.added", "comment.replied", "comment.resolved", "comment.reopened"),
        *("comment.withdrawn", "cost.removed", "cost.set", "file.attached"),
        *("quote.entered", "quote.handed_in", "quote.taken_out", "quote.withdrawn"),
        *("score.changed", "score.given", "score.withdrawn", "scores.locked"),
        *("demo.note_changed", "demo.note_written", "test_invitation.sent"),
        "effort.stated",
        # Runs propose a verdict; nothing moves before a person gives it.
        *("run.left_out", "run.taken_back", "run_token.made", "run_token.revoked"),
        *("quote.read", "quote.reader_named", "quotes.reader_set", "runs.reported"),
    }
)


def moved_between(
    evaluation: uuid.UUID, before: Version, now: Version
) -> set[uuid.UUID] | None:
    """The candidates whose cells may differ; None if any candidate's may."""
    if not before.differs_in_entries_from(now) or now.entries - before.entries > MOST:
        return None
    entries = Entry.objects.filter(
        evaluation=evaluation, number__gt=before.entries, number__lte=now.entries
    )
    actions = list(entries.order_by("number").values_list("action", "subject_id"))
    if not {action for action, _ in actions} <= OF_CLAIMS | OF_VERDICTS | OF_NONE:
        return None
    claims = _subjects(actions, OF_CLAIMS)
    verdicts = _subjects(actions, OF_VERDICTS)
    moved = set(Claim.objects.filter(pk__in=claims).values_list("candidate", flat=True))
    if verdicts:
        rows = Evidence.objects.filter(pk__in=verdicts)
        moved.update(rows.values_list("claim__candidate", flat=True))
    return moved


def _subjects(
    found: Collection[tuple[str, str]], actions: Collection[str]
) -> list[str]:
    return [subject for action, subject in found if action in actions]


# Counts are kept in the process, for pages that only read. Nothing that belongs to a
# person is kept, and rights are asked on reading. A service counts anew: it asks again
# under its locks, and what it has just changed may have no entry yet.

type Count[T] = Callable[[Evaluation], T]

# Of so many evaluations, those that were read last, with so many cells in all.
COUNTED_MOST, MOST_CELLS = 64, 40_000


class EvaluationCache:
    """What was counted of one version of one evaluation, by name."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.version: Version | None = None
        self.values: dict[str, Any] = {}
        # A ledger of before, and its version.
        self.before: tuple[Version, Ledger] | None = None
        # What is counted now, by the thread that has the lock.
        self._counting: Evaluation | None = None

    @property
    def cells(self) -> int:
        book: Ledger | None = self.values.get("ledger")
        return len(book.rows) * len(book.columns) if book else 0

    def get[T](self, key: uuid.UUID, name: str, count: Count[T]) -> T:
        """The value of that name in the version of now; counted if it is not there.

        It is kept if the version is still that of the shelf when everything was read,
        the evaluation itself included. What is counted on the way is kept with it.
        """
        with self.lock:
            if self._counting is None:
                self._renew(key)
                if name not in self.values:
                    return self._count(key, name, count)
            elif name not in self.values:
                self.values[name] = count(self._counting)
            value: T = self.values[name]
            return value

    def kept(self, key: uuid.UUID, name: str) -> Any:
        with self.lock:
            if self._counting is None:
                self._renew(key)
            return self.values.get(name)

    def count_ledger(self, evaluation: Evaluation) -> Ledger:
        """The ledger, from that of before as far as it stands; that one is let go, for
        it is as large."""
        before, self.before = self.before, None
        if before is None or self.version is None:
            return ledger(evaluation, exact=True)
        moved = moved_between(evaluation.pk, before[0], self.version)
        book = moved is not None and ledger_after(before[1], evaluation, moved)
        return book or ledger(evaluation, exact=True).beside(before[1])

    def _renew(self, key: uuid.UUID) -> None:
        """Forget what was counted of another version than the request has found."""
        known: Version | None = seen_by_request().get(key)
        if not (known and self.version and self.version.holds(known)):
            self._turn_to(key, versions_of([key])[key])

    def _turn_to(self, key: uuid.UUID, now: Version) -> None:
        seen_by_request()[key] = now
        if self.version is None or not self.version.holds(now):
            if self.version and "ledger" in self.values:
                self.before = self.version, self.values["ledger"]
            self.version, self.values = now, {}

    def _count[T](self, key: uuid.UUID, name: str, count: Count[T]) -> T:
        self._counting = Evaluation.objects.select_related("owner").get(pk=key)
        held, values = self.version, dict(self.values)
        try:
            value = count(self._counting)
            now = versions_of([key])[key]
            if held and held.holds(now):
                values = {**self.values, name: value}
        finally:
            self._counting, self.values = None, values
        self._turn_to(key, now)
        return value


_shelves: OrderedDict[uuid.UUID, EvaluationCache] = OrderedDict()
_arranging = threading.Lock()


def cached_for_version[T](evaluation: Evaluation, name: str, count: Count[T]) -> T:
    """What `count` makes of the evaluation as it stands; `name` is what it is of.

    `count` reads nothing that belongs to one person, and nobody changes what it
    returns.
    """
    if not is_only_reading():
        return count(evaluation)
    return _shelf(evaluation.pk).get(evaluation.pk, name, count)


def cached_or_none(evaluation: Evaluation, name: str) -> Any:
    """What is kept of that name of the evaluation as it stands; None if nothing is."""
    if not is_only_reading():
        return None
    return _shelf(evaluation.pk).kept(evaluation.pk, name)


def standing_ledger(evaluation: Evaluation) -> Ledger:
    return cached_for_version(evaluation, "ledger", _exact_ledger)


def _exact_ledger(evaluation: Evaluation) -> Ledger:
    if not is_only_reading():
        return ledger(evaluation, exact=True)
    return _shelf(evaluation.pk).count_ledger(evaluation)


def clear_evaluation_caches() -> None:
    with _arranging:
        _shelves.clear()


def _shelf(key: uuid.UUID) -> EvaluationCache:
    with _arranging:
        shelf = _shelves.setdefault(key, EvaluationCache())
        _shelves.move_to_end(key)
        while len(_shelves) > COUNTED_MOST or (
            len(_shelves) > 1
            and sum(shelf.cells for shelf in _shelves.values()) > MOST_CELLS
        ):
            _shelves.popitem(last=False)
        return shelf


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
    efforts, on_file = cell_efforts(book.evaluation), book.on_file or {}
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
    return cached_for_version(evaluation, "efforts", _efforts) if asks else {}


def _efforts(evaluation: Evaluation) -> Mapping[Spot, EffortCell]:
    trials = Evidence.objects.standing().exclude(awaiting_reply("finding__"))
    rows = trials.filter(source=Source.TRIAL, claim__candidate__evaluation=evaluation)
    rows = rows.exclude(runner=Runner.VENDOR, data=DataOwner.VENDOR)
    first: dict[Any, datetime.datetime] = {}
    newest = {}
    for verdict in rows.select_related("claim").order_by("recorded_at", "pk"):
        # One that was said again keeps the moment of the first.
        given = first.get(verdict.reconfirms_id, verdict.recorded_at)
        first[verdict.pk], claim = given, verdict.claim
        newest[claim.candidate_id, claim.requirement_id] = (
            given,
            as_json_value(verdict.took),
        )
    cells: dict[Spot, dict[str, Any]] = {}
    for row in Effort.objects.filter(candidate__evaluation=evaluation).exclude(how=""):
        spot, over = (row.candidate_id, row.requirement_id), row.superseded_at
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
    for one in verdicts:
        measured = one.measured or numbers.get(one.reconfirms)
        numbers[one.key] = measured
        if one.awaits:
            continue
        named = named_words(one.named)
        if not named:
            standing[one.spot] = {}
        standing.setdefault(one.spot, {})[named] = measured
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
    evaluation: Evaluation, asked: dict[UUID, Measure | None]
) -> dict[Spot, Reading]:
    """The numbers of answers that stand; what was asked is put into `asked`."""
    rows = Claim.objects.filter(
        candidate__evaluation=evaluation,
        superseded_at__isnull=True,
        requirement__retired_at__isnull=True,
    ).exclude(number={})
    readings: dict[Spot, Reading] = {}
    for candidate, requirement, number, measure in rows.order_by().values_list(
        *("candidate_id", "requirement_id", "number", "requirement__measure")
    ):
        if claimed := Reading.kept(number):
            readings[candidate, requirement] = claimed
            _ask(asked, requirement, measure)
    return readings


def _ask(
    asked: dict[UUID, Measure | None], requirement: UUID, measure: Mapping[str, Any]
) -> None:
    if requirement not in asked:
        asked[requirement] = Measure.from_json(measure)


def _verdicts(
    evaluation: Evaluation, asked: dict[UUID, Measure | None]
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
            *("pk", "claim__candidate_id", "claim__requirement_id", "reconfirms_id"),
            *("named_values", "criterion__named_values", "awaits"),
            "claim__requirement__measure",
            *("measurement__measure", "measurement__value", "measurement__n", "failed"),
            *("measurement__pool", "measurement__left_out", "measurement__moves"),
        )
    )
    for key, candidate, requirement, again, own, shared, awaits, now, *columns in rows:
        _ask(asked, requirement, now)
        named = {**(shared or {}), **own}
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
        one = book.rows[row]
        requirement = {
            "ref": one.ref,
            "category": one.category,
            "text": one.text,
            "priority": one.priority,
            "weight": one.weight,
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
    value, candidate = column.fit.value, column.candidate
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
