"""The cells of the price grid: what was typed or pasted, and what is asked back.

A cell says an amount, optionally with currency, period and `(low–high)`, or a state.
What can be meant in two ways is a question; answers are handed in again by its key. A
block is taken whole or asked about.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from evaltracker.rows.cells import (
    DIGITS,
    STATES,
    TOTALS,
    Hints,
    Money,
    ParsedCell,
    key,
    name_key,
    read_column,
    settled_mark,
)
from evaltracker.rows.cells import typed as written

ACCEPTED = "Write an amount, included, not offered, not stated or n/a."
NO_PLACE = "Choose the cell where the block begins, or paste it with its names."
EXAMPLE = "1100 (1000–1250)"
LEAVE = "leave"
NEW = "new"
DASH_IS = (("not stated", "Not stated"), ("n/a", "Not applicable"), ("0", "0"))
_AS_LINE = {"not_offered": "excluded", "not_stated": "unsaid"}
# What people write for the states of a line, by its key.
STATE_OF = {word: _AS_LINE.get(state, state) for word, state in STATES.items()}
# How each state is written, in the form that reads back to it.
WRITTEN = {
    "included": "included",
    "excluded": "not offered",
    "unsaid": "not stated",
    "not_applicable": "n/a",
}
_PERIOD = {"monthly": " / month", "yearly": " / year", "once": " once"}
_DASHES = frozenset("-–—−")
_SPAN = re.compile(r"\( *+([-−]?\d[^()–—-]*+)[–—-] *+([-−]?\d[^()]*+)\)")
_BARE_SPAN = re.compile(r"[-−]?\d[\d.,' ]*+[–—-] *+[-−]?\d[\d.,' ]*+")
_PER_CENT = re.compile(r" ?(?:%|per cent)(?: ?(?:a year|/ ?year|p\.? ?a\.?)$)?", re.I)
# Columns that a block copied out of the grid carries along.
_BESIDE = frozenset({"due", "quantity", "unit"})


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the grid: a kind of cost, or a part of one."""

    key: str
    name: str
    # A shorter name of its own, if no other has it.
    part: str = ""
    due: str = "once"
    unit: str = ""
    is_rise: bool = False


@dataclass(frozen=True, slots=True)
class PriceGrid:
    """What cells are read against; `candidates` are names by key, in order.

    `rated` are currencies with a rate to `currency`; `closed` says why a candidate's
    column, or one cell of it, takes nothing.
    """

    items: Sequence[Item]
    candidates: Mapping[str, str]
    currency: str
    rated: frozenset[str] = frozenset()
    closed: Mapping[tuple[str, str] | str, str] = field(default_factory=dict)

    @property
    def rise(self) -> str:
        return next((item.name for item in self.items if item.is_rise), "")


@dataclass(frozen=True, slots=True)
class Question:
    """Answered by one of `options`, as value and label; by text if there are none."""

    key: str
    sentence: str
    options: tuple[tuple[str, str], ...] = ()
    # What it is about, where several are asked in one sentence.
    word: str = ""


@dataclass(frozen=True, slots=True)
class PriceCell:
    """What one cell says; with a question or a refusal nothing of it is saved."""

    state: str = ""
    low: Decimal | None = None
    likely: Decimal | None = None
    high: Decimal | None = None
    due: str = ""
    currency: str = ""
    note: str = ""
    says: str = ""
    asks: Question | None = None
    refused: str = ""
    removes: bool = False


def price_text(amounts: Iterable[Decimal], *, due: str = "", currency: str = "") -> str:
    """A price as it is typed, so that it reads back to itself; `due` and `currency`
    only where they are not the row's."""
    low, likely, high = map(written, amounts)
    if low == likely == high:
        span = ""
    else:
        span = f" ({low}–{high})"
    return f"{likely}{span}{currency and f' {currency}'}{_PERIOD.get(due, '')}"


