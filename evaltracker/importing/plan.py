"""What an import would do, before anything is done."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from evaltracker.tabular import ImportProblem, Sheet, Workbook

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

    @property
    def counts(self) -> dict[str, int]:
        """How many are new, changed, the same, refused."""
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "same": len(self.same),
            "refused": self.refused,
        }


@dataclass(frozen=True, slots=True)
class ImportPlan(Plan[RequirementLine, RequirementChange]):
    """The preview of requirements."""


@dataclass(slots=True)
class Findings:
    """Problems and remarks while a file is being read, alike ones told once."""

    problems: list[ImportProblem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    refused_rows: set[tuple[str, int]] = field(default_factory=set)
    _alike: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)

    def refuse(
        self, sheet: Sheet, row: int, sentence: str, column: int | None = None
    ) -> None:
        """Note that `row` cannot come in; the same sentence again is counted."""
        problem = sheet.problem(sentence, row=row, column=column)
        self.refused_rows.add((sheet.name, row))
        rows = self._alike.setdefault((sheet.name, problem.column, sentence), [])
        if not rows:
            self.problems.append(problem)
        rows.append(row)

    def remark(self, sentence: str) -> None:
        """Note something that the user should know, once."""
        if sentence not in self.remarks:
            self.remarks.append(sentence)

    def told(self) -> tuple[ImportProblem, ...]:
        """The problems, each with the further rows that have it."""
        return tuple(self._with_rows(problem) for problem in self.problems)

    def _with_rows(self, problem: ImportProblem) -> ImportProblem:
        rows = self._alike.get((problem.sheet, problem.column, problem.sentence), [])
        more = [str(row) for row in rows[1:]]
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


def source_of(book: Workbook) -> dict[str, str]:
    """What the plan keeps of the file itself."""
    return {"filename": book.filename, "sha256": book.sha256}
