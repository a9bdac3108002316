"""Planning an import of claims: find the shape, walk it, compare with what stands."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from evaltracker.errors import Invalid
from evaltracker.importing.commands import order_in
from evaltracker.importing.kinds import SIDE_COLUMNS, in_one_column, refuse_memo
from evaltracker.importing.plan import (
    NO_ANSWERS,
    NO_HEADERS,
    Findings,
    Header,
    short,
    source_of,
    spread,
)
from evaltracker.importing.rows import (
    is_figure,
    no_table,
    tell_aside,
    unread_columns,
    without_aside,
)
from evaltracker.requirements.imports.lines import UNCOMPUTED
from evaltracker.toolbox.measures import Reading
from evaltracker.toolbox.processes import counted
from evaltracker.toolbox.tabular.cells import (
    Row,
    Sheet,
    Unreadable,
    Workbook,
    columns_by_field,
    find_header,
    header_key,
)
from vendors.claims import claimed_number
from vendors.imports.answers import (
    COLUMNS,
    CROSSED,
    Cells,
    ClaimChange,
    ClaimLine,
    ClaimsPlan,
    Known,
    Meaning,
    Reader,
    as_it_stands,
    with_values,
    without_derived,
)
from vendors.imports.candidates import Names, candidate_names, requirement_names

LIST = "list"
QUESTIONNAIRE = "questionnaire"
REQUIREMENTS_AS_ROWS = "requirements-as-rows"
CANDIDATES_AS_ROWS = "candidates-as-rows"
SAMPLED_ROWS = 300
STARS = frozenset("⭐★☆ ")


@dataclass(frozen=True, slots=True)
class ListShape:
    sheet: Sheet
    header: Row
    columns: dict[str, int]
    # Whose answers all of them are, where no column says it.
    whose: str = ""

    @property
    def below(self) -> list[Row]:
        return self.sheet.below(self.header)

    @property
    def body(self) -> list[Row]:
        return list(without_aside(self.below, self.header, self.header.filled))


@dataclass(frozen=True, slots=True)
class MatrixShape:
    """One axis in the header row, the other in the label column."""

    sheet: Sheet
    header: Row
    label: int
    orientation: str
    fit: int

    @property
    def below(self) -> list[Row]:
        return self.sheet.below(self.header)

    @property
    def body(self) -> list[Row]:
        return list(without_aside(self.below, self.header, self.header.filled))


def find_list(sheet: Sheet, said: Header | None = None) -> ListShape | None:
    if said is not None and is_list(said.columns):
        return ListShape(sheet, said.on(sheet), dict(said.columns))
    header = find_header(sheet, list_points)
    if header is None:
        return None
    return ListShape(sheet, header, columns_by_field(header, COLUMNS))


def list_points(row: Row) -> int:
    columns = columns_by_field(row, COLUMNS)
    return len(columns) if is_list(columns) else 0


def is_list(columns: Collection[str]) -> bool:
    says_something = "status" in columns or "statement" in columns
    return says_something and "candidate" in columns and "requirement" in columns


def find_matrix(
    sheet: Sheet, across: Names, down: Names, orientation: str
) -> MatrixShape | None:
    """The sheet as a matrix with `across` in its header and `down` in a column."""

    def points(row: Row) -> int:
        return sum(1 for cell in row.cells if across.find(cell))

    header = find_header(sheet, points)
    if header is None:
        return None
    taken = {index for index in header.filled if across.find(header.cell(index))}
    below = sheet.below(header)[:SAMPLED_ROWS]
    width = max((len(row.cells) for row in below), default=0)
    best, hits = None, 0
    for column in range(width):
        if column in taken:
            continue
        matches = {down.find(row.cell(column)) for row in below} - {None}
        if len(matches) > hits:
            best, hits = column, len(matches)
    if best is None:
        return None
    return MatrixShape(sheet, header, best, orientation, fit=len(taken) * hits)


def refuse_scores(shape: MatrixShape, heads: Collection[int]) -> None:
    """Refuse a matrix of bare numbers: those are somebody's scores, not claims."""
    cells = [
        row.cell(column) for row in shape.body for column in heads if row.cell(column)
    ]
    if cells and all(is_points(cell) for cell in cells):
        raise Unreadable(
            f"all of its {len(cells):,} answers are numbers. Those are scores and not "
            "answers; stakeholders give scores themselves, on the scoring page.",
            sheet=shape.sheet.name,
            row=shape.header.number,
        )