def read_price(
    typed: str,
    item: Item,
    candidate: str,
    grid: PriceGrid,
    answers: Mapping[str, str] | None = None,
    decimal: str = "",
) -> PriceCell:
    """What was typed into the row `item` for the candidate of that name.

    `decimal` is the mark before decimals in the rest of its column, if that tells.
    """
    answers = answers or {}
    text = " ".join(typed.split())
    if not text:
        return PriceCell(removes=True)
    if text in _DASHES:
        if "dash" not in answers:
            sentence = f"Is “{text}” not stated, not applicable, or 0?"
            return PriceCell(asks=Question("dash", sentence, DASH_IS))
        text = answers["dash"]
    word, _, reason = text.partition(":")
    state = STATE_OF.get(key(word), "")
    if state == "not_applicable":
        question_key = f"why:{candidate}"
        reason = reason.strip() or answers.get(question_key, "").strip()
        why = Question(question_key, f"Why does it not apply to {candidate}?")
        return PriceCell(state=state, note=reason, asks=None if reason else why)
    if state and not reason:
        return PriceCell(state=state)
    return _amounts(text, item, grid, answers, decimal)


def _amounts(
    text: str, item: Item, grid: PriceGrid, answers: Mapping[str, str], decimal: str
) -> PriceCell:
    if _BARE_SPAN.fullmatch(text):
        refused = f"“{text}” has no likely amount. Write it first, as in {EXAMPLE}."
        return PriceCell(refused=refused)
    if _PER_CENT.search(text) and not item.is_rise:
        if grid.rise:
            subject = f"Only “{grid.rise}” is"
        else:
            subject = "Nothing here is"
        return PriceCell(refused=f"{subject} in per cent. {ACCEPTED}")
    span = _SPAN.search(text)
    first = DIGITS.search(text)
    rest = _PER_CENT.sub("", text.replace(span[0], " ") if span else text)
    rest = " ".join(rest.split())
    mark = "." if first and "." in first[0] else ","
    signs = (name.partition(":") for name in answers if name.startswith("sign:"))
    hints = Hints(
        decimal=answers.get(f"mark:{mark}") or decimal,
        currency=grid.currency,
        meanings={key(sign): answers[f"sign:{sign}"] for _, _, sign in signs},
    )
    (cell,) = read_column("money", [rest], hints)
    if cell.question == "currency":
        pairs = tuple((code, code) for code in cell.options)
        sentence = f"Which currency is “{rest}” in?"
        return PriceCell(asks=Question(f"sign:{cell.word}", sentence, pairs))
    ends = read_column("number", span.groups() if span else [], hints)
    for part in (cell, *ends):
        if part.question == "number":
            return PriceCell(asks=_about_number(part))
    money = cell.value or Money()
    low, high = [end.value for end in ends] or [money.amount] * 2
    is_other = money.unit not in ("", item.unit.casefold()) or (
        item.is_rise and (money.currency or money.rhythm not in ("", "yearly"))
    )
    if is_other or money.amount is None or low is None or high is None:
        return PriceCell(refused=f"“{text[:60]}” is not a price. {ACCEPTED}")
    if not low <= money.amount <= high:
        return PriceCell(refused="Low, likely and high must be in that order.")
    due = money.rhythm or item.due
    currency = money.currency or grid.currency
    remarks = (
        f"{due}; the row says {item.due}" if due != item.due else "",
        ""
        if currency in (grid.currency, *grid.rated)
        else f"no rate from {currency} to {grid.currency} yet",
        "credit" if money.amount < 0 else "",
    )
    says = "; ".join(filter(None, remarks))
    return PriceCell("priced", low, money.amount, high, due, currency, says=says)


def _about_number(cell: ParsedCell[Any]) -> Question:
    labels = [f"{Decimal(option):,f}" for option in cell.options]
    marks = map(cell.decimal, cell.options)
    sentence = f"{' or '.join(labels)}?"
    return Question(
        f"mark:{cell.word}", sentence, tuple(zip(marks, labels, strict=True))
    )


