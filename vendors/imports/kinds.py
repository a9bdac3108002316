"""The imports of answers, candidates and costs, as pages and commands offer them."""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import TextChoices

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.importing.kinds import (
    Column,
    ImportKind,
    Question,
    RowsImport,
    register_import,
    with_choices,
)
from evaltracker.importing.plan import Header, Reading
from evaltracker.importing.rows import RowLine, RowsPlan
from evaltracker.money import written
from evaltracker.toolbox.measures import number_words
from evaltracker.toolbox.tabular.cells import Row, Sheet, Workbook
from vendors.candidates import IMPORTED, LISTED
from vendors.choices import (
    STATED,
    Availability,
    CandidateKind,
    CostState,
    Pricing,
    Recurrence,
)
from vendors.claims import ClaimWords
from vendors.costs import CODES, kind_named, write_tiers
from vendors.fields import HoldsForTextField, read_holds_for, write_holds_for
from vendors.imports import ClaimLine, ClaimsPlan, plan_claims_import
from vendors.imports.answers import COLUMNS, CROSSED, Meaning
from vendors.imports.candidates import COLUMNS as CANDIDATE_COLUMNS
from vendors.imports.candidates import columns_in, is_table, plan_candidates_import
from vendors.imports.costs import ForAll, plan_costs_import
from vendors.imports.costs import is_table as costs_is_table
from vendors.imports.layout import (
    CANDIDATES_AS_ROWS,
    LIST,
    QUESTIONNAIRE,
    REQUIREMENTS_AS_ROWS,
    find_list,
    names_on,
)
from vendors.imports.prices import COLUMNS as COST_WORDS_COLUMNS
from vendors.imports.prices import price_columns
from vendors.policy import may_read_answers
from vendors.selectors.candidates import asked_requirements, lists_of
from vendors.selectors.costs import kinds_of, tiers_of
from vendors.services.candidates import KIND as CANDIDATES
from vendors.services.candidates import import_candidates, known_candidates
from vendors.services.candidates import undo as undo_candidates
from vendors.services.costs import KIND as COSTS
from vendors.services.costs import import_costs, known_costs
from vendors.services.costs import undo as undo_costs
from vendors.services.sheets import (
    KIND,
    explain_words,
    import_claims,
    known_claims,
    undo,
)

SHOWN_WORDS = 300
HOLDS_FOR = "holds_for"


