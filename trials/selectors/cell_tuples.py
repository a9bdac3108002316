"""Reading what counts of many cells, as shapes, in three queries and one to spare.

The loops here run 100,000 times for one page. So ids come as text, which costs a tenth
of objects, and shapes are made as plain tuples, which are equal to the named ones.
Values of the brief are read only where requirements have to hold in any.
"""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from trials import scoring
from trials.models import Evidence, Excuse
from trials.selectors.cell_shapes import WHOLE, AnswerShape, PlainShape
from trials.selectors.findings import awaiting_reply
from vendors.choices import Availability
from vendors.models import Claim, Ruling

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
        """Number the ids, which databases spell in one of two ways."""
        for number, key in enumerate(self.candidates):
            place = number * len(self.requirements)
            self.columns[str(key)] = self.columns[key.hex] = place
        for number, key in enumerate(self.requirements):
            self.rows[str(key)] = self.rows[key.hex] = number

    @property
    def has_lists(self) -> bool:
        """Whether a requirement has to hold in values of the brief."""
        return any(self.demanded)

    def of(self, rows: QuerySet[Any], path: str = "") -> QuerySet[Any]:
        """Those of these rows that are of the cells."""
        rows = rows.filter(**{f"{path}candidate__in": self.candidates})
        if self.only:
            rows = rows.filter(**{f"{path}requirement__in": self.requirements})
        return rows.order_by()


def read_shapes(spots: Spots) -> Iterator[tuple[int, PlainShape]]:
    """Every cell about which there is anything on file: its spot and its shape."""
    ruled, verdicts = _rulings(spots), _verdicts(spots)
    columns, rows, revisions = spots.columns, spots.rows, spots.revisions
    demanded, day, exact = spots.demanded, spots.day, spots.exact
    for candidate, requirement, said, planned, answered, *lists in _claims(spots):
        try:
            row = rows[requirement]
        except KeyError:
            continue  # retired since
        spot = columns[candidate] + row
        passed = said == PLANNED and planned is not None and planned < day
        out, excused = ruled.pop(spot) if spot in ruled else NOT_RULED
        found = tuple(verdicts[spot][1:]) if spot in verdicts else ()
        stale, values = answered < revisions[row], demanded[row]
        if not (passed or exact or values):
            planned = None
        shape: PlainShape = (said, planned, answered, stale, out, excused, found)
        if values:
            shape += _of_lists(values, said, lists, day)
        yield spot, shape
    for spot, (out, excused) in ruled.items():
        shape = ("", None, 0, False, out, excused, ())
        if values := demanded[spot % len(demanded)]:
            shape += _of_lists(values, "", NOT_RULED, day)
        yield spot, shape


def _of_lists(
    demanded: tuple[scoring.Value, ...],
    said: str,
    lists: Sequence[str | None],
    day: datetime.date,
) -> PlainShape:
    """What a shape has of the values in which the requirement must hold."""
    holds_for, environments = (text or "" for text in lists)
    rests_on_dates = PLANNED in said or PLANNED in holds_for
    return demanded, holds_for, environments, day if rests_on_dates else None


def _claims(spots: Spots) -> Iterable[tuple[Any, ...]]:
    current = spots.of(Claim.objects.filter(superseded_at=None))
    rows: Iterable[tuple[Any, ...]] = current.values_list(
        _text("candidate_id"),
        _text("requirement_id"),
        *ANSWER,
        "requirement_revision",
        *(map(_text, LISTS) if spots.has_lists else ()),
    )
    return rows