def is_points(cell: str) -> bool:
    """Whether a cell is a number and no word: “4”, “8/10”, “5 (2.00)”, “★★☆”."""
    is_number = is_figure(cell) and not any(mark.isalpha() for mark in cell)
    return is_number or STARS.issuperset(cell)


LEAST = 2
FIELDS = {name: COLUMNS[name] for name in ("status", "statement", "evidence")}


def find_by_vendor(
    sheet: Sheet, candidates: Names, requirements: Names
) -> list[ListShape]:
    """A list for each vendor that stands over its answers; nothing if none does."""

    def points(row: Row) -> int:
        hits = sum(candidates.find(cell) is not None for cell in row.cells)
        return hits if hits >= LEAST else 0

    header = find_header(sheet, points)
    below = sheet.below(header) if header else []
    if header is None or not below:
        return []
    lower, spans = below[0], spread(header, below[0])
    label = label_in(below[1:], requirements, spans)
    shapes = []
    for name in dict.fromkeys(spans.values()):
        whose, others = candidates.find(name), set(spans) - under(spans, name)
        alone = replace(sheet, rows=tuple(without(row, others) for row in sheet.rows))
        head = without(lower, {*others, *range(min(spans))})
        columns = columns_by_field(head, FIELDS)
        if whose and label is not None and "status" in columns:
            columns = {"requirement": label, **columns}
            shapes.append(ListShape(alone, head, columns, whose))
    return shapes if len(shapes) >= LEAST else []


def label_in(
    rows: Sequence[Row], requirements: Names, spans: dict[int, str]
) -> int | None:
    before = range(min(spans, default=0))
    hits = {
        column: sum(
            requirements.find(row.cell(column)) is not None
            for row in rows[:SAMPLED_ROWS]
        )
        for column in before
    }
    best = max(hits, key=lambda column: hits[column], default=None)
    return best if best is not None and hits[best] else None


def under(spans: dict[int, str], name: str) -> set[int]:
    return {column for column, above in spans.items() if above == name}


def without(row: Row, columns: set[int]) -> Row:
    cells = ("" if at in columns else cell for at, cell in enumerate(row.cells))
    return replace(row, cells=tuple(cells))


WHOSE = "whose"
ANSWERS = ("status", "statement", "evidence")
# Who answers is asked, so no column says it.
NAMES = {field: names for field, names in COLUMNS.items() if field != "candidate"}


def find_questionnaire(
    sheet: Sheet, requirements: Names, said: Header | None = None
) -> ListShape | None:
    if said is not None and {"requirement", "status"} <= said.columns.keys():
        return ListShape(sheet, said.on(sheet), dict(said.columns))
    header = find_header(sheet, points)
    if header is None:
        return None
    columns = columns_by_field(header, NAMES)
    below = sheet.below(header)[:SAMPLED_ROWS]
    answers = {columns[name] for name in columns.keys() - {"requirement", "component"}}
    width = max((len(row.cells) for row in below), default=0)
    best, hits = None, 0
    for column in sorted(set(range(width)) - answers):
        matches = {requirements.find(row.cell(column)) for row in below} - {None}
        if len(matches) > hits:
            best, hits = column, len(matches)
    if best is None:
        return None
    return ListShape(sheet, header, columns | {"requirement": best})


