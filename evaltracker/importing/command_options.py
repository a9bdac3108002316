"""What the options of a command that imports say of how a file is read."""

from typing import Any

from django.core.management.base import CommandError

from evaltracker.importing.kinds import ImportKind
from evaltracker.importing.reading import only
from evaltracker.tabular import Workbook


def headers_said(
    kind: ImportKind, options: dict[str, Any], book: Workbook
) -> dict[str, Any]:
    """The header that the options name, on the first sheet that has it.

    Raises:
        CommandError: no sheet has it, or there is no such field.

    """
    columns = dict(pair(text, "--column") for text in options["column"])
    number = options["header_row"]
    if not (columns or number):
        return {}
    fields = [column.name for column in kind.columns]
    for field in columns.values():
        if field not in fields:
            there = ", ".join(fields)
            raise CommandError(f"There is no field “{field}”. There are: {there}.")
    for sheet in only(book, options["sheet"]).visible:
        for row in sheet.rows:
            places = {name: index for index, name in enumerate(row.cells) if name}
            is_it = number in (None, row.number) and columns.keys() <= places.keys()
            if is_it:
                said = {field: places[name] for name, field in columns.items()}
                found = kind.columns_in(row) if number else {}
                taken = said.values()
                found = {it: at for it, at in found.items() if at not in taken}
                header = {"row": row.number, "columns": found | said}
                return {sheet.name: header}
    names = ", ".join(f"“{name}”" for name in columns) or "anything"
    where = f" in row {number}" if number else ""
    raise CommandError(f"No sheet has {names}{where}. Check the names.")


def pair(text: str, option: str) -> tuple[str, str]:
    """The two parts of NAME=VALUE; the last “=” parts them."""
    name, mark, value = text.rpartition("=")
    if not (mark and name.strip() and value.strip()):
        raise CommandError(f"{option} is written NAME=VALUE, and not “{text}”.")
    return name.strip(), value.strip()
