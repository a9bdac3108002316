"""What an import would do, before anything is done."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from evaltracker.toolbox.tabular.cells import (
    NO_EDITS,
    SEARCHED_ROWS,
    Edits,
    ImportProblem,
    Row,
    Sheet,
    Unreadable,
    Workbook,
    header_key,
)


def refuse_wide_merge(sheet: Sheet, header: Row, columns: Collection[int]) -> None:
    """Refuse a header cell over several columns of which one is read: the others have
    no names of their own."""
    body = sheet.below(header)
    for merge in sheet.merges:
        over = range(merge.left, merge.right + 1)
        is_named = merge.is_wide and merge.top <= header.number <= merge.bottom
        is_read = any(column in columns for column in over)
        many = sum(any(row.cell(column) for row in body) for column in over)
        if is_named and is_read and many > 1:
            raise Unreadable(
                f"the cells {merge} of the header row are merged, so these columns "
                "have no names of their own. Unmerge them and name each column.",
                sheet=sheet.name,
                row=header.number,
            )


def spread(header: Row, lower: Row) -> dict[int, str]:
    names, name = {}, ""
    for at in range(len(lower.cells)):
        name = header.cell(at) or name
        if name and lower.cell(at):
            names[at] = name
    return names


def short(name: str, most: int = 40) -> str:
    line = " ".join(name.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


type Value = str | int


@dataclass(frozen=True, slots=True)
class RequirementLine:
    ref: str
    values: Mapping[str, Value]
    sheet: str
    row: int

    @property
    def name(self) -> str:
        return self.ref


@dataclass(frozen=True, slots=True)
class KnownRequirement:
    ref: str
    values: Mapping[str, Value]
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class RequirementChange:
    line: RequirementLine
    before: Mapping[str, Value]
    after: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class FileQuestion:
    """What a file leaves open: `said` is the answer that was given, or blank."""

    key: str
    sentence: str
    options: tuple[tuple[str, str], ...]
    said: str = ""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why one row cannot come in, and at which of its columns that lies, if at one."""

    sheet: str
    row: int
    column: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Aside:
    rule: str
    sheet: str
    row: int
    words: str


