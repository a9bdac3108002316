"""Costs from a spreadsheet."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import TextChoices

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.importing.kinds import Column, RowsImport, register_import
from evaltracker.importing.plan import Reading
from evaltracker.importing.rows import RowLine, RowsPlan
from evaltracker.money import written
from evaltracker.toolbox.tabular import Row, Workbook
from vendors.candidates import IMPORTED, LISTED
from vendors.choices import CandidateKind, CostState, Pricing, Recurrence
from vendors.costs import CODES, CostKind, write_tiers
from vendors.imports.candidates import (
    COLUMNS,
    columns_in,
    is_table,
    plan_candidates_import,
)
from vendors.imports.costs import ForAll, plan_costs_import
from vendors.imports.costs import is_table as costs_is_table
from vendors.imports.prices import COLUMNS as COST_WORDS_COLUMNS
from vendors.imports.prices import price_columns
from vendors.policy import may_read_answers
from vendors.selectors import tiers_of
from vendors.services.candidate_import import (
    KIND,
    import_candidates,
    known_candidates,
    undo,
)
from vendors.services.cost_import import import_costs, known_costs
from vendors.services.costs import KIND as COST_ROWS_KIND
from vendors.services.mailed_sheets import undo as cost_undo_undo

# Candidates from a spreadsheet.


@register_import
class Candidates(RowsImport):
    """Options, a row each."""

    slug = KIND
    take_back = staticmethod(undo)
    take_in = staticmethod(import_candidates)
    things = "candidates"
    tab = "candidates"
    needs = (
        "One row per candidate with its name, or a matrix with the candidates in its "
        "row of names. A candidate that is there is found by any name of it."
    )
    columns = (
        Column("name", "Candidate", "Name", "As the memo prints it.", "Acme ML"),
        Column("kind", "Kind", "Kind", "buy, build, open source or as is.", "buy"),
        Column("vendor", "Vendor", "Vendor", "The company that answers.", "Acme Inc."),
        *(
            Column(it.name, it.head, it.label, it.sheet_help, it.example)
            for it in IMPORTED
        ),
    )
    names = COLUMNS
    is_list = staticmethod(is_table)

    def columns_in(self, row: Row) -> dict[str, int]:
        """By the usual names."""
        return columns_in(row)

    def more_fields(self, evaluation: Evaluation, user: User) -> dict[str, forms.Field]:
        """The kind of those that say none."""
        return {
            "kind": forms.ChoiceField(
                choices=CandidateKind.choices,
                required=False,
                label="Kind, where the file says none",
            )
        }

    def plan(
        self, evaluation: Evaluation, user: User, book: Workbook, reading: Reading
    ) -> RowsPlan:
        """What the file would do."""
        return plan_candidates_import(
            book,
            known_candidates(evaluation=evaluation),
            kind=reading.more.get("kind", ""),
            headers=reading.headers,
            answers=reading.answers,
        )

    def heads(self) -> tuple[str, ...]:
        """As on the page of candidates."""
        return ("Candidate", "Kind", "Vendor", *(it.label for it in LISTED))

    def cells(self, line: RowLine) -> Sequence[Any]:
        """What would be added."""
        values = line.values
        return (
            line.name,
            CandidateKind(values["kind"]).label,
            values.get("vendor", ""),
            *(str(values.get(it.name, ""))[:200] for it in LISTED),
        )

    def lists(self, evaluation: Evaluation, user: User) -> Mapping[str, Sequence[str]]:
        return {"kind": ["buy", "build", "open source", "as is"]}


@register_import
class Costs(RowsImport):
    """What candidates cost, a line each."""

    slug = COST_ROWS_KIND
    take_back = staticmethod(cost_undo_undo)
    take_in = staticmethod(import_costs)
    things = "costs"
    tab = "costs"
    may_skip = True
    needs = (
        "One row per price, or a column for each candidate that is there. What is not "
        "certain is kept as text and counts as not stated. Amounts stay sealed until "
        "prices open."
    )
    columns = (
        Column("candidate", "Candidate", "Candidate", "Its name or alias.", "Acme ML"),
        Column("kind", "Kind of cost", "Kind of cost", "From the checklist.", "set-up"),
        Column("label", "Part", "Part", "If a kind has several lines.", "Workshop"),
        Column(
            "state", "State", "What is known", "Blank with a price is priced.", "priced"
        ),
        Column("likely", "Likely", "Likely amount", "For one unit.", "1200.00"),
        Column("low", "Low", "Low", "Blank takes the likely amount.", "1000.00"),
        Column("high", "High", "High", "Blank takes the likely amount.", "1500.00"),
        Column("quantity", "Quantity", "Quantity", "How many units.", "1"),
        Column("unit", "Unit", "Unit", "User, hour, node …", "workshop"),
        Column(
            "pricing",
            "Price by quantity",
            "Price by quantity",
            "per unit, graduated, volume or package. Blank is per unit.",
            "volume",
        ),
        Column(
            "tiers",
            "Tiers",
            "Further tiers",
            "After the first: “above: price”, apart by ; or a new line.",
            "10: 1100; 50: 900 / 1000 / 1200",
        ),
        Column("recurrence", "Falls due", "Falls due", "once, monthly, yearly", "once"),
        Column("currency", "Currency", "Currency", "Its code.", "USD"),
        Column("rate", "Exchange rate", "Exchange rate", "Into your currency.", "1"),
        Column("source_url", "Source URL", "Link", "http(s)", "https://acme.example"),
        Column(
            "quoted_on", "Quoted on", "Date of the quote", "2026-11-02", "2026-11-02"
        ),
        Column(
            "valid_from", "Valid from", "Valid from", "Kept in the note.", "2026-12-01"
        ),
        Column(
            "valid_until",
            "Valid until",
            "Valid until",
            "Kept in the note.",
            "2027-03-31",
        ),
        Column("note", "Note", "Note", "Minimums, conditions.", "For ten people."),
    )
    names = COST_WORDS_COLUMNS
    is_list = staticmethod(costs_is_table)

    def allowed(self, user: User, evaluation: Evaluation) -> bool:
        """The owner, who reads here what stands beside what comes."""
        return super().allowed(user, evaluation) and may_read_answers(user, evaluation)

    def columns_in(self, row: Row) -> dict[str, int]:
        """By the usual names."""
        return price_columns(row)

    def more_fields(self, evaluation: Evaluation, user: User) -> dict[str, forms.Field]:
        """What holds for the rows that do not say it."""
        names = evaluation.candidates.values_list("name", flat=True)
        asked: dict[str, tuple[str, list[tuple[str, str]]]] = {
            "candidate": ("Candidate", [(name, name) for name in names]),
            "kind": ("Kind of cost", [(str(it), it.label) for it in CostKind]),
            "recurrence": ("Falls due", list(Recurrence.choices)),
        }
        return {
            name: forms.ChoiceField(
                choices=[("", "the file says it"), *choices],
                required=False,
                label=f"{label}, where the file says none",
            )
            for name, (label, choices) in asked.items()
        }

    def plan(
        self, evaluation: Evaluation, user: User, book: Workbook, reading: Reading
    ) -> RowsPlan:
        """What the file would do."""
        more = reading.more
        return plan_costs_import(
            book,
            known_costs(evaluation=evaluation),
            for_all=ForAll(
                more.get("candidate", ""),
                more.get("kind", ""),
                more.get("recurrence", ""),
            ),
            skip_unknown=reading.skip_unknown,
            headers=reading.headers,
            answers=reading.answers,
        )

    def heads(self) -> tuple[str, ...]:
        """As on the page of costs."""
        return (
            "Cost",
            "What is known",
            "Likely",
            "Currency",
            "Falls due",
            "As written",
        )

    def cells(self, line: RowLine) -> Sequence[Any]:
        """What would be added."""
        values = line.values
        return (
            self.name_of(line),
            CostState(values["state"]).label,
            amount_of(values),
            values["currency"],
            in_words("recurrence", values.get("recurrence", "")),
            values.get("source_text", ""),
        )

    def name_of(self, line: RowLine) -> str:
        """Whose cost, of which kind, and which part of it."""
        name, kind, label = line.key
        return " / ".join(part for part in (name, CostKind(kind).label, label) if part)

    def differing(self, change: Any) -> Sequence[tuple[str, Any, Any]]:
        """Field by field, in the words of the page."""
        return [
            (field, in_words(field, change.before.get(field)), in_words(field, value))
            for field, value in change.after.items()
        ]

    def lists(self, evaluation: Evaluation, user: User) -> Mapping[str, Sequence[str]]:
        """Candidates, kinds, states, rhythms, currencies."""
        return {
            "candidate": list(evaluation.candidates.values_list("name", flat=True)),
            "kind": [kind.label for kind in CostKind],
            "state": CostState.values,
            "pricing": ["per unit", "graduated", "volume", "package", "percent"],
            "recurrence": Recurrence.values,
            "currency": sorted(CODES),
        }


WORDS: dict[str, type[TextChoices]] = {
    "state": CostState,
    "recurrence": Recurrence,
    "pricing": Pricing,
}


def amount_of(values: Mapping[str, Any]) -> str:
    """The likely amount of a line, or its per cent a year."""
    if values["likely"] is None:
        return ""
    unit = " % a year" if values.get("pricing") == Pricing.PERCENT else ""
    return f"{written(values['likely'])}{unit}"


def in_words(field: str, value: Any) -> Any:
    """A value of a cost line as the page writes it."""
    if isinstance(value, Decimal):
        return written(value)
    if field == "tiers":
        return "; ".join(write_tiers(tiers_of(value or [])).splitlines())
    return WORDS[field](value).label if value and field in WORDS else value