def names_on(sheet: Sheet) -> Header | None:
    header = find_header(sheet, points)
    names = [header_key(cell) for cell in header.cells] if header else []
    if header is None or any(names.count(name) > 1 for name in NAMES["status"]):
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
        column = shape.columns["requirement"]
        refs = {requirements.find(row.cell(column)) for row in shape.body} - {None}
        named = named_above(shape.sheet, shape.header, candidates)
        if self.said is not None and not named and not refs & self.refs:
            self.refs |= refs
            self.findings.remark(
                f"Sheet “{shape.sheet.name}” is read as answers of the same vendor."
            )
            return self.said
        candidate = self.asked(shape.sheet, candidates, named)
        if not named:
            self.said, self.refs = candidate, refs
        return candidate

    def asked(self, sheet: Sheet, candidates: Names, named: str) -> str:
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
    names = {candidates.find(cell) for cell in cells} - {None}
    return (names.pop() or "") if len(names) == 1 else ""


def is_aside(shape: ListShape, row: Row) -> bool:
    column = shape.columns["status"]
    repeated = header_key(row.cell(column)) == header_key(shape.header.cell(column))
    answered = any(row.cell(shape.columns.get(name, 10_000)) for name in ANSWERS)
    return repeated or not answered


class Walk:
    """One pass over a sheet; unknown names are refused, or skipped and counted."""

    def __init__(
        self,
        candidates: Names,
        requirements: Names,
        findings: Findings,
        words: Mapping[str, Meaning],
        measures: Mapping[str, Mapping[str, Any]],
        *,
        skip_unknown: bool,
    ) -> None:
        self.candidates = candidates
        self.requirements = requirements
        self.findings = findings
        self.measures = measures
        self.skip_unknown = skip_unknown
        self.reader = Reader(words)
        self.skipped: dict[str, int] = {}
        self.whose = Whose(findings)

    def list(self, shape: ListShape) -> Iterator[ClaimLine]:
        columns, body = shape.columns, shape.body
        used = set(columns.values())
        self.findings.remarks += unread_columns(shape.sheet, shape.header, body, used)
        tell_aside(shape.sheet, shape.below, shape.header, self.findings)
        if "available_from" in columns:
            column = columns["available_from"]
            self.reader.order = order_in(shape.header, column, body, self.findings)
        for row in counted(body, "compared"):
            if self.is_uncomputed(shape.sheet, row.number, columns.values()):
                continue
            if not any(row.cell(column) for column in columns.values()):
                continue
            if shape.whose and is_aside(shape, row):
                continue
            candidate = self.candidate_of(shape, row)
            ref = self.requirement_of(shape, row)
            if candidate is None or ref is None:
                continue
            cells = Cells(
                **{
                    field: row.cell(columns[field]) if field in columns else ""
                    for field in ("status", "statement", "evidence", "available_from")
                }
            )
            number = row.cell(columns["number"]) if "number" in columns else ""
            place = (row.number, columns.get("status"))
            for line in self.claim(shape.sheet, *place, candidate, ref, cells):
                yield from self.with_number(shape, line, number)

    def questionnaire(self, shape: ListShape) -> Iterator[ClaimLine]:
        whose = self.whose.of(shape, self.candidates, self.requirements)
        if not whose:
            sentence = "Nobody has said whose answers these are. Answer the question."
            self.findings.problems.append(shape.sheet.problem(sentence))
            return
        yield from self.list(replace(shape, whose=whose))

    def candidate_of(self, shape: ListShape, row: Row) -> str | None:
        if shape.whose:
            return shape.whose
        column = shape.columns["candidate"]
        name = row.cell(column)
        match = self.candidates.find(name)
        if match is None and "version" in shape.columns:
            match = self.candidates.find(f"{name} {row.cell(shape.columns['version'])}")
        if match is None:
            self.unknown(shape.sheet, row.number, column, "candidate", name)
        return match

    def requirement_of(self, shape: ListShape, row: Row) -> str | None:
        column = shape.columns["requirement"]
        name = row.cell(column)
        ref = None
        if "component" in shape.columns:
            whole = f"{name} {row.cell(shape.columns['component'])}"
            ref = self.requirements.find(whole)
        ref = ref or self.requirements.find(name)
        if ref is None:
            self.unknown(shape.sheet, row.number, column, "requirement", name)
        return ref

    def matrix(self, shape: MatrixShape) -> Iterator[ClaimLine]:
        is_down = shape.orientation == REQUIREMENTS_AS_ROWS
        across, down = self.candidates, self.requirements
        nouns = ("candidate", "requirement")
        if not is_down:
            across, down, nouns = down, across, (nouns[1], nouns[0])
        heads = self.heads(shape, across, nouns[0])
        refuse_scores(shape, heads)
        merged = shape.sheet.merged_across()
        for row in counted(shape.body, "compared"):
            if self.is_uncomputed(shape.sheet, row.number, [*heads, shape.label]):
                continue
            shown = {
                column: row.cell(column) or merged.get((row.number, column), "")
                for column in heads
            }
            answers = {column: cell for column, cell in shown.items() if cell}
            if not answers:
                continue
            key = down.find(row.cell(shape.label))
            if key is None:
                name = row.cell(shape.label)
                place = (row.number, shape.label)
                self.unknown(shape.sheet, *place, nouns[1], name, len(answers))
                continue
            for column, cell in answers.items():
                pair = (heads[column], key) if is_down else (key, heads[column])
                yield from self.claim(
                    shape.sheet, row.number, column, *pair, Cells(status=cell)
                )

    def heads(self, shape: MatrixShape, across: Names, word: str) -> dict[int, str]:
        heads = {}
        for column in shape.header.filled:
            name = shape.header.cell(column)
            match = across.find(name)
            if match is not None:
                heads[column] = match
            elif column != shape.label:
                amount = sum(1 for row in shape.body if row.cell(column))
                if header_key(name) not in SIDE_COLUMNS and amount:
                    place = (shape.header.number, column)
                    self.unknown(shape.sheet, *place, word, name, amount)
        used = {shape.label, *heads}
        self.findings.remarks += unread_columns(
            shape.sheet, shape.header, shape.body, used
        )
        tell_aside(shape.sheet, shape.below, shape.header, self.findings)
        return heads

    def is_uncomputed(self, sheet: Sheet, row: int, columns: Iterable[int]) -> bool:
        """Whether one of these cells has no result; if so, it is refused."""
        hits = [column for column in columns if (row, column) in sheet.uncomputed]
        for column in hits:
            self.findings.refuse(sheet, row, UNCOMPUTED, column)
        return bool(hits)

    def claim(
        self,
        sheet: Sheet,
        row: int,
        column: int | None,
        candidate: str,
        ref: str,
        cells: Cells,
    ) -> Iterator[ClaimLine]:
        if cells.is_blank:
            return
        try:
            claim = self.reader.read(cells)
        except Invalid as error:
            self.findings.refuse(sheet, row, error.sentence, column)
            return
        yield ClaimLine(candidate, ref, claim, sheet.name, row)

    def with_number(
        self, shape: ListShape, line: ClaimLine, text: str
    ) -> Iterator[ClaimLine]:
        try:
            reading = Reading.from_text(text)
            number = claimed_number(
                reading and reading.as_json(), self.measures.get(line.ref, {})
            )
        except Invalid as error:
            column = shape.columns["number"]
            self.findings.refuse(shape.sheet, line.row, error.sentence, column)
            return
        yield replace(line, words=replace(line.words, number=number))

    def unknown(
        self, sheet: Sheet, row: int, column: int, word: str, name: str, amount: int = 1
    ) -> None:
        """Refuse a name that the evaluation does not have, or skip it if told to."""
        if not name:
            self.findings.refuse(sheet, row, f"It names no {word}.", column)
            return
        if self.skip_unknown:
            key = f"{word} “{short(name)}”"
            self.skipped[key] = self.skipped.get(key, 0) + amount
            return
        names = self.candidates if word == "candidate" else self.requirements
        self.findings.refuse(
            sheet,
            row,
            f"The evaluation has no {word} “{short(name)}”.{names.hint(name)} Add it "
            "first, fix the name, or choose to leave unknown names out.",
            column,
        )