@register_import
class Claims(ImportKind):
    slug = KIND
    take_back = staticmethod(undo)
    take_in = staticmethod(import_claims)
    things = "answers"
    tab = "matrix"
    may_skip = True
    needs = (
        "A list with a row per answer, a matrix of requirements and candidates, or a "
        "questionnaire that one vendor filled in. Requirements and candidates have to "
        "be in the evaluation already."
    )
    columns = (
        Column("requirement", "Requirement ID", "Requirement", "Its ref.", "R1"),
        Column("component", "Component", "Component of the requirement"),
        Column("candidate", "Candidate", "Candidate", "Its name or alias.", "Acme ML"),
        Column("version", "Version", "Version in the name"),
        Column(
            "status",
            "Availability",
            "Availability",
            "now, beta, planned, on request or never. Blank says nothing.",
            "planned",
        ),
        Column("available_from", "Available from", "From", "2027-03-31", "2027-03-31"),
        Column(
            "statement", "Statement", "Statement", "In their words.", "In beta now."
        ),
        Column(
            "evidence", "Evidence URL", "Link", "http(s) only.", "https://acme.example"
        ),
        Column(
            "number",
            "Claimed number",
            "Number",
            "For the measure of the requirement, with its unit.",
            "12 ms",
        ),
    )
    names = COLUMNS
    layouts = (
        ("", "find out"),
        (LIST, "a list, one row per answer"),
        (QUESTIONNAIRE, "a questionnaire that one vendor filled in"),
        (REQUIREMENTS_AS_ROWS, "a matrix, requirements down and candidates across"),
        (CANDIDATES_AS_ROWS, "a matrix, candidates down and requirements across"),
    )

    def allowed(self, user: User, evaluation: Evaluation) -> bool:
        return super().allowed(user, evaluation) and may_read_answers(user, evaluation)

    def guess(self, sheet: Sheet) -> Header | None:
        sheet = with_choices(sheet, CROSSED, "Answer")
        table = find_list(sheet)
        return Header(table.header.number, table.columns) if table else names_on(sheet)

    def plan(
        self, evaluation: Evaluation, user: User, book: Workbook, reading: Reading
    ) -> ClaimsPlan:
        return plan_claims_import(
            book,
            known_claims(evaluation=evaluation),
            orientation=reading.layout,
            skip_unknown=reading.skip_unknown,
            headers=reading.headers,
            holds_for=values_said(evaluation, reading.more),
            answers=reading.answers,
        )

    def more_fields(self, evaluation: Evaluation, user: User) -> dict[str, forms.Field]:
        lists = lists_of(evaluation)
        if not lists:
            return {}
        fields: dict[str, forms.Field] = {
            HOLDS_FOR: HoldsForTextField(
                lists=lists,
                label="The answers hold for",
                required=False,
                help_text="None ticked: not stated, so nobody has answered for these "
                "values.",
            )
        }
        for candidate in evaluation.candidates.order_by("name"):
            fields[f"{HOLDS_FOR}-{candidate.pk}"] = HoldsForTextField(
                lists=lists,
                label=f"Those of {candidate} hold for",
                required=False,
                help_text="None ticked: as above.",
            )
        return fields

    def heads(self) -> tuple[str, ...]:
        return ("Requirement", "Candidate", "Availability", "Statement")

    def cells(self, line: ClaimLine) -> Sequence[Any]:
        return (
            line.ref,
            line.candidate,
            availability_words(line.words),
            line.words.statement[:SHOWN_WORDS],
        )

    def differing(self, change: Any) -> Sequence[tuple[str, Any, Any]]:
        before, after = readable(change.before), readable(change.line.words)
        return [
            (field, before[field], after[field])
            for field in before
            if before[field] != after[field]
        ]

    def questions(self, plan: Any) -> Sequence[Question]:
        return [
            Question(word.key, word.shown, word.count) for word in plan.unknown_words
        ]

    def meanings(self) -> tuple[tuple[str, str], ...]:
        stated = tuple(
            (availability.value, str(availability.label)) for availability in STATED
        )
        partial = (Availability.PARTIAL.value, "in part, as the source says")
        return (
            *stated,
            partial,
            (Availability.UNSTATED.value, "nothing; leave it as text"),
        )

    def explain(
        self, evaluation: Evaluation, user: User, said: Mapping[str, tuple[str, str]]
    ) -> None:
        meanings = {
            key: Meaning(meaning, read_day(day)) for key, (meaning, day) in said.items()
        }
        explain_words(evaluation=evaluation, meanings=meanings, by=user)

    def lists(self, evaluation: Evaluation, user: User) -> Mapping[str, Sequence[str]]:
        return {
            "requirement": [row.ref for row in asked_requirements(evaluation)],
            "candidate": list(evaluation.candidates.values_list("name", flat=True)),
            "status": ["now", "beta", "planned", "on request", "never"],
        }


def availability_words(words: ClaimWords) -> str:
    label = str(Availability(words.availability).label)
    return f"{label}, {words.available_from}" if words.available_from else label


def readable(words: ClaimWords) -> dict[str, Any]:
    held = words.holds_for and words.holds_for["said"]
    return words.fields() | {
        HOLDS_FOR: write_holds_for(held),
        "number": number_words(words.number),
    }


def values_said(evaluation: Evaluation, more: Mapping[str, str]) -> dict[str, Any]:
    """What the form says of values by candidate, without those of whom it says none."""
    by_candidate = {}
    for candidate in evaluation.candidates.all():
        text = more.get(f"{HOLDS_FOR}-{candidate.pk}") or more.get(HOLDS_FOR, "")
        try:
            values = read_holds_for(text)
        except ValueError as error:
            raise Invalid(f"Those of {candidate} hold for: {error}") from error
        if values is not None:
            by_candidate[candidate.name] = values
    return by_candidate


