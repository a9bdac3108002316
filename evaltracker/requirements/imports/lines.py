"""Comparing the requirements of a file with those that the evaluation has."""

import re
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import count
from types import MappingProxyType

from evaltracker.errors import Invalid
from evaltracker.evaluations.choices import Priority
from evaltracker.importing.kinds import (
    CANDIDATE_COLUMNS,
    CROSSED,
    LEAVE_OUT,
    PRIORITIES,
    SIDE_COLUMNS,
    in_one_column,
    meanings_in,
    without_escapes,
)
from evaltracker.importing.plan import (
    NO_ANSWERS,
    NO_HEADERS,
    Findings,
    Header,
    ImportPlan,
    KnownRequirement,
    RequirementChange,
    RequirementLine,
    Value,
    short,
    source_of,
)
from evaltracker.importing.rows import (
    numbered,
    tell_aside,
    unread_columns,
    without_aside,
)
from evaltracker.requirements.imports.layout import (
    Headings,
    Layout,
    find_layouts,
    weight_in,
    weights_are_usable,
    with_category,
)
from evaltracker.requirements.services.scopes import list_names
from evaltracker.toolbox.measures import measure_words, read_measure
from evaltracker.toolbox.processes import counted
from evaltracker.toolbox.tabular.cells import (
    Row,
    Sheet,
    Unreadable,
    Workbook,
    find_header,
    header_key,
)
from evaltracker.toolbox.tabular.wording import without_markup
from evaltracker.toolbox.text import (
    LINE_LIMIT,
    REF_LIMIT,
    read_line,
    read_requirement_ref,
    read_text,
)

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
    merged: list[RequirementLine] = []
    for line in lines:
        place = places.setdefault(line.ref, len(merged))
        other = merged[place] if place < len(merged) else line
        is_again = other.sheet != line.sheet and not any(
            other.values.get(key, value) != value for key, value in line.values.items()
        )
        if is_again:
            merged[place] = replace(other, values={**other.values, **line.values})
        else:
            merged.append(line)
    again = len(lines) - len(merged)
    if again:
        word = "requirement stands" if again == 1 else "requirements stand"
        findings.remark(f"{again:,} {word} on two sheets or more: read once.")
    return merged


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
    return " ".join(sheet.split())[:LINE_LIMIT]


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


NO_TEXTS: Mapping[str, str] = MappingProxyType({})
# “GV.OC-01: The mission …”, “1.2.3 Reads …”: a ref and the text that it belongs to.
IN_TEXT = re.compile(
    r"(?P<ref>(?=[^\s:]{0,30}[0-9])[A-Za-z0-9][A-Za-z0-9._-]{0,30})"
    r"(?:\s?[:–—]\s+|\)\s+|\s+(?=[A-Z]))(?P<text>\S.{3,})",
    re.DOTALL,
)
NUMBER = "R{}"
YES = "number"


class Refs:
    """Finds the ref of a row, and the text of it that is no ref."""

    def __init__(
        self,
        layout: Layout,
        rows: Sequence[Row],
        findings: Findings,
        known_texts: Mapping[str, str],
    ) -> None:
        self.layout, self.findings = layout, findings
        self.column = layout.columns["ref"]
        self.is_text = self.column == layout.columns["text"]
        cells = [self.plain(row) for row in rows if row.cell(self.column)]
        split = [IN_TEXT.fullmatch(cell) for cell in cells]
        refs = [match["ref"] for match in split if match]
        self.splits = self.is_text and bool(cells) and len(set(refs)) == len(cells)
        self.is_long = (
            self.is_text
            and not self.splits
            and any(len(cell) > REF_LIMIT for cell in cells)
        )
        self.numbers = self.numbered(rows, known_texts)
        if self.splits:
            findings.remark(
                f"The refs were taken out of the texts, such as “{short(refs[0])}”."
            )

    def plain(self, row: Row) -> str:
        return " ".join(without_markup(row.cell(self.column)).split())

    def numbered(
        self, rows: Sequence[Row], known_texts: Mapping[str, str]
    ) -> dict[int, str]:
        """By row, the number that it gets for want of a ref, if somebody wants it."""
        text = self.layout.columns["text"]
        without = [
            row
            for row in rows
            if row.cell(text) and (self.is_long or not row.cell(self.column))
        ]
        if not without:
            return {}
        rows_have = "has" if len(without) == 1 else "have"
        answer = self.findings.ask(
            f"number:{self.layout.sheet.name}",
            f"{numbered(without).capitalize()} {rows_have} no ref, such as "
            f"“{short(without[0].cell(text))}”. Number them?",
            [(YES, f"number them: {NUMBER.format(1)}, {NUMBER.format(2)} …")],
        )
        if answer != YES:
            return {}
        taken = {self.plain(row) for row in rows} | set(known_texts.values())
        free = (ref for ref in map(NUMBER.format, count(1)) if ref not in taken)
        refs: dict[int, str] = {}
        for row in without:
            known = known_texts.get(without_markup(row.cell(text)), "")
            refs[row.number] = known or next(free)
        return refs

    def of(self, row: Row) -> tuple[str, str | None]:
        """The ref of a row, and its text if the ref's cell tells it; "" if refused."""
        sheet, number = self.layout.sheet, row.number
        if number in self.numbers:
            return self.numbers[number], None
        cell = self.plain(row)
        problem = self.problem(row, cell)
        if problem:
            self.findings.refuse(sheet, number, problem, self.column)
            return "", None
        text: str | None = None
        match = IN_TEXT.fullmatch(cell) if self.splits else None
        if match is not None:
            cell, text = match["ref"], match["text"]
        if self.layout.component is not None:
            cell = f"{cell} {' '.join(row.cell(self.layout.component).split())}".strip()
        try:
            ref = read_requirement_ref(cell)
            text = read_text(text) if text else ref if self.is_text else None
        except ValueError as error:
            sentence = f"The ref does not fit: {error}"
            self.findings.refuse(sheet, number, sentence, self.column)
            return "", None
        return ref, text

    def problem(self, row: Row, cell: str) -> str:
        if not cell:
            return "It has no ref. Fill one in, have it numbered, or delete the row."
        if self.is_long:
            return (
                "The file has no column of refs, and a text is too long to be one. "
                "Have the rows numbered, or add a column “ref”."
            )
        if self.column in row.days:
            return (
                f"Its ref is a day ({cell}), which spreadsheets make of refs such as "
                "1.2. Format the column as text, and type the ref again."
            )
        return ""