NOT_STATED: Mapping[str, Any] = {}
ORIENTATIONS = (REQUIREMENTS_AS_ROWS, CANDIDATES_AS_ROWS, LIST, QUESTIONNAIRE)


def plan_claims_import(
    book: Workbook,
    known: Known,
    *,
    orientation: str = "",
    skip_unknown: bool = False,
    headers: Mapping[str, Header] = NO_HEADERS,
    holds_for: Mapping[str, Any] = NOT_STATED,
    answers: Mapping[str, str] = NO_ANSWERS,
) -> ClaimsPlan:
    """What importing `book` would do to the claims.

    Cells that are blank say nothing, and claims that the file does not name stay.
    `headers` say what the columns of a list hold, `holds_for` for which values of the
    brief's lists the answers of a candidate hold.
    """
    refuse_nothing_to_match(known)
    refuse_memo(book, "It has results and no answers. Import the matrix instead.")
    book, remarks = without_derived(in_one_column(book, CROSSED, "Answer"))
    findings = Findings(answers=answers, remarks=[*book.remarks, *remarks])
    walk = Walk(
        candidate_names(known),
        requirement_names(known),
        findings,
        known.words,
        known.measures,
        skip_unknown=skip_unknown,
    )
    used, lines = lines_in(book, walk, orientation, headers)
    if not used:
        raise nothing_found(book, known)
    walk.reader.tell(findings)
    tell_skipped(walk, findings)
    sheets = {sheet.name: sheet for sheet in book.sheets}
    lines = once_each(lines, sheets, findings)
    lines = list(with_values(lines, known, holds_for))
    lines = as_it_stands(lines, known.claims) if remarks else lines
    if not (lines or findings.problems):
        findings.refuse(
            book.visible[0], 1, "The table holds no answers. Fill it in and try again."
        )
    skipped = sum(walk.skipped.values())
    made = compared(book, used, lines, known, sheets, findings, skipped)
    return replace(made, unknown_words=walk.reader.asked())


