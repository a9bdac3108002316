"""A questionnaire that one vendor filled in: whose answers are these?"""

from evaltracker.importing.plan import Findings
from evaltracker.importing.reading import Header
from evaltracker.tabular import Row, Sheet, columns_by_field, find_header, header_key
from vendors.imports.names import Names
from vendors.imports.shapes import SAMPLED_ROWS, ListShape
from vendors.imports.words import COLUMNS

WHOSE = "whose"
ANSWERS = ("status", "statement", "evidence")
# Who answers is asked, so no column says it.
NAMES = {field: names for field, names in COLUMNS.items() if field != "candidate"}


def find_questionnaire(
    sheet: Sheet, requirements: Names, said: Header | None = None
) -> ListShape | None:
    """The sheet as requirements with answers beside them; None if it holds none."""
    if said is not None and {"requirement", "status"} <= said.columns.keys():
        return ListShape(sheet, said.on(sheet), dict(said.columns))
    header = find_header(sheet, points)
    if header is None:
        return None
    columns = columns_by_field(header, NAMES)
    below = sheet.below(header)[:SAMPLED_ROWS]
    answers = {columns[it] for it in columns.keys() - {"requirement", "component"}}
    width = max((len(row.cells) for row in below), default=0)
    best, hits = None, 0
    for column in sorted(set(range(width)) - answers):
        found = {requirements.find(row.cell(column)) for row in below} - {None}
        if len(found) > hits:
            best, hits = column, len(found)
    if best is None:
        return None
    return ListShape(sheet, header, columns | {"requirement": best})


def names_on(sheet: Sheet) -> Header | None:
    """Where the names above answers stand, and what they are taken for."""
    header = find_header(sheet, points)
    names = [header_key(cell) for cell in header.cells] if header else []
    if header is None or any(names.count(it) > 1 for it in NAMES["status"]):
        # Each vendor has answers of its own there.
        return None
    return Header(header.number, columns_by_field(header, NAMES))


def points(row: Row) -> int:
    """How much `row` looks like the names above answers; 0 is not at all."""
    columns = columns_by_field(row, NAMES)
    return len(columns) if "status" in columns else 0


class Whose:
    """Asks whose answers the sheets of a file are: once, unless they name somebody.

    The same questions again are those of another vendor, so they are asked about anew.
    """

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.said: str | None = None
        self.refs: set[str | None] = set()

    def of(self, shape: ListShape, candidates: Names, requirements: Names) -> str:
        """The candidate whose answers they are; blank if nobody has said it."""
        column = shape.columns["requirement"]
        refs = {requirements.find(row.cell(column)) for row in shape.body} - {None}
        named = named_above(shape.sheet, shape.header, candidates)
        if self.said is not None and not named and not refs & self.refs:
            self.refs |= refs
            self.findings.remark(
                f"Sheet “{shape.sheet.name}” is read as answers of the same vendor."
            )
            return self.said
        said = self.asked(shape.sheet, candidates, named)
        if not named:
            self.said, self.refs = said, refs
        return said

    def asked(self, sheet: Sheet, candidates: Names, named: str) -> str:
        """The answer to the question about one sheet."""
        where = f" on sheet “{sheet.name}”" if sheet.name else ""
        return self.findings.ask(
            f"{WHOSE}:{header_key(sheet.name)}",
            f"Whose answers are these{where}? They come in as noted by you.",
            [(name, name) for name in candidates.entries],
            default=named,
        )


def named_above(sheet: Sheet, header: Row, candidates: Names) -> str:
    """The one candidate that the sheet is called after or that stands above it."""
    above = [row for row in sheet.rows if row.number < header.number]
    cells = [sheet.name, *(cell for row in above for cell in row.cells)]
    found = {candidates.find(cell) for cell in cells} - {None}
    return (found.pop() or "") if len(found) == 1 else ""


def is_aside(shape: ListShape, row: Row) -> bool:
    """Whether the row is none of the questions, or one that nobody answered."""
    column = shape.columns["status"]
    repeated = header_key(row.cell(column)) == header_key(shape.header.cell(column))
    answered = any(row.cell(shape.columns.get(it, 10_000)) for it in ANSWERS)
    return repeated or not answered
