"""What there is to see of a file that waits: how it is read, and what it would do."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaltracker.errors import Problem
from evaltracker.evaluations.models import Evaluation, Import, ImportDraft, User
from evaltracker.importing.kinds import ImportKind
from evaltracker.importing.plan import Plan
from evaltracker.importing.reading import Header, Reading, likely_header
from evaltracker.importing.services.readings import reading_for
from evaltracker.importing.services.waiting_files import earlier_import
from evaltracker.tabular import Sheet, Workbook, read_table


@dataclass(frozen=True, slots=True)
class Look:
    """A file, the sheet whose columns are shown, and its plan or why there is none."""

    draft: ImportDraft
    book: Workbook
    reading: Reading
    sheet: Sheet
    header: Header
    is_recalled: bool
    plan: Plan[Any, Any] | None
    problem: Problem | None
    earlier: Import | None

    @property
    def digest(self) -> str:
        """What tells this plan from another, for the yes that is said to it."""
        plan = self.plan
        if plan is None:
            return ""
        said = (plan.new, plan.changed, plan.counts, plan.problems, plan.questions)
        return hashlib.sha256(repr(said).encode("utf-8", "replace")).hexdigest()

    @property
    def can_apply(self) -> bool:
        """Whether there is something to say yes to."""
        plan = self.plan
        return bool(plan and not plan.problems and (plan.new or plan.changed))


def look_at(
    draft: ImportDraft, kind: ImportKind, evaluation: Evaluation, user: User
) -> Look:
    """Read a draft and plan it against the evaluation as it is now.

    Raises:
        Unreadable: the file is no table.

    """
    said: dict[str, Any] = draft.reading
    whole = read_table(bytes(draft.content), draft.filename)
    book, reading, remembered = reading_for(
        evaluation=evaluation, kind=kind.slug, by=user, book=whole, said=said
    )
    sheet, header = shown_header(kind, book, reading.headers)
    plan: Plan[Any, Any] | None = None
    problem: Problem | None = None
    try:
        plan = kind.settled(evaluation, user, book, reading)
    except Problem as error:
        problem = error
    return Look(
        draft=draft,
        book=whole,
        reading=reading,
        sheet=sheet,
        header=header,
        is_recalled=sheet.name in remembered,
        plan=plan,
        problem=problem,
        earlier=earlier_import(
            evaluation=evaluation, kind=kind.slug, sha256=whole.sha256
        ),
    )


def shown_header(
    kind: ImportKind, book: Workbook, headers: Mapping[str, Header]
) -> tuple[Sheet, Header]:
    """The sheet whose columns the form shows, and what they are taken for."""
    sheets = [sheet for sheet in book.visible if not sheet.is_blank]
    for sheet in sheets:
        found = headers.get(sheet.name)
        if found is None:
            try:
                found = kind.guess(sheet)
            except Problem:
                found = None
        if found is not None:
            return sheet, found
    sheet = sheets[0]
    row = likely_header(sheet)
    return sheet, Header(row.number, kind.columns_in(row))
