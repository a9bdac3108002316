"""Rows of one kind that hold the words, the closest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.full_text import holding
from evaltracker.pages.search.registry import Hit, Reader, Search


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, and its words."""

    text: str
    words: tuple[str, ...]


def matching(
    search: Search, reader: Reader, words: Sequence[str], text: str
) -> QuerySet[Any]:
    """The rows that hold all words, those of the evaluation at hand first.

    Before them come rows that are called so, then those whose name begins so.
    """
    closeness = Case(
        When(Q((f"{search.closest}__iexact", text)), then=Value(0)),
        When(Q((f"{search.closest}__istartswith", text)), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    here: list[Any] = []
    if reader.evaluation is not None and search.evaluation_path:
        at_hand = Q((search.evaluation_path, reader.evaluation.pk))
        here = [
            Case(
                When(at_hand, then=Value(0)),
                default=Value(1),
                output_field=IntegerField(),
            )
        ]
    found = search.rows(reader)
    if search.evaluation_path and not of_a_test(reader):
        # Not by a join: answers are found by the index of their words.
        tests = Evaluation.objects.filter(is_practice=True)
        found = found.exclude((f"{search.evaluation_path}__in", tests.values("pk")))
    rows = holding(found, search.columns, words)
    return rows.order_by(closeness, *here, search.closest, "pk")


def of_a_test(reader: Reader) -> bool:
    """Whether the search starts in a test invitation; from outside none is found."""
    return reader.evaluation is not None and reader.evaluation.is_practice


def hit_of(search: Search, row: Any) -> Hit:
    """A row as it is shown."""
    return Hit(search.label(row), search.address(row), search.beneath(row))


def closeness_of(label: str, text: str) -> int:
    """How close a name is to what was typed: 0 is it, 1 begins so, 2 has it somewhere.

    The kind whose best hit is closest is shown first.
    """
    name, typed = label.casefold(), text.casefold()
    return 0 if name == typed else 1 if name.startswith(typed) else 2
