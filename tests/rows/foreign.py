"""Tables in foreign shapes: what evaluations have, how a person answers, what came.

The files and what must come in were made by somebody who had not read the reader
(`tests/data/foreign/make.py`).
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from evaltracker.evaluations.choices import PRIORITY_CHOICES
from evaltracker.importing.kinds import KINDS
from evaltracker.money import CODES
from evaltracker.rows.cells import key
from evaltracker.rows.guards import column_letter
from evaltracker.rows.plan import ImportPlan, read
from evaltracker.rows.sources import read_table
from evaltracker.rows.subjects import Context, options_of
from vendors.choices import (
    AVAILABILITY_CHOICES,
    RECURRENCE_CHOICES,
    CandidateKind,
    CostState,
)
from vendors.costs.kinds import IT

FOLDER = Path(__file__).parents[1] / "data/foreign"
SLUGS = {"answers": "claims"}
LEAVE = ("leave", "leave out")


@cache
def _said() -> dict[str, dict[str, Any]]:
    text = (FOLDER / "expected.json").read_text(encoding="utf-8")
    said: dict[str, dict[str, Any]] = json.loads(text)
    return said


def expected_of_files() -> dict[str, Any]:
    """What must come in of each file."""
    return _said()["files"]


def varied_files() -> dict[str, str]:
    """Files that people did something to, with the file that each was."""
    return _said()["varied"]


def kind_of(subject: str) -> Any:
    return KINDS[SLUGS.get(subject, subject)]


def context_of(subject: str, given: Mapping[str, Any]) -> Context:
    """What an evaluation with these candidates and requirements has."""
    candidates = {key(name): name for name in given.get("candidates", ())}
    names = tuple((name, name) for name in given.get("candidates", ()))
    texts = {f"R{at}": text for at, text in enumerate(given.get("requirements", ()), 1)}
    more: dict[str, Any] = {
        "refs_by_text": {},
        "retired": frozenset(),
        "lists": {},
        "known": {},
        "vendors": {},
        "contacts": set(),
        "refs": {ref.casefold(): ref for ref in texts},
        "texts": {text.casefold(): ref for ref, text in texts.items()},
        "wordings": list(texts.values()),
        "claims": {},
        "measures": {},
        "as_is": frozenset(),
        "stands": {},
        "revisions": dict.fromkeys(texts, 1),
        "kinds": IT,
        "items": {},
        "usual": {"kind": "buy"}
        if subject == "candidates"
        else {"currency": given.get("currency", "EUR")},
    }
    kinds = tuple((kind.key, kind.title) for kind in IT)
    options: dict[str, tuple[tuple[str, str], ...]] = {
        "candidate": names,
        "priority": options_of(PRIORITY_CHOICES),
        "availability": options_of(AVAILABILITY_CHOICES),
        "kind": kinds if subject == "costs" else tuple(CandidateKind.choices),
        "rhythm": options_of(RECURRENCE_CHOICES),
        "state": tuple(CostState.choices),
        "currency": tuple((code, code) for code in sorted(CODES)),
    }
    choices: dict[str, dict[str, str]] = {
        "text": {key(text): ref for ref, text in texts.items()}
    }
    if subject == "costs":
        choices["kind"] = {key(word): kind.key for kind in IT for word in (kind.key,)}
    return Context(
        currency=given.get("currency", "EUR"),
        candidates=candidates,
        choices=choices,
        options=options,
        more=more,
    )


@dataclass
class Person:
    """Who answers what `expected.json` says may be asked, and nothing else."""

    name: str
    expected: Mapping[str, Any]
    answers: dict[str, str] = field(default_factory=dict)
    # The file as somebody saved it, unless it is the one of that name.
    content: bytes = b""

    def plan(self) -> ImportPlan:
        subject = self.expected["subject"]
        folder = "varied" if "~" in self.name else "files"
        content = self.content or (FOLDER / folder / self.name).read_bytes()
        book = read_table(content, self.name)
        context = context_of(subject, self.expected["given"])
        return read(kind_of(subject), book, context, {}, self.answers)

    def ends(self) -> ImportPlan:
        """The plan after all that may be asked is answered."""
        for _ in range(4):
            plan = self.plan()
            before = dict(self.answers)
            for asked in self.expected["asked"]:
                self.answers.update(answers_to(asked, plan, self.expected["comes"]))
            if self.answers == before:
                break
        return plan


def answers_to(
    asked: Mapping[str, Any], plan: ImportPlan, comes: Any
) -> Iterator[tuple[str, str]]:
    about, answer = asked["about"], asked.get("answer", "")
    columns = [(sheet, line) for sheet in plan.sheets for line in sheet.columns]
    for line in plan.lines:
        menu = dict(line.options)
        if about == "numbering" and line.key == "numbering":
            yield line.key, "yes"
        if about in ("rhythm", "kind") and line.key == f"all:{about}":
            yield line.key, answer
        if about == "whose" and line.key == "all:candidate":
            yield line.key, answer
        if about == "words":
            for word, meaning in asked["words"].items():
                listed = asked["role"] if asked["role"] != "kind" else "candidate_kinds"
                if line.key == f"words:{listed}:{key(word)}":
                    is_there = meaning in menu
                    yield line.key, meaning if is_there else "text"
                if line.key == f"all:{asked['role']}" and not word:
                    yield line.key, meaning
        if about in ("number", "order") and line.about == about:
            yield line.key, answer
        if about == "shares" and line.about == "shares":
            yield line.key, "yes"
        if about == "refs in texts" and line.key.startswith("refs:"):
            yield line.key, "out"
        if about == "refused rows" and line.key == "refused":
            yield line.key, "leave"
        if about == "sheet" and line.about == "sheet":
            is_it = line.key.startswith(f"sheet:{answer}")
            yield line.key, "read" if is_it else "skip"
        is_pattern = about == line.about == "rows" and "pattern" in asked
        if is_pattern and line.state == "open":
            yield line.key, "left"
    if about == "rows" and "pattern" not in asked:
        labels = {row["label"] for row in comes}
        for sheet in plan.sheets:
            for row in sheet.rows:
                cells = {cell.text for cell in row.cells}
                if row.number != sheet.names_row and not labels & cells:
                    yield row.key, "left"
    if about == "column":
        for _, line in columns:
            letter = column_letter(int(line.key.rpartition(":")[2]))
            is_it = answer in (line.title, letter)
            if "role" in asked and is_it:
                yield line.key, asked["role"]
            elif line.title == asked.get("column") or (
                "role" in asked and line.chosen == asked["role"]
            ):
                yield line.key, "left"


def came(subject: str, plan: ImportPlan) -> list[dict[str, Any]]:
    """The records of a plan, as `expected.json` says what must come."""
    rows = []
    for record in plan.new:
        values = {name: value for name, value in record.values.items() if value}
        if subject == "requirements":
            rows.append({"ref": record.key[0], **values})
        elif subject == "candidates":
            rows.append({"name": record.key[0]})
        elif subject == "answers":
            row: dict[str, Any] = {
                "candidate": record.key[0],
                "requirement": record.key[1],
            }
            state = values["availability"]
            row["availability"] = "not_stated" if state == "unstated" else state
            row["statement"] = values.get("statement")
            rows.append(row)
        else:
            rows.append(price_of(record.key, values))
    return rows


def price_of(known_by: tuple[str, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"candidate": known_by[0], "label": known_by[2]}
    likely: Decimal | None = values.get("likely")
    if "likely" in values and likely is not None:
        row["amount"] = f"{likely.normalize():f}"
        row["currency"], row["rhythm"] = values["currency"], values["recurrence"]
    elif values["state"] == CostState.PRICED:
        row |= {"amount": "0", "currency": values["currency"]}
        row["rhythm"] = values["recurrence"]
    else:
        row |= {"state": "not_stated", "text": values.get("source_text")}
    if "quantity" in values:
        row["quantity"] = f"{values['quantity'].normalize():f}"
    return row | {name: values[name] for name in ("unit", "note") if name in values}


def differences(
    name: str, plan: ImportPlan, expected: Mapping[str, Any] | None = None
) -> list[str]:
    """What came and should not, or should have come and did not."""
    expected = expected or expected_of_files()[varied_files().get(name, name)]
    rows = came(expected["subject"], plan)
    texts = {
        f"R{at}": t for at, t in enumerate(expected["given"].get("requirements", ()), 1)
    }
    told = []
    wanted = list(expected["comes"] or ())
    if expected["subject"] == "requirements":
        # What comes twice with two texts cannot come: both have to be refused.
        many = Counter(row["ref"] for row in wanted)
        wanted = [row for row in wanted if many[row["ref"]] == 1]
        twice = sum(count for count in many.values() if count > 1)
        if plan.counts["refused"] != twice:
            told.append(f"refused: {plan.counts['refused']} and not {twice}")
    for row in rows:
        row["requirement"] = texts.get(row.get("requirement", ""), "")
        match = next((one for one in wanted if is_same(one, row)), None)
        if match is None:
            told.append(f"came: {row}")
        else:
            wanted.remove(match)
    return told + [f"missing: {row}" for row in wanted]


def is_same(wanted: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    return all((row.get(name) or None) == value for name, value in wanted.items())
