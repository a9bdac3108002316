"""The import of candidates, as pages and commands offer it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.importing.kinds import Column, RowsImport, register_import
from evaltracker.importing.plan import Reading
from evaltracker.importing.rows import RowLine, RowsPlan
from evaltracker.toolbox.tabular.cells import Row, Workbook
from vendors.candidates import IMPORTED, LISTED
from vendors.choices import CandidateKind
from vendors.imports.candidates import COLUMNS as CANDIDATE_COLUMNS
from vendors.imports.candidates import columns_in, is_table, plan_candidates_import
from vendors.services.candidates import KIND as CANDIDATES
from vendors.services.candidates import import_candidates, known_candidates
from vendors.services.candidates import undo as undo_candidates


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
