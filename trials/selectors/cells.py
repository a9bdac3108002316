"""Reading what counts of many cells, as shapes, in three queries and one to spare.

The loops here run 100,000 times for one page. So ids come as text, which costs a tenth
of objects, and shapes are made as plain tuples, which are equal to the named ones.
Values of the brief are read only where requirements have to hold in any.
"""

import datetime
import json
import threading
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models import Value as ModelsValue
from django.db.models.functions import Cast
from django.utils import timezone

from evaltracker.enumerations import Availability, Source
from trials import scoring
from trials.models import Evidence, Excuse, Gap
from trials.scoring import (
    CellRecord,
    CellState,
    Credits,
    FitRow,
    FitSum,
    JudgedAnswer,
    JudgedPromise,
    Names,
    Ruled,
    ScopedAnswer,
    Standing,
    Value,
    ValueState,
    Verdict,
    cell_state,
    fit_row,
    fit_sum,
    read_means,
)
from vendors.models import Claim, Ruling

# Cells of one shape stand alike, because nothing else of them is asked. In the order of
# their columns shapes are plain tuples where many are read (`read_shapes`).

START = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
# A ruling that names no values is for all of them.
WHOLE = "{}"


class AnswerShape(NamedTuple):
    """One revision of an answer; `holds_for` and `environments` as JSON, if read."""

    availability: str
    available_from: datetime.date | None = None
    holds_for: str = ""
    environments: str = ""


class VerdictShape(NamedTuple):
    """What counts of a verdict; they come in the order of time.

    `when` is its instant, or only whether it is the same as that of the one before.
    `older` is 0 if it judged the current answer, else the revision of the requirement
    that was answered then. `judged` and `promised` are as in `JudgedAnswer`, without
    lists the availability alone.
    """

    older: int
    source: str
    verdict: str
    independent: bool
    when: datetime.datetime | bool
    runner: str
    data: str
    judged: AnswerShape | str
    promised: AnswerShape | str | None
    named: str = ""
    item_named: str = ""
    same_words: bool = False


class Shape(NamedTuple):
    """What counts of a cell; without an answer, `availability` is blank.

    `day` decides which dates have passed where values of the brief are answered; else
    `available_from` is there only once it has passed. Rulings are JSON of the values
    that they name, blank if there is none. `ours`: the buyer noted what stands.
    """

    availability: str = ""
    available_from: datetime.date | None = None
    answered: int = 0
    stale: bool = False
    not_applicable: str = ""
    excused: str = ""
    verdicts: tuple[VerdictShape, ...] = ()
    ours: bool = False
    demanded: tuple[Value, ...] = ()
    holds_for: str = ""
    environments: str = ""
    day: datetime.date | None = None


# A shape and its verdicts as they are read: any tuples in this order.
type PlainShape = tuple[Any, ...]


def shape_of(plain: PlainShape) -> Shape:
    shape = Shape(*plain)
    return shape._replace(
        verdicts=tuple(VerdictShape(*verdict) for verdict in shape.verdicts)
    )


def without_instants(plain: PlainShape, day: datetime.date) -> PlainShape:
    """The shape that a cell has if it is not read exactly, as of that day."""
    offer, planned, *rest = plain
    verdicts = []
    last = None
    has_lists = len(plain) > len(Shape._fields[:8])
    for verdict in plain[6]:
        verdicts.append((*verdict[:4], verdict[4] == last, *verdict[5:]))
        last = verdict[4]
    passed = offer == Availability.PLANNED and planned is not None and planned < day
    rest[4] = tuple(verdicts)
    return (offer, planned if passed or has_lists else None, *rest)


def record_of(shape: Shape) -> CellRecord:
    """The record of a cell of that shape, with instants made up where it has none."""
    answer = AnswerShape(
        shape.availability, shape.available_from, shape.holds_for, shape.environments
    )
    return CellRecord(
        current=_answer(answer) if shape.availability else None,
        stale=shape.stale,
        verdicts=list(_verdicts(shape)),
        not_applicable=_ruled(shape.not_applicable),
        excused=_ruled(shape.excused),
        ours=shape.ours,
    )