@dataclass(frozen=True, slots=True)
class Block:
    """What a block says: cells to save, else questions, else why it is refused.

    `others` is how many cells could be saved without those that are refused.
    """

    cells: Mapping[tuple[str, str], PriceCell] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    refused: str = ""
    others: int = 0
    new_kinds: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def read_block(
    block: Sequence[Sequence[str]],
    grid: PriceGrid,
    at: tuple[str, str] | None = None,
    answers: Mapping[str, str] | None = None,
) -> Block:
    """A block that was pasted at a cell, right and down from it, or by its names.

    Names are matched in any order; answers are by `Question.key`. Blank cells of a
    block say nothing, a block of blank cells alone empties its cells.
    """
    rows = [[cell.strip() for cell in row] for row in block]
    width = max(map(len, rows), default=0)
    rows = [[*row, *[""] * (width - len(row))] for row in rows]
    names = {name_key(name): code for code, name in grid.candidates.items()}
    items = _by_name(grid.items)
    if len(rows) > 1:
        heads = [cell for cell in rows[0] if cell]
    else:
        heads = []
    has_head = any(name_key(head) in names for head in heads) or (
        width > 1 and bool(heads) and all(map(_is_name, heads))
    )
    body = rows[has_head:]
    is_named = width > 1 and (
        any(name_key(row[0]) in items for row in body)
        or all(_is_name(row[0]) for row in body)
    )
    if is_named:
        body = [row for row in body if any(row[1:])]
    if at is None and not (has_head and is_named):
        return Block(refused=NO_PLACE)
    sides = _Sides(answers or {})
    columns = list(grid.candidates)
    if at and at[1] in columns:
        columns = columns[columns.index(at[1]) :]
    lines = [item.key for item in grid.items]
    if at and at[0] in lines:
        lines = lines[lines.index(at[0]) :]
    if has_head:
        columns = sides.match(rows[0][is_named:], names, "candidate", _BESIDE)
    if is_named:
        lines = sides.match([row[0] for row in body], items, "item", TOTALS)
    refused = _too_large(
        (width - is_named, columns, "columns wide", "candidate", "right of here"),
        (len(body), lines, "rows high", "row", "from here down"),
    )
    if refused:
        return Block(refused=refused)
    return _read_cells([row[is_named:] for row in body], lines, columns, grid, sides)


def _by_name(items: Sequence[Item]) -> dict[str, str]:
    parts = Counter(name_key(item.part) for item in items if item.part)
    alone = (item for item in items if parts[name_key(item.part)] == 1)
    by_part = {name_key(item.part): item.key for item in alone}
    return by_part | {name_key(item.name): item.key for item in items}


