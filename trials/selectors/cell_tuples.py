"""Reading what counts of many cells, as tuples, in three queries.

The loops here run 100,000 times for one page. So ids come as text, which costs a tenth
of objects, and shapes are made as plain tuples, which are equal to the named ones.
"""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast

from trials.models import Evidence, Excuse
from trials.selectors.findings import awaiting_reply
from vendors.models import Claim, Ruling

# What counts of a cell, in the order of `kinds.Shape`.
type PlainShape = tuple[str, bool, int, bool, bool, bool, tuple[Any, ...]]

NOT_RULED = (False, False)


class Spots:
    """Numbers the cells: the candidate's number times the number of requirements,
    plus the requirement's; found by ids as the database spells them."""

    def __init__(
        self, candidates: Sequence[UUID], requirements: Sequence[UUID]
    ) -> None:
        self.candidates = candidates
        self.columns = _by_spelling(candidates, len(requirements))
        self.rows = _by_spelling(requirements, 1)


def _by_spelling(ids: Sequence[UUID], step: int) -> dict[str, int]:
    """The place of each id; databases spell them in one of two ways."""
    found: dict[str, int] = {}
    for number, key in enumerate(ids):
        found[str(key)] = found[key.hex] = number * step
    return found


def read_shapes(
    spots: Spots, revisions: Sequence[int], day: datetime.date
) -> Iterator[tuple[int, PlainShape]]:
    """Every cell about which there is anything on file: its spot and its shape.

    `revisions` are the requirements'; `day` decides which planned dates have passed.
    """
    ruled, proofs = _rulings(spots), _proofs(spots)
    columns, rows = spots.columns, spots.rows
    for candidate, requirement, said, planned, answered in _claims(spots):
        try:
            row = rows[requirement]
        except KeyError:
            continue  # retired since
        spot = columns[candidate] + row
        passed = planned is not None and planned < day
        stale = answered < revisions[row]
        found = tuple(proofs[spot][1:]) if spot in proofs else ()
        out, excused = ruled.pop(spot) if spot in ruled else NOT_RULED
        yield spot, (said, passed, answered, stale, out, excused, found)
    for spot, (out, excused) in ruled.items():
        yield spot, ("", False, 0, False, out, excused, ())


def _claims(spots: Spots) -> Iterable[tuple[Any, ...]]:
    current = Claim.objects.filter(candidate__in=spots.candidates, superseded_at=None)
    rows: Iterable[tuple[Any, ...]] = current.order_by().values_list(
        _text("candidate_id"),
        _text("requirement_id"),
        "availability",
        "available_from",
        "requirement_revision",
    )
    return rows


def _proofs(spots: Spots) -> dict[int, list[Any]]:
    """By spot the instant of the newest verdict, and then all in the order of time.

    Those that may still be answered are left out.
    """
    found: dict[int, list[Any]] = {}
    columns, rows = spots.columns, spots.rows
    evidence = (
        Evidence.objects.filter(claim__candidate__in=spots.candidates)
        .exclude(awaiting_reply("finding__"))
        .order_by("recorded_at", "pk")
        .values_list(
            _text("claim__candidate_id"),
            _text("claim__requirement_id"),
            _text("recorded_at"),
            "claim__superseded_at",
            "claim__requirement_revision",
            "source",
            "verdict",
            "independent",
        )
    )
    for candidate, requirement, at, gone, answered, source, verdict, free in evidence:
        try:
            spot = columns[candidate] + rows[requirement]
        except KeyError:
            continue  # retired since
        older = 0 if gone is None else answered
        before = found.get(spot)
        if before is None:
            found[spot] = [at, (older, source, verdict, free, False)]
        else:
            before.append((older, source, verdict, free, before[0] == at))
            before[0] = at
    return found


def _rulings(spots: Spots) -> dict[int, tuple[bool, bool]]:
    """Where something is ruled not applicable, or excused."""
    of = spots.candidates
    rulings = _placed(Ruling.objects.filter(candidate__in=of), "ruling")
    excuses = _placed(Excuse.objects.standing().filter(candidate__in=of), "excuse")
    found: dict[int, tuple[bool, bool]] = {}
    for candidate, requirement, what in rulings.union(excuses, all=True):
        if requirement in spots.rows:
            spot = spots.columns[candidate] + spots.rows[requirement]
            out, excused = found.get(spot, NOT_RULED)
            found[spot] = (out or what == "ruling", excused or what == "excuse")
    return found


def _placed(rows: QuerySet[Any], what: str) -> QuerySet[Any, tuple[str, str, str]]:
    placed: QuerySet[Any, tuple[str, str, str]] = rows.order_by().values_list(
        _text("candidate_id"), _text("requirement_id"), Value(what)
    )
    return placed


def _text(name: str) -> Cast:
    return Cast(name, CharField())