def lines_in(
    book: Workbook, walk: Walk, orientation: str, headers: Mapping[str, Header]
) -> tuple[str, list[ClaimLine]]:
    lines: list[ClaimLine] = []
    used = ""
    for sheet in book.visible:
        by_vendor = orientation in ("", LIST) and sheet.name not in headers
        if by_vendor and (
            shapes := find_by_vendor(sheet, walk.candidates, walk.requirements)
        ):
            used = LIST
            lines += [line for shape in shapes for line in walk.list(shape)]
            continue
        shape = find_shape(sheet, walk, orientation, headers.get(sheet.name))
        if isinstance(shape, ListShape) and "candidate" not in shape.columns:
            used = QUESTIONNAIRE
            lines += walk.questionnaire(shape)
        elif isinstance(shape, ListShape):
            used = LIST
            lines += walk.list(shape)
            if "status" not in shape.columns:
                walk.findings.remark(
                    "The list has no column of availabilities, so every claim in it is "
                    "unstated."
                )
        elif shape is not None:
            used = shape.orientation
            lines += walk.matrix(shape)
        elif sheet.name and not sheet.is_blank:
            walk.findings.remark(
                f"Sheet “{sheet.name}” holds no answers; it was not read."
            )
    return used, lines


def find_shape(
    sheet: Sheet, walk: Walk, orientation: str, said: Header | None
) -> ListShape | MatrixShape | None:
    if orientation in ("", LIST):
        listed = find_list(sheet, said)
        if listed is not None or orientation == LIST:
            return listed
    candidates, requirements = walk.candidates, walk.requirements
    form = None
    if orientation in ("", QUESTIONNAIRE):
        form = find_questionnaire(sheet, requirements, said)
        if orientation == QUESTIONNAIRE:
            return form
    down = find_matrix(sheet, candidates, requirements, REQUIREMENTS_AS_ROWS)
    across = find_matrix(sheet, requirements, candidates, CANDIDATES_AS_ROWS)
    if form is not None and not any(
        shape and shape.header.number >= form.header.number for shape in (down, across)
    ):
        # A candidate's name above the names of the columns is no column of answers.
        return form
    if orientation:
        return down if orientation == REQUIREMENTS_AS_ROWS else across
    if down is not None and across is not None:
        raise Unreadable(
            "the table can be read both ways round, because names of candidates and of "
            "requirements stand in its first row and in its first column. Say which "
            f"layout it has: {REQUIREMENTS_AS_ROWS} or {CANDIDATES_AS_ROWS}.",
            sheet=sheet.name,
        )
    return down or across


