"""Shapes: what counts of a cell, as tuples, and the record that a shape stands for.

Cells of one shape stand alike, because nothing else of them is asked. In the order of
their columns shapes are plain tuples where many are read (`cell_tuples`).
"""

import datetime
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from trials.scoring import (
    Answer,
    Availability,
    CellRecord,
    JudgedAnswer,
    Names,
    Ruled,
    Source,
    Value,
    Verdict,
    read_means,
)

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
    that they name, blank if there is none.
    """

    availability: str = ""
    available_from: datetime.date | None = None
    answered: int = 0
    stale: bool = False
    not_applicable: str = ""
    excused: str = ""
    verdicts: tuple[VerdictShape, ...] = ()
    demanded: tuple[Value, ...] = ()
    holds_for: str = ""
    environments: str = ""
    day: datetime.date | None = None


# A shape and its verdicts as they are read: any tuples in this order.
type PlainShape = tuple[Any, ...]


def shape_of(plain: PlainShape) -> Shape:
    """The shape with its columns by name."""
    shape = Shape(*plain)
    return shape._replace(verdicts=tuple(VerdictShape(*one) for one in shape.verdicts))


def without_instants(plain: PlainShape, day: datetime.date) -> PlainShape:
    """The shape that a cell has if it is not read exactly, as of that day."""
    said, planned, *rest = plain
    verdicts, last, has_lists = [], None, len(plain) > len(Shape._fields[:7])
    for one in plain[6]:
        verdicts.append((*one[:4], one[4] == last, *one[5:]))
        last = one[4]
    passed = said == Availability.PLANNED and planned is not None and planned < day
    rest[4] = tuple(verdicts)
    return (said, planned if passed or has_lists else None, *rest)


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
    )


def _verdicts(shape: Shape) -> Iterator[JudgedAnswer]:
    at = START
    for one in shape.verdicts:
        if isinstance(one.when, datetime.datetime):
            at = one.when
        elif not one.when:
            at += datetime.timedelta(days=1)
        yield JudgedAnswer(
            source=Source(one.source),
            verdict=Verdict(one.verdict),
            at=at,
            independent=one.independent,
            runner=one.runner,
            data=one.data,
            named=_names(one.named),
            item_named=_names(one.item_named),
            judged=_answer(one.judged) if one.older else None,
            same_words=one.same_words,
            other_wording=bool(one.older) and one.older != shape.answered,
            promised=_answer(one.promised) if one.promised else None,
        )


def _answer(shape: AnswerShape | str) -> Answer:
    if isinstance(shape, str):
        return Answer(Availability(shape))
    holds_for = json.loads(shape.holds_for) if shape.holds_for else None
    return Answer(
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
