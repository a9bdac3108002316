"""What the files of the corpus mean, and what differs from it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

FILES = Path(__file__).parent / "corpus" / "files"
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


def oracles() -> Iterator[Oracle]:
    """Every file of the corpus, by name."""
    for path in sorted(FILES.glob("*.json")):
        yield Oracle(**json.loads(path.read_text()))


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