type Reader = Callable[[str], Value | None]
UNCOMPUTED = (
    "The cell holds a formula without a saved result, or an error. Open the file in "
    "your spreadsheet program, fix the cell, save it, and import it again."
)
# So many different cells of a column are remembered: categories, and no texts.
KEPT = 256


def lines_of(
    layout: Layout, findings: Findings, known_texts: Mapping[str, str] = NO_TEXTS
) -> list[RequirementLine]:
    """The requirements of one sheet; what cannot come in goes to `findings`.

    `known_texts` are the refs that texts have in the evaluation.
    """
    sides = (layout.candidate, layout.component)
    used = {*layout.columns.values(), *layout.woven}
    used |= {column for column in sides if column is not None}
    findings.remarks += unread_columns(layout.sheet, layout.header, layout.below, used)
    columns = layout.columns
    body = list(without_aside(layout.below, layout.header, columns.values()))
    if "weight" in columns and not weights_are_usable(layout, body, findings):
        del columns["weight"]
    tell_aside(layout.sheet, layout.below, layout.header, findings)
    headings = Headings(layout, body, findings)
    rows = [row for row in body if row.number not in headings.numbers]
    refs = Refs(layout, rows, findings, known_texts)
    priorities = priorities_in(layout, rows, findings)
    lines, left_out = [], []
    cells = Cells(layout, findings, priorities)
    for row in counted(rows, "compared"):
        priority = layout.columns.get("priority")
        if priority is not None and priorities.get(row.cell(priority)) == LEAVE_OUT:
            left_out.append(row)
            continue
        line = line_of(row, cells, refs)
        if line is None:
            continue
        if (category := headings.categories.get(row.number)) is not None:
            line = replace(line, values=with_category(line.values, category))
        lines.append(line)
    if left_out:
        findings.remark(f"Left out, as you said: {numbered(left_out)}.")
    tell_numbers(layout, findings)
    return lines


class Cells:
    def __init__(
        self, layout: Layout, findings: Findings, priorities: Mapping[str, str]
    ) -> None:
        self.sheet, self.findings = layout.sheet, findings
        self.read = sorted(set(layout.columns.values()))
        readers: dict[str, Reader] = {
            **READERS,
            "priority": partial(priority_in, priorities),
        }
        self.readers = {
            field: (column, lru_cache(KEPT)(readers[field]))
            for field, column in layout.columns.items()
            if field in readers
        }

    def are_there(self, row: Row) -> bool:
        """Whether the row holds something that is read, and every formula its value."""
        unknown = self.sheet.uncomputed
        hits = [at for at in self.read if unknown and (row.number, at) in unknown]
        for column in hits:
            self.findings.refuse(self.sheet, row.number, UNCOMPUTED, column)
        return not hits and any(map(row.cell, self.read))

    def values(self, row: Row, text: str | None) -> dict[str, Value] | None:
        """By field, what the file gives; None with the reasons in the findings.

        `text` is that which the ref's cell tells, if it does.
        """
        values: dict[str, Value] = {}
        is_good = True
        for field, (column, read) in self.readers.items():
            try:
                is_split = field == "text" and text is not None
                value = text if is_split else read(row.cell(column))
            except ValueError as error:
                self.findings.refuse(self.sheet, row.number, str(error), column)
                is_good = False
                continue
            if value is not None:
                values[field] = value
        return values if is_good else None


