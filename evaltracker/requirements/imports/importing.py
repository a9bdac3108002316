"""Requirements from a spreadsheet."""

from collections.abc import Mapping, Sequence
from typing import Any

from evaltracker.evaluations.choices import Priority
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.importing.kinds import (
    CROSSED,
    Column,
    ImportKind,
    register_import,
    with_choices,
)
from evaltracker.importing.plan import Header, ImportPlan, Reading, RequirementLine
from evaltracker.requirements.imports.layout import find_layout, requirement_columns
from evaltracker.requirements.imports.lines import (
    CANDIDATES_AS_ROWS,
    plan_requirements_import,
)
from evaltracker.requirements.services.requirements import (
    KIND,
    import_requirements,
    known_requirements,
    undo,
)
from evaltracker.toolbox.tabular.cells import Row, Sheet, Workbook


@register_import
class Requirements(ImportKind):
    slug = KIND
    take_back = staticmethod(undo)
    take_in = staticmethod(import_requirements)
    things = "requirements"
    tab = "requirements"
    needs = (
        "One row per requirement under a row of column names, one of them for the "
        "text. What the file has no column for stays as it is."
    )
    columns = (
        Column("ref", "Ref", "Ref", "Text that names it, once: R1, 1.10.", "R1"),
        Column("text", "Requirement text", "Text", "What is needed.", "Trains on GPUs"),
        Column("category", "Category", "Category", "Its group.", "Training"),
        Column("priority", "Priority", "Priority", "must, should or could.", "must"),
        Column("weight", "Weight", "Weight", "0 to 10; 0 is not scored.", "8"),
        Column(
            "vendor_help",
            "Help for vendors",
            "Help for vendors",
            "Vendors read this beside the text.",
            "Say which GPUs.",
        ),
        Column(
            "scorer_help",
            "Help for scorers",
            "Help for scorers",
            "Vendors never read this.",
            "Look at queueing.",
        ),
        Column(
            "measure",
            "Measure",
            "Measure",
            "The number that must be reached.",
            "p95 latency at most 20 ms",
        ),
        Column(
            "must_hold_for",
            "Must hold for",
            "Must hold for",
            "Lists of the brief, separated by semicolons.",
            "Sites; Languages",
        ),
    )
    layouts = (
        ("", "each row is a requirement"),
        (CANDIDATES_AS_ROWS, "each column is a requirement, rows are candidates"),
    )

    def guess(self, sheet: Sheet) -> Header | None:
        layout = find_layout(with_choices(sheet, CROSSED, "Priority"))
        if layout is None:
            return None
        columns = dict(layout.columns)
        if columns["ref"] == columns["text"]:
            del columns["ref"]
        return Header(layout.header.number, columns)

    def columns_in(self, row: Row) -> dict[str, int]:
        columns = requirement_columns(row)
        name = columns.pop("name", None)
        if name is not None:
            columns.setdefault("text", name)
        return columns

    def plan(
        self, evaluation: Evaluation, user: User, book: Workbook, reading: Reading
    ) -> ImportPlan:
        return plan_requirements_import(
            book,
            known_requirements(evaluation=evaluation),
            orientation=reading.layout,
            headers=reading.headers,
            answers=reading.answers,
            lists=list(evaluation.scopes.values_list("name", flat=True)),
        )

    def heads(self) -> tuple[str, ...]:
        return ("Ref", "Category", "Requirement", "Priority", "Weight")

    def cells(self, line: RequirementLine) -> Sequence[Any]:
        return (
            line.ref,
            line.values.get("category", ""),
            line.values.get("text", ""),
            line.values.get("priority", Priority.SHOULD.value),
            line.values.get("weight", ""),
        )

    def lists(self, evaluation: Evaluation, user: User) -> Mapping[str, Sequence[str]]:
        return {
            "priority": Priority.values,
            "weight": [str(weight) for weight in range(11)],
            "category": list(evaluation.categories.values_list("name", flat=True)),
        }
