"""How a file is read for somebody: as they say, else as it was remembered."""

from collections.abc import Mapping
from typing import Any

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.importing.adjusting import adjusted
from evaltracker.importing.kinds import KINDS, ImportKind
from evaltracker.importing.reading import Header, Reading, only, recalled
from evaltracker.importing.services.waiting_files import (
    remembered_columns,
    remembered_words,
)
from evaltracker.tabular import Sheet, Workbook


def reading_for(
    *,
    evaluation: Evaluation,
    kind: str,
    by: User,
    book: Workbook,
    said: Mapping[str, Any],
) -> tuple[Workbook, Reading, frozenset[str]]:
    """The sheets that are read, how, and which of them have remembered columns.

    `said` is what a draft keeps: sheet, headers, layout, answers, what was put right,
    and more.
    """
    book = adjusted(only(book, said.get("sheet", "")), said)
    memory = remembered_columns(evaluation=evaluation, kind=kind, by=by)
    known = recalled(book, memory)
    sheets = {sheet.name: sheet for sheet in book.sheets}
    headers = {
        name: header_from(header, KINDS[kind], sheets.get(name))
        for name, header in said.get("headers", {}).items()
    }
    words = remembered_words(evaluation=evaluation, kind=kind)
    reading = Reading(
        headers=known | headers,
        layout=said.get("layout", ""),
        skip_unknown=bool(said.get("skip_unknown")),
        more=said.get("more", {}),
        answers=words | said.get("answers", {}),
    )
    return book, reading, frozenset(known.keys() - headers.keys())


def header_from(
    said: Mapping[str, Any], kind: ImportKind, sheet: Sheet | None
) -> Header:
    """A header that somebody said.

    If only its row was known then, its names tell the columns that were not `chosen`.
    """
    number = said["row"]
    if "columns" in said:
        return Header(number, said["columns"])
    rows = [row for row in sheet.rows if row.number == number] if sheet else []
    chosen = said["chosen"]
    found = kind.columns_in(rows[0]) if rows else {}
    columns = {it: at for it, at in found.items() if at not in chosen.values()}
    return Header(number, columns | chosen)
