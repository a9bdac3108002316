"""How well the files of the corpus come in: python -m tests.data.grade_imports."""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

FILES = Path(__file__).parent / "corpus" / "files"
GRADES = ("right", "asked", "refused well", "kept out", "wrong")
MOST_ANSWERS = 2
type Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: its rows, or the sentences that kept it out."""

    rows: Rows | None = None
    refused: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Oracle:
    """What a file means; SOURCE.md says what each part is."""

    name: str
    kind: str
    why: str
    finding: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    knows: Mapping[str, Any] = field(default_factory=dict)
    comes: Rows = field(default_factory=list)
    mentions: Sequence[str] = ()
    refused: str = ""

    @property
    def content(self) -> bytes:
        return (FILES / self.name).read_bytes()

    @property
    def answers(self) -> int:
        """How many questions are answered by what is known."""
        return sum(len(it) if key == "of all" else 1 for key, it in self.knows.items())


@dataclass(frozen=True, slots=True)
class Graded:
    """A file's grade, and why."""

    oracle: Oracle
    grade: str
    why: str = ""


def oracles() -> Iterator[Oracle]:
    """Every file of the corpus, by name."""
    for path in sorted(FILES.glob("*.json")):
        yield Oracle(**json.loads(path.read_text()))


def grade(oracle: Oracle, first: Outcome, answered: Outcome | None) -> Graded:
    """The grade of a file by what became of it at first, and once it was answered."""
    if oracle.refused:
        return grade_refusal(oracle, first)
    if first.rows is not None and not first.asked:
        problem = amiss(oracle, first)
        return Graded(oracle, "wrong" if problem else "right", problem)
    if first.rows is not None and not amiss(oracle, first):
        return Graded(oracle, "right")
    if answered is None:
        return Graded(oracle, "kept out", "; ".join(first.refused)[:300])
    if answered.rows is None:
        return Graded(oracle, "kept out", "; ".join(answered.refused)[:300])
    problem = amiss(oracle, answered)
    if not problem and oracle.answers > MOST_ANSWERS:
        return Graded(oracle, "kept out", "too many questions")
    return Graded(oracle, "wrong" if problem else "asked", problem)


def grade_refusal(oracle: Oracle, first: Outcome) -> Graded:
    """The grade of a file that has to be refused."""
    if first.rows is not None:
        return Graded(oracle, "wrong", f"came in: {first.rows}"[:300])
    sentences = "; ".join(first.refused)
    is_told = oracle.refused.casefold() in sentences.casefold()
    return Graded(oracle, "refused well" if is_told else "kept out", sentences[:300])


def amiss(oracle: Oracle, outcome: Outcome) -> str:
    """What differs from the oracle; blank if nothing does."""
    rows = list(outcome.rows or ())
    if len(rows) != len(oracle.comes):
        return f"{len(rows)} rows came in and not {len(oracle.comes)}"
    for wanted in oracle.comes:
        hit = next((row for row in rows if fits(wanted, row)), None)
        if hit is None:
            return f"no row is {wanted}; there are {rows}"[:400]
        rows.remove(hit)
    said = " ".join(outcome.said).casefold()
    unsaid = [word for word in oracle.mentions if word.casefold() not in said]
    return f"not a word of {unsaid}; it said: {said}"[:300] if unsaid else ""


def fits(wanted: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """Whether a row has each value that is wanted; numbers are compared as numbers."""
    return all(same(row.get(name), value) for name, value in wanted.items())


def same(value: Any, wanted: Any) -> bool:
    if isinstance(value, Decimal):
        return wanted is not None and value == Decimal(str(wanted))
    if value is None or wanted is None:
        return value is wanted
    return str(value) == str(wanted)


def written(graded: Sequence[Graded]) -> str:
    """The table, and every file that is neither right nor refused well."""
    counts = Counter(file.grade for file in graded)
    lines = [
        f"{len(graded)} files: "
        + ", ".join(f"{counts[name]} {name}" for name in GRADES),
        f"right after at most {MOST_ANSWERS} questions: {share(graded):.0%}",
    ]
    for name in ("wrong", "kept out", "asked"):
        lines += [
            f"  {name}: {file.oracle.name} [{file.oracle.finding}] {file.why}"
            for file in graded
            if file.grade == name
        ]
    return "\n".join(lines)


def share(graded: Sequence[Graded]) -> float:
    """How much of what should come in does, after at most two questions."""
    wanted = [file for file in graded if not file.oracle.refused]
    good = [file for file in wanted if file.grade in ("right", "asked")]
    return len(good) / len(wanted)


if __name__ == "__main__":
    os.environ["SHOW_GRADES"] = "1"
    sys.exit(pytest.main(["-q", "-s", "-n", "0", "tests/importing/test_corpus.py"]))
