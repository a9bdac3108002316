"""*How it is read*: one line for each distinct thing, with what it becomes."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from evaltracker.rows.cells import WORDS
from evaltracker.rows.subjects import ParsedRecord, Refusal

ORDER = ("open", "proposed", "text", "certain")
EXAMPLES = 3
# By what rows are, how one is counted and how more are.
COUNTED: dict[str, list[str]] = WORDS["counted"]
type Options = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A distinct word, column or kind of row: what it becomes, and the menu.

    Its `key` is that of the answer: `column:Sheet1:3`, `rows:Sheet1:heading-…`,
    `words:availability:native`, `number:Sheet1:3`, `all:rhythm`, `names:Sheet1`,
    `sheet:Sheet1`, `numbering`. `state` is *certain*, *proposed*, *open* or *text*;
    `said` is what somebody answered, `chosen` what counts now (blank: open).
    """

    key: str
    about: str
    title: str
    state: str
    options: tuple[tuple[str, str], ...] = ()
    chosen: str = ""
    said: str = ""
    becomes: str = ""
    count: int = 0
    things: str = "cells"
    examples: tuple[str, ...] = ()
    why: str = ""
    # The column in which a word stands.
    where: str = ""


class Lines:
    """The lines of one reading, each once, with what somebody answered."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self.answers = answers
        self._lines: dict[str, PlanLine] = {}

    def add(
        self,
        key: str,
        about: str,
        title: str,
        options: Options = (),
        *,
        proposed: str = "",
        state: str = "",
        count: int = 1,
        things: str = "cells",
        examples: Sequence[str] = (),
        becomes: str = "",
        why: str = "",
        where: str = "",
    ) -> str:
        """Note a line, or one more of its things; what counts now (blank: open).

        Without a `state` it is open until something is answered or proposed.
        """
        before = self._lines.get(key)
        if before is not None:
            shown = dict.fromkeys((*before.examples, *examples))
            self._lines[key] = replace(
                before,
                count=before.count + count,
                examples=tuple(shown)[:EXAMPLES],
                where=where if where == before.where else "several columns",
            )
            return before.chosen
        answer = self.answers.get(key, "")
        if answer not in dict(options):
            answer = ""
        chosen = answer or proposed
        self._lines[key] = PlanLine(
            key=key,
            about=about,
            title=title,
            state=state or ("proposed" if chosen else "open"),
            options=tuple(options),
            chosen=chosen,
            said=answer,
            becomes=becomes or dict(options).get(chosen, ""),
            count=count,
            things=things,
            examples=tuple(dict.fromkeys(examples))[:EXAMPLES],
            why=why,
            where=where,
        )
        return chosen

    def in_order(self) -> tuple[PlanLine, ...]:
        lines = self._lines.values()
        return tuple(sorted(lines, key=lambda line: ORDER.index(line.state)))


@dataclass(frozen=True, slots=True)
class PlannedChange:
    record: ParsedRecord
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What it would do: nothing is written while a line is open.

    `left` counts the rows by what they are: *heading, joined, names, total, left*.
    `refused` waits: each is typed anew, or left out by the answer `refused`.
    """

    filename: str
    sha256: str
    new: tuple[ParsedRecord, ...] = ()
    changed: tuple[PlannedChange, ...] = ()
    same: tuple[ParsedRecord, ...] = ()
    left: Mapping[str, int] = field(default_factory=dict)
    refused: tuple[Refusal, ...] = ()
    lines: tuple[PlanLine, ...] = ()
    remarks: tuple[str, ...] = ()
    # What is read of the file, as `seen.SeenSheet`.
    sheets: tuple[Any, ...] = ()
    # Places of cells that were typed anew, and rows that stay out with their reasons,
    # as plain data: sheet, row, cells, why.
    typed: tuple[str, ...] = ()
    rest: tuple[Mapping[str, Any], ...] = ()
    # All columns and words that were decided, to be remembered with the yes.
    decided: Mapping[str, str] = field(default_factory=dict)

    @property
    def open(self) -> tuple[PlanLine, ...]:
        return tuple(line for line in self.lines if line.state == "open")

    @property
    def can_apply(self) -> bool:
        """Whether a yes may take it: nothing is open, and something would come in."""
        return not self.open and bool(self.new or self.changed or self.same)

    @property
    def is_certain(self) -> bool:
        """Whether nothing of it needs a look: a paste lands at once."""
        return self.can_apply and all(line.state == "certain" for line in self.lines)

    def lands(self, shown: str) -> bool:
        """Whether it needs no look, or got one: `shown` is the digest of what was."""
        return self.can_apply and (self.is_certain or self.digest == shown)

    @property
    def digest(self) -> str:
        """Of all lines and rows: what the yes was said to."""
        rows = hashlib.sha256()
        for line in self.lines:
            rows.update(
                repr((line.key, line.chosen, line.becomes, line.count)).encode()
            )
        for record in (*self.new, *self.same):
            rows.update(repr((record.key, sorted(record.values.items()))).encode())
        for change in self.changed:
            after = sorted(change.after.items()), sorted(change.before.items())
            rows.update(repr((change.record.key, after)).encode())
        return rows.hexdigest()

    @property
    def counts(self) -> dict[str, int]:
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "same": len(self.same),
            "refused": len({(refusal.sheet, refusal.row) for refusal in self.refused}),
            **self.left,
        }

    @property
    def counted(self) -> list[str]:
        """The counts as people are told: “8 headings”, “1 left out”."""
        return [
            f"{many:,} {COUNTED[name][many != 1]}"
            for name, many in self.counts.items()
            if many
        ]