def _verdicts(shape: Shape) -> Iterator[JudgedAnswer]:
    at = START
    for verdict in shape.verdicts:
        if isinstance(verdict.when, datetime.datetime):
            at = verdict.when
        elif not verdict.when:
            at += datetime.timedelta(days=1)
        yield JudgedAnswer(
            source=Source(verdict.source),
            verdict=Verdict(verdict.verdict),
            at=at,
            independent=verdict.independent,
            runner=verdict.runner,
            data=verdict.data,
            named=_names(verdict.named),
            item_named=_names(verdict.item_named),
            judged=_answer(verdict.judged) if verdict.older else None,
            same_words=verdict.same_words,
            other_wording=bool(verdict.older) and verdict.older != shape.answered,
            promised=_answer(verdict.promised) if verdict.promised else None,
        )


def _answer(shape: AnswerShape | str) -> ScopedAnswer:
    if isinstance(shape, str):
        return ScopedAnswer(Availability(shape))
    if shape.holds_for:
        holds_for = json.loads(shape.holds_for)
    else:
        holds_for = None
    return ScopedAnswer(
        Availability(shape.availability),
        shape.available_from,
        holds_for and read_means(holds_for["means"]),
        tuple(json.loads(shape.environments)) if shape.environments else (),
    )


def _names(text: str) -> Names | None:
    names: Names | None = json.loads(text) if text else None
    return names


def _ruled(text: str) -> Ruled:
    return Ruled(whole=text == WHOLE, named=_names(text))


# The scoring's own rule reads each shape once, so there is no second rule. A shape
# knows no evaluation, and no day unless it rests on one; so what was read of it stays
# true, and is kept for as long as the process lives.

MOST = 50_000  # a purchase of 100,000 cells has some thousands
ONE = Decimal(1)
# A shape that keeps a date without a day is one whose date has passed.
BEFORE = datetime.date.min
AFTER = datetime.date.max


@dataclass(frozen=True)
class LedgerCell:
    """What stands for a candidate and a requirement, shared by all cells alike.

    `credit` is None only where it does not apply. Each value of the brief in which it
    must hold is in `values`; without any it is one without a name.
    """

    state: CellState

    @cached_property
    def marks(self) -> tuple[str, str, str]:
        return self.state.marks

    @property
    def claimed(self) -> str:
        return self.marks[0]

    @property
    def shown(self) -> str:
        return self.marks[1]

    @property
    def tested(self) -> str:
        return self.marks[2]

    @property
    def standing(self) -> Standing:
        return self.state.standing

    @property
    def credit(self) -> Decimal | None:
        """The least that one of its values earns."""
        return self.state.credit

    @property
    def working(self) -> str:
        return self.state.working

    @property
    def values(self) -> tuple[ValueState, ...]:
        if self.state.values[0].name:
            return self.state.values
        return ()

    @property
    def not_applicable(self) -> bool:
        return self.state.not_applicable

    @property
    def excused(self) -> bool:
        return self.state.excused

    @property
    def knocks_out(self) -> bool:
        return self.state.knocks_out

    @property
    def to_reconfirm(self) -> bool:
        return self.state.is_stale

    @cached_property
    def proof_to_reconfirm(self) -> bool:
        return bool(self.state.to_reconfirm)


def claimed_of(of: LedgerCell | ValueState) -> str:
    """The mark of the claim; a plan that passed is slipped."""
    if of.standing == Standing.SLIPPED:
        return "slipped"
    return of.claimed or ""


