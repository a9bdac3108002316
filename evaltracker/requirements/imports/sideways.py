"""Requirements as column heads: a matrix with one row per candidate."""

from evaltracker.importing.plan import Findings, RequirementLine
from evaltracker.importing.words import CANDIDATE_COLUMNS, SIDE_COLUMNS
from evaltracker.kit.text import read_requirement_ref
from evaltracker.tabular import Row, Unreadable, Workbook, find_header, header_key
from evaltracker.tabular.wording import without_markup


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