def line_of(row: Row, cells: Cells, refs: Refs) -> RequirementLine | None:
    if not cells.are_there(row):
        return None
    ref, text = refs.of(row)
    values = cells.values(row, text) if ref else None
    if values is None:
        return None
    return RequirementLine(ref, values, cells.sheet.name, row.number)


def text_in(cell: str) -> str:
    text = without_markup(cell)
    if not text:
        raise ValueError("It has no text. Describe what is needed, or delete the row.")
    return read_text(text)


def help_in(cell: str) -> str:
    text = without_markup(cell)
    return read_text(text) if text else ""


def category_in(cell: str) -> str | None:
    name = " ".join(without_markup(cell).split())
    return read_line(name) if name else None


def measure_in(cell: str) -> str:
    try:
        return measure_words(read_measure(without_markup(cell)))
    except Invalid as error:
        raise ValueError(error.sentence) from error


def lists_in(cell: str) -> str:
    text = without_markup(cell)
    return list_names(text.replace(",", ";").replace("\n", ";").split(";"))


def priority_in(priorities: Mapping[str, str], cell: str) -> str | None:
    if cell and cell not in priorities:
        raise ValueError(
            f"“{short(cell)}” is no priority that is known here. Say what it means, or "
            "write must, should or could."
        )
    return priorities[cell] if cell else None


READERS: Mapping[str, Reader] = {
    "text": text_in,
    "category": category_in,
    "weight": weight_in,
    "vendor_help": help_in,
    "scorer_help": help_in,
    "measure": measure_in,
    "must_hold_for": lists_in,
}


def priorities_in(
    layout: Layout, rows: Sequence[Row], findings: Findings
) -> dict[str, str]:
    """By cell, the priority that it is, or that it is to be left out."""
    if "priority" not in layout.columns:
        return {}
    options = [(priority.value, str(priority.label)) for priority in Priority]
    return meanings_in(
        layout.header,
        layout.columns["priority"],
        rows,
        {word: priority.value for word, priority in PRIORITIES.items()},
        [*options, (LEAVE_OUT, "leave these rows out")],
        findings,
        field="priority",
    )


def tell_numbers(layout: Layout, findings: Findings) -> None:
    column = layout.columns["ref"]
    hit = next(
        (
            row
            for row in layout.below
            if column in row.numbers and "." in row.cell(column)
        ),
        None,
    )
    if hit is not None:
        findings.remark(
            f"The refs in column {layout.letter('ref')} are numbers, such as "
            f"{hit.cell(column)} in row {hit.number}; a spreadsheet cannot tell 1.10 "
            "from 1.1. If your refs end in 0, format the column as text and type "
            "them again."
        )


CANDIDATES_AS_ROWS = "candidates-as-rows"


def plan_requirements_import(
    book: Workbook,
    existing: Iterable[KnownRequirement] = (),
    *,
    orientation: str = "",
    headers: Mapping[str, Header] = NO_HEADERS,
    lists: Collection[str] = (),
    answers: Mapping[str, str] = NO_ANSWERS,
) -> ImportPlan:
    """What importing `book` would do to the `existing` requirements.

    Requirements that the file does not name stay as they are, and so does every field
    that it has no column for. `headers` say what the columns of a sheet hold, `lists`
    are those of the brief.

    Raises:
        Unreadable: no table of requirements is in the file.
    """
    book = in_one_column(without_escapes(book), CROSSED, "Priority")
    findings = Findings(answers=answers, remarks=list(book.remarks))
    known = {requirement.ref: requirement for requirement in existing}
    texts = {str(row.values.get("text", "")): row.ref for row in known.values()}
    sheets = {sheet.name: sheet for sheet in book.sheets}
    read = lines_in(book, findings, orientation, headers, texts)
    lines = once_each(of_two_sheets(read, findings), sheets, findings)
    lines = under_sheets(lines, known, findings)
    refuse_unknown_lists(lines, lists, sheets, findings)
    lines = [row for row in lines if (row.sheet, row.row) not in findings.refused_rows]
    plan = compare(lines, known, sheets, findings)
    if not (lines or findings.problems):
        findings.refuse(
            book.visible[0],
            1,
            "The table has a header and no rows under it. Fill it in and import it "
            "again.",
        )
    refused = bool(findings.problems)
    return ImportPlan(
        **source_of(book),
        new=tuple(plan.new),
        changed=tuple(plan.changed),
        same=tuple(plan.same),
        refused=len(findings.refused_rows) if refused else 0,
        **findings.told(),
    )