class Cells:
    """The cells that were met so far, by number, under one table of credits."""

    def __init__(self, credits: Credits) -> None:
        self.found: list[LedgerCell] = []
        # By number the first cell of which the same is shown among many.
        self.alike: list[int] = []
        self._alike: dict[Hashable, int] = {}
        self._credits = credits
        self._shapes: dict[PlainShape, int] = {}
        self._numbers: dict[Hashable, int] = {}
        # By number the first cell that adds the same to a fit.
        self._in_fits: list[int] = []
        self._fits: dict[FitRow, int] = {}
        self._rows: dict[tuple[int, int], FitRow] = {}
        self._writing = threading.Lock()

    @property
    def is_full(self) -> bool:
        return len(self._shapes) > MOST

    def number_of(self, shape: PlainShape) -> int:
        """The number of the cell that has this shape; any tuple will do."""
        number = self._shapes.get(shape)
        if number is None:
            return self._meet(shape)
        return number

    def fit_of(self, weights: Iterable[int], numbers: Iterable[int]) -> FitSum:
        in_fits = map(self._in_fits.__getitem__, numbers)
        alike = Counter(zip(weights, in_fits, strict=True))
        return fit_sum([(self.fit_row(*cell), times) for cell, times in alike.items()])

    def fit_row(self, weight: int, number: int) -> FitRow:
        row = self._rows.get((weight, number))
        if row is None:
            row = fit_row("", Decimal(weight), self.found[number].state)
            self._rows[weight, number] = row
        return row

    def _meet(self, plain: PlainShape) -> int:
        shape = shape_of(plain)
        state = cell_state(
            record_of(shape), shape.demanded, day_of(shape), self._credits
        )
        shown = _shown(state)
        whole = (
            shown,
            tuple(
                (
                    value.working,
                    value.better,
                    _promise_key(value.by_trial),
                    _promise_key(value.by_demo),
                )
                for value in state.values
            ),
        )
        with self._writing:
            number = self._numbers.setdefault(whole, len(self.found))
            if number == len(self.found):
                in_fit = self._fits.setdefault(fit_row("", ONE, state), number)
                self._in_fits.append(in_fit)
                self.alike.append(self._alike.setdefault(shown, number))
                self.found.append(LedgerCell(state))
            self._shapes[plain] = number
        return number


def _shown(state: CellState) -> Hashable:
    values = tuple(
        (
            value.name,
            value.standing,
            value.credit,
            value.claimed,
            value.unconfirmed,
            value.answered,
            value.shown,
            value.tested,
            value.researched,
            value.facts.excused,
            value.facts.claim and value.facts.claim.stale,
            value.verdict_of(Source.DEMO),
            value.verdict_of(Source.TRIAL),
        )
        for value in state.values
    )
    return values, state.ours


def _promise_key(kept: JudgedPromise | None) -> Hashable:
    return kept and (kept.said, kept.found.verdict, kept.found.source)


def day_of(shape: Shape) -> datetime.date:
    """The day on which a shape that was not read exactly is to be judged."""
    return shape.day or (BEFORE if shape.available_from is None else AFTER)


def cells_for(credits: Credits) -> Cells:
    if _kept(credits).is_full:
        _kept.cache_clear()
    return _kept(credits)


@lru_cache(maxsize=8)
def _kept(credits: Credits) -> Cells:
    return Cells(credits)


def awaiting_reply(path: str = "") -> Q:
    """The condition that the vendor has time left to answer the gap at `path`."""
    return Q(
        **{
            f"{path}reply_until__gt": timezone.now(),
            f"{path}reply_at__isnull": True,
            f"{path}closed_at__isnull": True,
        }
    )


def awaited_replies() -> Subquery:
    """How many gaps a vendor may still answer, beside a row with an `evaluation`.

    With time alone there are fewer, and then more verdicts count.
    """
    gaps = Gap.objects.filter(
        awaiting_reply(), trial__candidate__evaluation=OuterRef("evaluation")
    )
    of = gaps.order_by().values("trial__candidate__evaluation")
    return Subquery(of.annotate(many=Count("pk")).values("many"))


NOT_RULED = ("", "")
PLANNED = str(Availability.PLANNED)
# An answer, and the values of the brief of which it speaks.
ANSWER = ("availability", "available_from")
LISTS = ("holds_for", "environments")