def once_each(
    lines: list[ClaimLine], sheets: dict[str, Sheet], findings: Findings
) -> list[ClaimLine]:
    first: dict[tuple[str, str], ClaimLine] = {}
    for line in lines:
        earlier = first.setdefault(line.cell, line)
        if earlier.words != line.words:
            findings.refuse(
                sheets[line.sheet],
                line.row,
                f"{line.candidate} answers {short(line.ref)} another way in row "
                f"{earlier.row}. Keep one of the two.",
            )
    return list(first.values())


def compared(
    book: Workbook,
    used: str,
    lines: list[ClaimLine],
    known: Known,
    sheets: dict[str, Sheet],
    findings: Findings,
    skipped: int,
) -> ClaimsPlan:
    new: list[ClaimLine] = []
    changed: list[ClaimChange] = []
    same: list[ClaimLine] = []
    for line in lines:
        before = known.claims.get(line.cell)
        if before is None:
            new.append(line)
        elif before.words == line.words and before.is_fresh:
            same.append(line)
        elif before.by_vendor:
            findings.refuse(
                sheets[line.sheet],
                line.row,
                f"{line.candidate}'s vendor has answered {short(line.ref)} itself, in "
                "other words; a file cannot replace them. Blank the cell.",
            )
        else:
            changed.append(ClaimChange(line, before.words))
    return ClaimsPlan(
        **source_of(book),
        orientation=used,
        new=tuple(new),
        changed=tuple(changed),
        same=tuple(same),
        refused=skipped + len(findings.refused_rows),
        **findings.told(),
    )


def tell_skipped(walk: Walk, findings: Findings) -> None:
    if walk.skipped:
        names = [f"{name} ({count:,}×)" for name, count in walk.skipped.items()]
        more = f" and {len(names) - 10:,} more" if len(names) > 10 else ""
        findings.remark(f"Left out as unknown: {', '.join(names[:10])}{more}.")


def refuse_nothing_to_match(known: Known) -> None:
    if not known.requirements:
        raise Unreadable(
            "The evaluation has no requirements yet, so no answer can be matched. "
            "Import or write the requirements first."
        )
    if not known.candidates:
        raise Unreadable(
            "The evaluation has no candidates yet, so no answer can be matched. Add "
            "the candidates first, with the names that the file uses as aliases."
        )


def nothing_found(book: Workbook, known: Known) -> Unreadable:
    candidate, ref = next(iter(known.candidates)), next(iter(known.requirements))
    return no_table(
        book,
        "answers",
        "What can be read is a questionnaire that one vendor filled in, with a column "
        "of answers beside its questions; a list with columns for requirement, "
        "candidate and status or statement; or a matrix with candidates on one side "
        "and requirements on the other. Requirements have to be called as here (such "
        f"as “{short(ref)}”), and candidates by a name or alias (“{candidate}”).",
    )