@dataclass(frozen=True, slots=True)
class Plan[Line, Change]:
    """What a file would bring: nothing is written while `problems` is not empty."""

    filename: str
    sha256: str
    new: tuple[Line, ...] = ()
    changed: tuple[Change, ...] = ()
    same: tuple[Line, ...] = ()
    refused: int = 0
    problems: tuple[ImportProblem, ...] = ()
    remarks: tuple[str, ...] = ()
    questions: tuple[FileQuestion, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    aside: tuple[Aside, ...] = ()
    edits: Edits = NO_EDITS
    # What stays out though its file comes in, as a list to hand out: `importing.rest`.
    rest: tuple[Mapping[str, Any], ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "same": len(self.same),
            "refused": self.refused,
        }


LEAVE_REFUSED = "refused:rows"


def settled[P: Plan[Any, Any]](plan: P, answers: Mapping[str, str]) -> P:
    """The plan without the rows that cannot come in, if somebody leaves them out.

    What is wrong with the whole file keeps it out, and so does a file of which nothing
    would be left.
    """
    of_rows = all(problem.row is not None for problem in plan.problems)
    if not (plan.problems and of_rows and (plan.new or plan.changed or plan.same)):
        return plan
    count = plan.refused
    rows = "1 row" if count == 1 else f"{count:,} rows"
    options = (("leave-out", f"yes, and leave {rows} out"),)
    answer = answers.get(LEAVE_REFUSED, "")
    answer = answer if answer in dict(options) else ""
    question = FileQuestion(
        LEAVE_REFUSED,
        f"{rows} cannot come in. Import the others?",
        options,
        answer,
    )
    plan = replace(plan, questions=(*plan.questions, question))
    if not answer:
        return plan
    remarks = [f"Left out, as you said: {rows}.", *map(str, plan.problems)]
    return replace(plan, problems=(), remarks=(*plan.remarks, *remarks))


@dataclass(frozen=True, slots=True)
class ImportPlan(Plan[RequirementLine, RequirementChange]):
    """The preview of requirements."""


@dataclass(slots=True)
class Findings:
    """Problems and remarks while a file is being read, alike ones told once.

    `answers` are those that somebody gave to the questions of a file, by key.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    questions: dict[str, FileQuestion] = field(default_factory=dict)
    problems: list[ImportProblem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    refused_rows: set[tuple[str, int]] = field(default_factory=set)
    complaints: list[Complaint] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)
    _alike: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)

    def refuse(
        self, sheet: Sheet, row: int, sentence: str, column: int | None = None
    ) -> None:
        """Note that `row` cannot come in; the same sentence again is counted."""
        problem = sheet.problem(sentence, row=row, column=column)
        self.refused_rows.add((sheet.name, row))
        self.complaints.append(Complaint(sheet.name, row, column, sentence))
        rows = self._alike.setdefault((sheet.name, problem.column, sentence), [])
        if not rows:
            self.problems.append(problem)
        rows.append(row)

    def ask(
        self,
        key: str,
        sentence: str,
        options: Sequence[tuple[str, str]],
        *,
        default: str = "",
    ) -> str:
        """The answer to a question about the file, or the default of nobody's."""
        answer = self.answers.get(key, "")
        answer = answer if answer in dict(options) else default
        self.questions.setdefault(
            key, FileQuestion(key, sentence, tuple(options), answer)
        )
        return answer

    def remark(self, sentence: str) -> None:
        if sentence not in self.remarks:
            self.remarks.append(sentence)

    def told(self) -> dict[str, Any]:
        return {
            "problems": tuple(self._with_rows(problem) for problem in self.problems),
            "remarks": tuple(self.remarks),
            "questions": tuple(self.questions.values()),
            "complaints": tuple(self.complaints),
            "aside": tuple(self.aside),
        }

    def _with_rows(self, problem: ImportProblem) -> ImportProblem:
        rows = self._alike.get((problem.sheet, problem.column, problem.sentence), [])
        more = [str(row) for row in list(dict.fromkeys(rows))[1:]]
        if not more:
            return problem
        shown = ", ".join(more[:5])
        rest = f" and {len(more) - 5:,} more" if len(more) > 5 else ""
        word = "row" if len(more) == 1 else "rows"
        return ImportProblem(
            f"{problem.sentence} (Also in {word} {shown}{rest}.)",
            problem.sheet,
            problem.row,
            problem.column,
        )


def source_of(book: Workbook) -> dict[str, Any]:
    return {
        "filename": book.filename,
        "sha256": book.sha256,
        "edits": book.edits,
    }


@dataclass(frozen=True, slots=True)
class Header:
    row: int
    columns: Mapping[str, int]

    def on(self, sheet: Sheet) -> Row:
        """The row itself.

        Raises:
            Unreadable: the sheet has nothing in that row.
        """
        for row in sheet.rows:
            if row.number == self.row:
                return row
        raise Unreadable(
            "this row is blank, so it cannot be the row of column names. Choose "
            "another one.",
            sheet=sheet.name,
            row=self.row,
        )


# Where nobody named any: each sheet's own words tell.
NO_HEADERS: Mapping[str, Header] = MappingProxyType({})
NO_ANSWERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Reading:
    """What was said about a file: headers by sheet, layout, and more by kind."""

    headers: Mapping[str, Header] = NO_HEADERS
    layout: str = ""
    skip_unknown: bool = False
    more: Mapping[str, str] = field(default_factory=dict)
    # Answers to the questions that a file leaves open, by their keys.
    answers: Mapping[str, str] = field(default_factory=dict)


def signature(header: Row) -> str:
    names = [f"{index}:{header_key(header.cell(index))}" for index in header.filled]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def names_of(header: Row, columns: Mapping[str, int]) -> dict[str, str]:
    """By field, what its column is called; nothing if the names tell too little."""
    keys = [header_key(cell) for cell in header.cells]
    names = {field: keys[at] for field, at in columns.items() if at < len(keys)}
    is_clear = all(name and keys.count(name) == 1 for name in names.values())
    return names if is_clear and len(names) == len(columns) > 1 else {}


def signature_of_names(names: Mapping[str, str]) -> str:
    return hashlib.sha256(
        "\n".join(["names", *sorted(names.values())]).encode()
    ).hexdigest()


def recalled(
    book: Workbook, memory: Mapping[str, Mapping[str, Any]]
) -> dict[str, Header]:
    """By sheet, the header that was met before, with what it was said to hold.

    It is known by its names in their places, or else by the names that mattered: the
    most of them, and of as many those said last.
    """
    named = [
        columns
        for columns in memory.values()
        if columns and isinstance(next(iter(columns.values())), str)
    ]
    named = sorted(named, key=len)
    headers: dict[str, Header] = {}
    for sheet in book.visible if memory else ():
        rows = [row for row in sheet.rows[:SEARCHED_ROWS] if len(row.filled) > 1]
        hits = [(row, memory.get(signature(row))) for row in rows]
        hits += [(row, placed(row, known)) for known in reversed(named) for row in rows]
        for row, columns in hits:
            if columns is not None:
                headers[sheet.name] = Header(row.number, columns)
                break
    return headers


def placed(row: Row, names: Mapping[str, str]) -> dict[str, int] | None:
    """By field, where the column of its name stands; None unless each stands once."""
    keys = [header_key(cell) for cell in row.cells]
    if any(keys.count(name) != 1 for name in names.values()):
        return None
    return {field: keys.index(name) for field, name in names.items()}


def only(book: Workbook, name: str) -> Workbook:
    """The workbook with one of its visible sheets; all of it if there is no such."""
    sheets = tuple(sheet for sheet in book.visible if name and sheet.name == name)
    return replace(book, sheets=sheets) if sheets else book


def likely_header(sheet: Sheet) -> Row:
    rows = sheet.rows[:SEARCHED_ROWS]
    return max(rows, key=lambda row: min(len(row.filled), 2))


UNCOMPUTED = (
    "The cell holds a formula without a saved result, or an error. Open the file in "
    "your spreadsheet program, fix the cell, save it, and import it again."
)