def _verdicts(spots: Spots) -> dict[int, list[Any]]:
    """By spot the instant of the newest verdict, and then all in the order of time.

    Those that may still be answered are left out.
    """
    found: dict[int, list[Any]] = {}
    confirming: list[tuple[list[Any], int, UUID]] = []
    columns, rows, exact = spots.columns, spots.rows, spots.exact
    demanded = spots.demanded
    for each in _evidence(spots):
        candidate, requirement, at, gone, answered, confirms = each[:6]
        try:
            row = rows[requirement]
        except KeyError:
            continue  # retired since
        spot = columns[candidate] + row
        before = found.get(spot)
        if before is None:
            before = found[spot] = [None]
        older, when = 0 if gone is None else answered, at if exact else before[0] == at
        source, verdict, free, runner, data, said = each[6:12]
        one: PlainShape = (older, source, verdict, free, when, runner, data, said, None)
        if demanded[row]:
            one = (*one[:7], *_of_values(said, each[12:]))
        before.append(one)
        before[0] = at
        if confirms is not None:
            confirming.append((before, len(before) - 1, confirms))
    if confirming:
        first = _judged_first(spots)
        for verdicts, number, key in confirming:
            one = verdicts[number]
            verdicts[number] = (*one[:8], first.get(key), *one[9:])
    return found


def _evidence(spots: Spots) -> Iterable[tuple[Any, ...]]:
    found = spots.of(Evidence.objects.exclude(awaiting_reply("finding__")), "claim__")
    rows: Iterable[tuple[Any, ...]] = found.order_by("recorded_at", "pk").values_list(
        _text("claim__candidate_id"),
        _text("claim__requirement_id"),
        "recorded_at" if spots.exact else _text("recorded_at"),
        "claim__superseded_at",
        "claim__requirement_revision",
        "reconfirms_id",
        *("source", "verdict", "independent", "runner", "data"),
        "claim__availability",
        *(_lists_of_evidence() if spots.has_lists else ()),
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
            When(claim__superseded_at=None, then=Value(False)),
            default=Exists(same_words),
        ),
    )


def _of_values(said: str, lists: Sequence[Any]) -> PlainShape:
    planned, holds_for, environments, named, criterion, item, same_words = lists
    judged = AnswerShape(said, planned, holds_for or "", environments or "")
    return judged, None, named, criterion or item or "", bool(same_words)


def _judged_first(spots: Spots) -> dict[UUID, AnswerShape | str]:
    """By verdict the answer that was judged at first, before it was said again."""
    found: dict[UUID, AnswerShape | str] = {}
    again = Q(reconfirms__isnull=False) | Q(reconfirmations__isnull=False)
    rows = (
        spots.of(Evidence.objects.filter(again), "claim__")
        .order_by("recorded_at", "pk")
        .values_list(
            *("pk", "reconfirms_id"),
            *(f"claim__{name}" for name in ANSWER),
            *(_text(f"claim__{name}") for name in LISTS),
        )
    )
    for key, before, said, planned, holds_for, environments in rows:
        answer = AnswerShape(said, planned, holds_for or "", environments or "")
        found[key] = found.get(before) or (answer if spots.has_lists else said)
    return found


def _rulings(spots: Spots) -> dict[int, tuple[str, str]]:
    """Where something is ruled not applicable, or excused, and for which values."""
    rulings = _placed(spots.of(Ruling.objects.all()), "ruling")
    excuses = _placed(spots.of(Excuse.objects.standing()), "excuse")
    found: dict[int, tuple[str, str]] = {}
    for candidate, requirement, named, what in rulings.union(excuses, all=True):
        if requirement in spots.rows:
            spot = spots.columns[candidate] + spots.rows[requirement]
            out, excused = found.get(spot, NOT_RULED)
            ruled = named or WHOLE
            found[spot] = (ruled, excused) if what == "ruling" else (out, ruled)
    return found


def _placed(rows: QuerySet[Any], what: str) -> QuerySet[Any, tuple[str, ...]]:
    placed: QuerySet[Any, tuple[str, ...]] = rows.values_list(
        _text("candidate_id"),
        _text("requirement_id"),
        _text("named_values"),
        Value(what),
    )
    return placed


def _text(name: str) -> Cast:
    return Cast(name, CharField())
