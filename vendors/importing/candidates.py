"""Candidates from a spreadsheet."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.importing.kinds import Column, RowsImport, register_import
from evaltracker.importing.reading import Reading
from evaltracker.importing.rows import RowLine, RowsPlan
from evaltracker.tabular import Row, Workbook
from vendors.choices import CandidateKind
from vendors.columns import IMPORTED, LISTED
from vendors.imports.candidate_words import COLUMNS, columns_in, is_table
from vendors.imports.candidates import plan_candidates_import
from vendors.services.candidate_import import (
    KIND,
    import_candidates,
    known_candidates,
    undo,
)


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
