"""Requirements of several sheets: what stands twice, and the sheet as a category."""

import re
from collections.abc import Container
from dataclasses import replace

from evaltracker.importing.plan import Findings, RequirementLine
from evaltracker.importing.words import CANDIDATE_COLUMNS, SIDE_COLUMNS
from evaltracker.toolbox.tabular import (
    Row,
    Unreadable,
    Workbook,
    find_header,
    header_key,
)
from evaltracker.toolbox.tabular.wording import without_markup
from evaltracker.toolbox.text import LINE_LIMIT, read_requirement_ref

# What programs call a sheet or a table that nobody named.
LEAST_SHEETS = 2
UNNAMED = re.compile(
    r"(?:Sheet|Table|Tabelle|Feuille?|Hoja|Foglio|Blad) ?[0-9]{0,4}", re.IGNORECASE
)


def of_two_sheets(
    lines: list[RequirementLine], findings: Findings
) -> list[RequirementLine]:
    """The lines; one that stands on another sheet, too, with all that both say."""
    places: dict[str, int] = {}
    kept: list[RequirementLine] = []
    for line in lines:
        place = places.setdefault(line.ref, len(kept))
        other = kept[place] if place < len(kept) else line
        is_again = other.sheet != line.sheet and not any(
            other.values.get(it, said) != said for it, said in line.values.items()
        )
        if is_again:
            kept[place] = replace(other, values={**other.values, **line.values})
        else:
            kept.append(line)
    again = len(lines) - len(kept)
    if again:
        word = "requirement stands" if again == 1 else "requirements stand"
        findings.remark(f"{again:,} {word} on two sheets or more: read once.")
    return kept


def under_sheets(
    lines: list[RequirementLine], known: Container[str], findings: Findings
) -> list[RequirementLine]:
    """The lines; of several sheets, new ones without a category stand under theirs."""
    bare = {
        line.ref
        for line in lines
        if "category" not in line.values
        and line.ref not in known
        and not UNNAMED.fullmatch(line.sheet)
    }
    if not bare or len({line.sheet for line in lines}) < LEAST_SHEETS:
        return lines
    findings.remark("What has no category is put under the name of its sheet.")
    return [
        replace(line, values={**line.values, "category": category_of(line.sheet)})
        if line.ref in bare
        else line
        for line in lines
    ]


def category_of(sheet: str) -> str:
    """The name of a sheet as a category."""
    return " ".join(sheet.split())[:LINE_LIMIT]


# Requirements as column heads: a matrix with one row per candidate.


def sideways_lines(book: Workbook, findings: Findings) -> list[RequirementLine]:
    """A requirement for each column head that is an answer's.

    Raises:
        Unreadable: no sheet has a first column of candidates.

    """
    lines: list[RequirementLine] = []
    for sheet in book.visible:
        header = find_header(sheet, names_candidates)
        if header is None:
            continue
        for column in header.filled[1:]:
            name = " ".join(without_markup(header.cell(column)).split())
            if header_key(name) in SIDE_COLUMNS:
                findings.remark(f"The column “{name}” was not read.")
                continue
            try:
                ref = read_requirement_ref(name)
            except ValueError as error:
                findings.refuse(sheet, header.number, str(error), column)
                continue
            lines.append(RequirementLine(ref, {"text": ref}, sheet.name, header.number))
    if not lines and not findings.problems:
        known = ", ".join(f"“{word}”" for word in CANDIDATE_COLUMNS[:4])
        raise Unreadable(
            "No row of column names starts with a column of candidates (named "
            f"{known} …), so there are no column heads to read as requirements. "
            "Name the first column “candidate” and import it again."
        )
    return lines


def names_candidates(row: Row) -> int:
    """How many names stand beside a first column of candidates; 0 without one."""
    filled = row.filled
    if len(filled) < 2 or header_key(row.cell(filled[0])) not in CANDIDATE_COLUMNS:
        return 0
    return len(filled)