def read_day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid(f"“{text[:20]}” is no date.") from error


@register_import
class Candidates(RowsImport):
    slug = CANDIDATES
    take_back = staticmethod(undo_candidates)
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
            Column(field.name, field.head, field.label, field.sheet_help, field.example)
            for field in IMPORTED
        ),
    )
    names = CANDIDATE_COLUMNS
    is_list = staticmethod(is_table)

    def columns_in(self, row: Row) -> dict[str, int]:
        return columns_in(row)

    def more_fields(self, evaluation: Evaluation, user: User) -> dict[str, forms.Field]:
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
        return plan_candidates_import(
            book,
            known_candidates(evaluation=evaluation),
            kind=reading.more.get("kind", ""),
            headers=reading.headers,
            answers=reading.answers,
        )

    def heads(self) -> tuple[str, ...]:
        return ("Candidate", "Kind", "Vendor", *(column.label for column in LISTED))

    def cells(self, line: RowLine) -> Sequence[Any]:
        values = line.values
        return (
            line.name,
            CandidateKind(values["kind"]).label,
            values.get("vendor", ""),
            *(str(values.get(column.name, ""))[:200] for column in LISTED),
        )

    def lists(self, evaluation: Evaluation, user: User) -> Mapping[str, Sequence[str]]:
        return {"kind": ["buy", "build", "open source", "as is"]}


@register_import
class Costs(RowsImport):
    slug = COSTS
    take_back = staticmethod(undo_costs)
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
        return super().allowed(user, evaluation) and may_read_answers(user, evaluation)

    def columns_in(self, row: Row) -> dict[str, int]:
        return price_columns(row)

    def more_fields(self, evaluation: Evaluation, user: User) -> dict[str, forms.Field]:
        names = evaluation.candidates.values_list("name", flat=True)
        questions: dict[str, tuple[str, list[tuple[str, str]]]] = {
            "candidate": ("Candidate", [(name, name) for name in names]),
            "kind": (
                "Kind of cost",
                [(kind.key, kind.name) for kind in kinds_of(evaluation)],
            ),
            "recurrence": ("Falls due", list(Recurrence.choices)),
        }
        return {
            name: forms.ChoiceField(
                choices=[("", "the file says it"), *choices],
                required=False,
                label=f"{label}, where the file says none",
            )
            for name, (label, choices) in questions.items()
        }

    def plan(
        self, evaluation: Evaluation, user: User, book: Workbook, reading: Reading
    ) -> RowsPlan:
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
        return (
            "Cost",
            "What is known",
            "Likely",
            "Currency",
            "Falls due",
            "As written",
        )

    def cells(self, line: RowLine) -> Sequence[Any]:
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
        name, kind, label = line.key
        kind = kind_named(kind, ()).name.replace("_", " ")
        return " / ".join(part for part in (name, kind, label) if part)

    def differing(self, change: Any) -> Sequence[tuple[str, Any, Any]]:
        return [
            (field, in_words(field, change.before.get(field)), in_words(field, value))
            for field, value in change.after.items()
        ]

    def lists(self, evaluation: Evaluation, user: User) -> Mapping[str, Sequence[str]]:
        return {
            "candidate": list(evaluation.candidates.values_list("name", flat=True)),
            "kind": [kind.name for kind in kinds_of(evaluation)],
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
    if values["likely"] is None:
        return ""
    unit = " % a year" if values.get("pricing") == Pricing.PERCENT else ""
    return f"{written(values['likely'])}{unit}"


def in_words(field: str, value: Any) -> Any:
    if isinstance(value, Decimal):
        return written(value)
    if field == "tiers":
        return "; ".join(write_tiers(tiers_of(value or [])).splitlines())
    return WORDS[field](value).label if value and field in WORDS else value