def lines_in(
    book: Workbook,
    findings: Findings,
    orientation: str,
    headers: Mapping[str, Header],
    known_texts: Mapping[str, str],
) -> list[RequirementLine]:
    if orientation == CANDIDATES_AS_ROWS:
        return sideways_lines(book, findings)
    lines = []
    for layout in find_layouts(book, findings, headers):
        lines_here = lines_of(layout, findings, known_texts)
        if layout.is_list_of_claims:
            lines_here = fold(lines_here, layout.sheet, findings)
        lines += lines_here
    return lines


def refuse_unknown_lists(
    lines: list[RequirementLine],
    lists: Collection[str],
    sheets: Mapping[str, Sheet],
    findings: Findings,
) -> None:
    for line in lines:
        for name in str(line.values.get("must_hold_for", "")).split("; "):
            if name and name not in lists:
                there = ", ".join(lists) or "none"
                findings.refuse(
                    sheets[line.sheet],
                    line.row,
                    f"The brief has no list “{short(name)}”; it has: {there}.",
                )


class Comparison:
    """New, changed and same, while they are being sorted."""

    def __init__(self) -> None:
        self.new: list[RequirementLine] = []
        self.changed: list[RequirementChange] = []
        self.same: list[RequirementLine] = []


def compare(
    lines: list[RequirementLine],
    known: Mapping[str, KnownRequirement],
    sheets: Mapping[str, Sheet],
    findings: Findings,
) -> Comparison:
    sorted_out = Comparison()
    for line in lines:
        before = known.get(line.ref)
        if before is None:
            sorted_out.new.append(line)
        elif before.is_retired:
            findings.refuse(
                sheets[line.sheet],
                line.row,
                f"Requirement {line.ref} was retired here. Delete the row, or give it "
                "a new ref.",
            )
        else:
            difference = {
                field: value
                for field, value in line.values.items()
                if before.values.get(field) != value
            }
            if difference:
                old = {field: before.values.get(field, "") for field in difference}
                sorted_out.changed.append(RequirementChange(line, old, difference))
            else:
                sorted_out.same.append(line)
    if lines and not findings.problems:
        tell_missing(lines, known, findings)
    return sorted_out


def tell_missing(
    lines: list[RequirementLine],
    known: Mapping[str, KnownRequirement],
    findings: Findings,
) -> None:
    named = {line.ref for line in lines}
    missing = [
        ref
        for ref, known_requirement in known.items()
        if ref not in named and not known_requirement.is_retired
    ]
    if missing:
        shown = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
        word = "requirements are" if len(missing) > 1 else "requirement is"
        findings.remark(
            f"{len(missing):,} {word} in the evaluation and not in the file "
            f"({shown}); nothing happens to them."
        )


def fold(
    lines: list[RequirementLine], sheet: Sheet, findings: Findings
) -> list[RequirementLine]:
    first: dict[str, RequirementLine] = {}
    for line in lines:
        earlier = first.setdefault(line.ref, line)
        if earlier.values != line.values:
            field = next(
                field
                for field in line.values
                if earlier.values.get(field) != line.values[field]
            )
            findings.refuse(
                sheet,
                line.row,
                f"Requirement {line.ref} has another {field.replace('_', ' ')} than in "
                f"row {earlier.row}. "
                "Make them alike.",
            )
    findings.remark(
        f"The file is a list of answers: it names {len(first):,} requirements in "
        f"{len(lines):,} rows. Only the requirements were read; the answers are "
        "an import of their own."
    )
    return list(first.values())


def once_each(
    lines: list[RequirementLine], sheets: Mapping[str, Sheet], findings: Findings
) -> list[RequirementLine]:
    first: dict[str, RequirementLine] = {}
    for line in lines:
        earlier = first.setdefault(line.ref, line)
        if earlier is line:
            continue
        where = f"row {earlier.row}" + (
            f" of sheet “{earlier.sheet}”" if earlier.sheet != line.sheet else ""
        )
        findings.refuse(
            sheets[line.sheet],
            line.row,
            f"The ref “{short(line.ref)}” stands in {where} already. Give each "
            f"requirement a ref of its own{example_for(earlier, line)}.",
        )
    return list(first.values())


def example_for(first: RequirementLine, second: RequirementLine) -> str:
    categories = first.values.get("category"), second.values.get("category")
    if None in categories or categories[0] == categories[1]:
        return ""
    return f", for example “{short(f'{categories[1]} {second.ref}', 60)}”"