@dataclass(frozen=True)
class Spots:
    """The cells to be read, by number: the candidate's number times the number of
    requirements, plus the requirement's; found by ids as the database spells them.

    `revisions` and `demanded` are the requirements': which wording stands, and the
    values in which it must hold. `only` these requirements are looked up; `exact`
    keeps instants and dates as they are.
    """

    candidates: Sequence[UUID]
    requirements: Sequence[UUID]
    revisions: Sequence[int]
    demanded: Sequence[tuple[scoring.Value, ...]]
    day: datetime.date
    only: bool = False
    exact: bool = False
    columns: dict[str, int] = field(init=False, default_factory=dict)
    rows: dict[str, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for number, key in enumerate(self.candidates):
            place = number * len(self.requirements)
            self.columns[str(key)] = self.columns[key.hex] = place
        for number, key in enumerate(self.requirements):
            self.rows[str(key)] = self.rows[key.hex] = number

    @property
    def has_lists(self) -> bool:
        return any(self.demanded)

    def of(self, rows: QuerySet[Any], path: str = "") -> QuerySet[Any]:
        rows = rows.filter(**{f"{path}candidate__in": self.candidates})
        if self.only:
            rows = rows.filter(**{f"{path}requirement__in": self.requirements})
        return rows.order_by()


def read_shapes(spots: Spots) -> Iterator[tuple[int, PlainShape]]:
    """Every cell about which there is anything on file: its spot and its shape."""
    ruled = _rulings(spots)
    verdicts = _cell_tuples_verdicts(spots)
    columns = spots.columns
    rows = spots.rows
    revisions = spots.revisions
    demanded = spots.demanded
    day = spots.day
    exact = spots.exact
    for claim in _claims(spots):
        candidate, requirement, offer, planned, answered, by_vendor, *lists = claim
        try:
            row = rows[requirement]
        except KeyError:
            continue  # retired since
        spot = columns[candidate] + row
        passed = offer == PLANNED and planned is not None and planned < day
        out, excused = ruled.pop(spot) if spot in ruled else NOT_RULED
        if spot in verdicts:
            judged = tuple(verdicts[spot][1:])
        else:
            judged = ()
        stale = answered < revisions[row]
        values = demanded[row]
        keeps_day = passed or exact or values
        shape: PlainShape = (
            offer,
            planned if keeps_day else None,
            answered,
            stale,
            out,
            excused,
            judged,
            not by_vendor,
        )
        if values:
            shape += _of_lists(values, offer, lists, day)
        yield spot, shape
    for spot, (out, excused) in ruled.items():
        shape = ("", None, 0, False, out, excused, (), False)
        if values := demanded[spot % len(demanded)]:
            shape += _of_lists(values, "", NOT_RULED, day)
        yield spot, shape


def _of_lists(
    demanded: tuple[scoring.Value, ...],
    availability: str,
    lists: Sequence[str | None],
    day: datetime.date,
) -> PlainShape:
    holds_for, environments = (text or "" for text in lists)
    rests_on_dates = PLANNED in availability or PLANNED in holds_for
    return demanded, holds_for, environments, day if rests_on_dates else None


def _claims(spots: Spots) -> Iterable[tuple[Any, ...]]:
    current = spots.of(Claim.objects.filter(superseded_at=None))
    lists = [_text(name) for name in LISTS] if spots.has_lists else []
    rows: Iterable[tuple[Any, ...]] = current.values_list(
        _text("candidate_id"),
        _text("requirement_id"),
        *ANSWER,
        "requirement_revision",
        "by_vendor",
        *lists,
    )
    return rows


def _cell_tuples_verdicts(spots: Spots) -> dict[int, list[Any]]:
    """By spot the instant of the newest verdict, and then all in the order of time.

    Those that may still be answered are left out.
    """
    by_spot: dict[int, list[Any]] = {}
    confirming: list[tuple[list[Any], int, UUID]] = []
    columns = spots.columns
    rows = spots.rows
    exact = spots.exact
    demanded = spots.demanded
    for columns_read in _evidence(spots):
        candidate, requirement, at, gone, answered, confirms = columns_read[:6]
        try:
            row = rows[requirement]
        except KeyError:
            continue  # retired since
        spot = columns[candidate] + row
        before = by_spot.get(spot)
        if before is None:
            before = by_spot[spot] = [None]
        older = 0 if gone is None else answered
        when = at if exact else before[0] == at
        source, verdict, free, runner, data, availability = columns_read[6:12]
        verdict_row: PlainShape = (
            older,
            source,
            verdict,
            free,
            when,
            runner,
            data,
            availability,
            None,
        )
        if demanded[row]:
            verdict_row = (
                *verdict_row[:7],
                *_of_values(availability, columns_read[12:]),
            )
        before.append(verdict_row)
        before[0] = at
        if confirms is not None:
            confirming.append((before, len(before) - 1, confirms))
    if confirming:
        first = _judged_first(spots)
        for verdicts, number, key in confirming:
            verdict_row = verdicts[number]
            verdicts[number] = (*verdict_row[:8], first.get(key), *verdict_row[9:])
    return by_spot


def _evidence(spots: Spots) -> Iterable[tuple[Any, ...]]:
    facts = spots.of(
        Evidence.objects.standing().exclude(awaiting_reply("finding__")), "claim__"
    )
    lists = _lists_of_evidence() if spots.has_lists else ()
    rows: Iterable[tuple[Any, ...]] = facts.order_by("recorded_at", "pk").values_list(
        _text("claim__candidate_id"),
        _text("claim__requirement_id"),
        "recorded_at" if spots.exact else _text("recorded_at"),
        "claim__superseded_at",
        "claim__requirement_revision",
        "reconfirms_id",
        "source",
        "verdict",
        "independent",
        "runner",
        "data",
        "claim__availability",
        *lists,
    )
    return rows


def _lists_of_evidence() -> Sequence[Any]:
    """What is read of a verdict's values, in the order that `_of_values` takes."""
    same_words = Claim.objects.filter(
        candidate=OuterRef("claim__candidate"),
        requirement=OuterRef("claim__requirement"),
        superseded_at=None,
        statement=OuterRef("claim__statement"),
        evidence_url=OuterRef("claim__evidence_url"),
        number=OuterRef("claim__number"),
    )
    return (
        "claim__available_from",
        *(_text(f"claim__{name}") for name in LISTS),
        _text("named_values"),
        _text("criterion__named_values"),
        _text("script_item__named_values"),
        Case(
            When(claim__superseded_at=None, then=ModelsValue(False)),
            default=Exists(same_words),
        ),
    )


def _of_values(availability: str, lists: Sequence[Any]) -> PlainShape:
    planned, holds_for, environments, named, criterion, item, same_words = lists
    judged = AnswerShape(availability, planned, holds_for or "", environments or "")
    return judged, None, named, criterion or item or "", bool(same_words)


def _judged_first(spots: Spots) -> dict[UUID, AnswerShape | str]:
    """By verdict the answer that was judged at first, before it was said again."""
    answers: dict[UUID, AnswerShape | str] = {}
    again = Q(reconfirms__isnull=False) | Q(reconfirmations__isnull=False)
    answer_columns = [f"claim__{name}" for name in ANSWER]
    list_columns = [_text(f"claim__{name}") for name in LISTS]
    rows = (
        spots.of(Evidence.objects.filter(again), "claim__")
        .order_by("recorded_at", "pk")
        .values_list("pk", "reconfirms_id", *answer_columns, *list_columns)
    )
    for key, before, offer, planned, holds_for, environments in rows:
        answer = AnswerShape(offer, planned, holds_for or "", environments or "")
        answers[key] = answers.get(before) or (answer if spots.has_lists else offer)
    return answers


def _rulings(spots: Spots) -> dict[int, tuple[str, str]]:
    rulings = _placed(spots.of(Ruling.objects.all()), "ruling")
    excuses = _placed(spots.of(Excuse.objects.standing()), "excuse")
    by_spot: dict[int, tuple[str, str]] = {}
    for candidate, requirement, named, what in rulings.union(excuses, all=True):
        if requirement in spots.rows:
            spot = spots.columns[candidate] + spots.rows[requirement]
            out, excused = by_spot.get(spot, NOT_RULED)
            ruled = named or WHOLE
            by_spot[spot] = (ruled, excused) if what == "ruling" else (out, ruled)
    return by_spot


def _placed(rows: QuerySet[Any], what: str) -> QuerySet[Any, tuple[str, ...]]:
    placed: QuerySet[Any, tuple[str, ...]] = rows.values_list(
        _text("candidate_id"),
        _text("requirement_id"),
        _text("named_values"),
        ModelsValue(what),
    )
    return placed


def _text(name: str) -> Cast:
    return Cast(name, CharField())
