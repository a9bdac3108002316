"""Requirements in sheets and pasted rows: what columns hold, and what rows become."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from evaltracker.errors import Invalid
from evaltracker.evaluations.choices import PRIORITY_CHOICES
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.importing.kinds import ImportKind, register_import
from evaltracker.requirements.services.requirements import (
    KIND,
    import_requirements,
    known_requirements,
    undo,
)
from evaltracker.requirements.services.scopes import MUST_HOLD_FOR, list_names
from evaltracker.rows.subjects import (
    Context,
    ParsedRecord,
    ReadRow,
    Refusal,
    joined,
    options_of,
    roles_of,
)
from evaltracker.toolbox.markup import without_markup
from evaltracker.toolbox.measures import measure_words, read_measure
from evaltracker.toolbox.text import LINE_LIMIT, read_requirement_ref, read_text

# Roles of which a requirement has no field of that name.
FIELDS = {"help": "vendor_help"}


@register_import
class Requirements(ImportKind):
    slug = KIND
    take_in = staticmethod(import_requirements)
    take_back = staticmethod(undo)
    known = staticmethod(known_requirements)
    things = "requirements"
    tab = "requirements"
    needs = (
        "One row per requirement; one column holds the texts. What the file has no "
        "column for stays as it is."
    )
    names = "Ref"
    shown: ClassVar = {
        "category": "Category",
        "text": "Requirement",
        "priority": "Priority",
        "weight": "Weight",
    }
    has_headings = True
    crosses = ("priority",)
    roles = roles_of(KIND)

    def context(self, evaluation: Evaluation, user: User) -> Context:
        rows = Requirement.objects.in_evaluation(evaluation)
        facts = list(rows.values_list("ref", "text", "retired_at"))
        return Context(
            currency=evaluation.currency,
            refs=[ref for ref, _, _ in facts],
            options={
                "priority": options_of(PRIORITY_CHOICES),
                "category": tuple(
                    (name, name)
                    for name in evaluation.categories.values_list("name", flat=True)
                ),
            },
            more={
                "refs_by_text": {text: ref for ref, text, gone in facts if not gone},
                "retired": frozenset(ref for ref, _, gone in facts if gone),
                "metrics": list(evaluation.metrics.values_list("name", flat=True)),
                "lists": list(evaluation.scopes.values_list("name", flat=True)),
                # As the grid's columns stand, for a paste without names.
                "order": ("ref", "text", "priority", "weight", "metric", "category"),
            },
        )

    def records(
        self, rows: Iterable[ReadRow], context: Context
    ) -> Iterator[ParsedRecord | Refusal]:
        """A ref twice is one requirement with the same text, and none with another."""
        return joined([record_of(row, context) for row in rows], "ref")


def record_of(row: ReadRow, context: Context) -> ParsedRecord | Refusal:
    values: dict[str, Any] = {}
    role = "text"
    try:
        text = read_plain(row.values.get("text") or row.values.get("name") or "")
        if not text:
            raise ValueError(
                "It has no text. Enter what you need, or leave the row out."
            )
        role = "ref"
        ref = read_requirement_ref(row.values.get("ref", ""))
        if not ref:
            raise ValueError("It has no ref. Type one, or have the rows numbered.")
        if ref in context.more["retired"]:
            raise ValueError(
                f"Requirement {ref} was retired here. Leave the row out, or give it a "
                "new ref."
            )
        values["text"] = text
        if category := row.values.get("category") or row.category:
            values["category"] = category[:LINE_LIMIT]
        for role, read in READERS.items():
            if role in row.values:
                values[FIELDS.get(role, role)] = read(row.values[role], context)
    except ValueError as error:
        return Refusal(row.sheet, row.number, role, str(error))
    return ParsedRecord((ref,), values, row.sheet, row.number)


def read_plain(text: str) -> str:
    return read_text(without_markup(text))


def read_measure_words(text: str, context: Context) -> str:
    try:
        return measure_words(read_measure(text))
    except Invalid as error:
        raise ValueError(error.sentence) from error


def read_metric(name: str, context: Context) -> str:
    if name not in context.more["metrics"]:
        there = ", ".join(context.more["metrics"]) or "none"
        raise ValueError(f"The brief has no metric “{name}”; it has: {there}.")
    return name


def read_lists(text: str, context: Context) -> str:
    names = {name.strip() for name in re.split("[;,\n]", text)} - {""}
    lists = context.more["lists"]
    if unknown := sorted(names.difference(lists)):
        there = ", ".join(lists) or "none"
        raise ValueError(f"The brief has no list “{unknown[0]}”; it has: {there}.")
    return list_names(names)


# By role, what its field keeps.
READERS: Mapping[str, Callable[[Any, Context], Any]] = {
    "priority": lambda value, _: value,
    "weight": lambda value, _: int(value),
    "help": lambda text, _: read_plain(text),
    "scorer_help": lambda text, _: read_plain(text),
    "measure": read_measure_words,
    "metric": read_metric,
    MUST_HOLD_FOR: read_lists,
}
