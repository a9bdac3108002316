"""What an import would do, before anything is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from evaltracker.tabular import ImportProblem, Sheet, Workbook
from evaltracker.tabular.shapes import NO_EDITS, Edits

type Value = str | int


@dataclass(frozen=True, slots=True)
class RequirementLine:
    """One requirement as the file has it; only the fields that the file gives."""

    ref: str
    values: Mapping[str, Value]
    sheet: str
    row: int

    @property
    def name(self) -> str:
        """How people call it."""
        return self.ref


@dataclass(frozen=True, slots=True)
class KnownRequirement:
    """One requirement as the evaluation has it."""

    ref: str
    values: Mapping[str, Value]
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class RequirementChange:
    """A requirement whose file differs from the evaluation, field by field."""

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
    """A row that was taken for none of the table's lines, and what for."""

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
        """How many are new, changed, the same, refused."""
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
    said = answers.get(LEAVE_REFUSED, "")
    said = said if said in dict(options) else ""
    question = FileQuestion(
        LEAVE_REFUSED,
        f"{rows} cannot come in. Import the others?",
        options,
        said,
    )
    plan = replace(plan, questions=(*plan.questions, question))
    if not said:
        return plan
    told = [f"Left out, as you said: {rows}.", *map(str, plan.problems)]
    return replace(plan, problems=(), remarks=(*plan.remarks, *told))


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
        said = self.answers.get(key, "")
        said = said if said in dict(options) else default
        self.questions.setdefault(
            key, FileQuestion(key, sentence, tuple(options), said)
        )
        return said

    def remark(self, sentence: str) -> None:
        """Note something that the user should know, once."""
        if sentence not in self.remarks:
            self.remarks.append(sentence)

    def told(self) -> dict[str, Any]:
        """What a plan says of it: problems, each with the further rows that have it."""
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
    """What the plan keeps of the file itself."""
    return {
        "filename": book.filename,
        "sha256": book.sha256,
        "edits": book.edits,
    }