class _Sides:
    """The names along a block, as what they stand for; unknown ones are asked."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self.answers = answers
        self.unknown: dict[str, list[str]] = {"candidate": [], "item": []}
        self.left_out: list[str] = []

    def match(
        self, heads: Sequence[str], known: Mapping[str, str], side: str, never: Set[str]
    ) -> list[str]:
        """By word, its code; blank for what is left out, with a colon for others."""
        codes = []
        for word in heads:
            code = known.get(name_key(word), "")
            name = f"{side}:{word}"
            if word and not code:
                if name_key(word) in never:
                    code = LEAVE
                else:
                    code = self.answers.get(name, "")
                if code == LEAVE:
                    self.left_out.append(word)
                    code = ""
                elif code not in known.values():
                    self.unknown[side] += [word] * (code != NEW)
                    code = f":{word}"
            codes.append(code)
        return codes

    def questions(self, grid: PriceGrid) -> Iterator[Question]:
        leave = (LEAVE, "Leave out")
        for word in dict.fromkeys(self.unknown["candidate"]):
            options = (*grid.candidates.items(), leave)
            sentence = f"“{word[:60]}”: which candidate?"
            yield Question(f"candidate:{word}", sentence, options, word)
        kinds = tuple((item.key, item.name) for item in grid.items)
        item_names = list(dict.fromkeys(self.unknown["item"]))
        all_words = ", ".join(f"“{word[:60]}”" for word in item_names)
        sentence = f"{all_words}: which kind, a new kind, or leave out?"
        for word in item_names:
            options = (*kinds, (NEW, "A new kind"), leave)
            yield Question(f"item:{word}", sentence, options, word)


def _is_name(text: str) -> bool:
    """Whether a text of a block can only name something."""
    (cell,) = read_column("money", [text])
    is_price = cell.value is not None or cell.question in ("number", "currency", "tax")
    return any(map(str.isalpha, text)) and key(text) not in STATE_OF and not is_price


def _too_large(*sides: tuple[int, list[str], str, str, str]) -> str:
    ways = ("column", "left"), ("row", "up")
    for (size, codes, wide, noun, direction), (step, way) in zip(
        sides, ways, strict=True
    ):
        if (here := len(codes)) < size:
            if here == 1:
                nouns = f"{noun} is"
            else:
                nouns = f"{noun}s are"
            if size - here == 1:
                many = "one"
            else:
                many = str(size - here)
            steps = f"{step}{'' if many == 'one' else 's'}"
            return (
                f"The block is {size} {wide}, and only {here} {nouns} {direction}. "
                f"Start {many} {steps} further {way}."
            )
    return ""


def _read_cells(
    rows: Sequence[Sequence[str]],
    lines: Sequence[str],
    columns: Sequence[str],
    grid: PriceGrid,
    sides: _Sides,
) -> Block:
    items = {item.key: item for item in grid.items}
    marks = [settled_mark(column) for column in zip(*rows, strict=True)]
    is_blank = not any(map(any, rows))
    is_alone = len(rows) == len(rows[0]) == 1
    cells: dict[tuple[str, str], PriceCell] = {}
    questions = {question.key: question for question in sides.questions(grid)}
    wrong: dict[tuple[str, str], tuple[str, str]] = {}
    for row, line in zip(rows, lines, strict=False):
        item = items.get(line, Item(line, line[1:]))
        for typed, code, mark in zip(row, columns, marks, strict=False):
            place = (line, code)
            name = grid.candidates.get(code, code[1:])
            if not line or not code or not (typed or is_blank):
                continue
            if code in grid.closed:
                return Block(refused=grid.closed[code])
            cell = read_price(typed, item, name, grid, sides.answers, mark)
            if closed := grid.closed.get(place):
                cell = PriceCell(refused=closed)
            if place in cells or place in wrong:
                cell = PriceCell(refused="There are two prices for it in the block.")
            if cell.refused:
                location = f"“{typed[:60]}” in “{item.name}”, {name}"
                wrong[place] = (location, cell.refused)
            else:
                cells[place] = cell
            if asks := cell.asks:
                is_told = is_alone or asks.key.startswith("why:")
                if is_told:
                    prefix = ""
                else:
                    prefix = f"“{typed[:60]}”: "
                question = replace(asks, sentence=f"{prefix}{asks.sentence}")
                questions.setdefault(asks.key, question)
    if questions:
        return Block(questions=tuple(questions.values()))
    if wrong and (is_alone or sides.answers.get("wrong") != LEAVE):
        total = len(cells) + len(wrong)
        if is_alone:
            refused = next(iter(wrong.values()))[1]
        else:
            refused = _wrong(wrong, total)
        return Block(refused=refused, others=len(cells))
    new = [line[1:] for line in dict.fromkeys(lines) if line.startswith(":")]
    return Block(cells, new_kinds=tuple(new), left_out=tuple(sides.left_out))


def _wrong(wrong: Mapping[tuple[str, str], tuple[str, str]], total: int) -> str:
    """Each wrong cell once; the sentence that most of them share stands last."""
    number = len(wrong)
    generic = "is not a price. "
    if number == 1:
        verb = "is not a price"
    else:
        verb = "are not prices"
    cells = [
        location
        if generic in why
        else f"{location} ({why.removesuffix(f' {ACCEPTED}')})"
        for location, why in wrong.values()
    ]
    return f"{number} of {total} cells {verb}: {'; '.join(cells)}. {ACCEPTED}"
