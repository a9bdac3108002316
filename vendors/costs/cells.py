"""The cells of the price grid: what was typed or pasted, and what is asked back.

A cell says an amount, optionally with currency, period and `(low–high)`, or a state.
What can be meant in two ways is a question; answers are handed in again by its key. A
block is taken whole or asked about.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal

from evaltracker.rows.cells import (
    STATES,
    WORDS,
    Cell,
    Money,
    key,
    plain,
    read_money,
    read_numbers,
    settled_style,
)
from evaltracker.toolbox.tabular.cells import DIGITS, Style

ACCEPTED = "Write an amount, included, not offered, not stated or n/a."
NO_PLACE = "Choose the cell where the block begins, or paste it with its names."
LEAVE, NEW = "leave", "new"
_STATE = {
    "included": "included",
    "not_offered": "excluded",
    "not_stated": "unsaid",
    "not_applicable": "not_applicable",
}
# How each state is written, in the form that reads back to it.
WRITTEN = {
    "included": "included",
    "excluded": "not offered",
    "unsaid": "not stated",
    "not_applicable": "n/a",
}
_PERIOD = {"monthly": " / month", "yearly": " / year", "once": " once"}
_DASHES = frozenset("-–—−")
_MARKS = {Style.POINT: ".", Style.COMMA: ","}
_SPAN = re.compile(r"\(\s*([-−]?\d[^()–—-]*?)\s*[–—-]\s*([-−]?\d[^()]*?)\s*\)")
_BARE_SPAN = re.compile(r"[-−]?\d[\d.,' ]*\s*[–—-]\s*[-−]?\d[\d.,' ]*")
_PER_CENT = re.compile(r"\s*(?:%|per cent)(?:\s*(?:a year|/ ?year|p\.? ?a\.?))?$", re.I)
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TOTALS = {key(word) for words in WORDS["totals"].values() for word in words}
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


def short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def with_thousands(number: Decimal) -> str:
    return f"{number.normalize():,f}"


def price_text(
    amounts: tuple[Decimal, Decimal, Decimal], *, due: str = "", currency: str = ""
) -> str:
    """A price as it is typed, so that it reads back to itself; `due` and `currency`
    only where they are not the row's."""
    low, likely, high = map(_digits, amounts)
    span = "" if low == likely == high else f" ({low}–{high})"
    return f"{likely}{span}{currency and f' {currency}'}{_PERIOD.get(due, '')}"


def _digits(number: Decimal) -> str:
    text = plain(number)
    # “1.125” could be read in two ways.
    return f"{text}0" if re.fullmatch(r"-?\d+\.\d{3}", text) else text


def read_price(
    typed: str,
    item: Item,
    candidate: str,
    grid: PriceGrid,
    answers: Mapping[str, str] | None = None,
    style: Style | None = None,
) -> PriceCell:
    """What was typed into the row `item` for the candidate of that name.

    `style` is how the rest of its column writes numbers, if that tells.
    """
    answers = answers or {}
    text = " ".join(typed.split())
    if not text:
        return PriceCell(removes=True)
    if text in _DASHES:
        if "dash" not in answers:
            return PriceCell(asks=_about_dash(text))
        text = answers["dash"]
    word, _, reason = text.partition(":")
    state = _STATE.get(STATES.get(key(word), ""), "")
    if state == "not_applicable":
        return _not_applicable(reason.strip(), candidate, answers)
    if state and not reason:
        return PriceCell(state=state)
    return _amounts(text, item, grid, answers, style)


def _about_dash(text: str) -> Question:
    options = (("not stated", "Not stated"), ("n/a", "Not applicable"), ("0", "0"))
    sentence = f"Is “{text}” not stated, not applicable, or 0?"
    return Question("dash", sentence, options)


def _not_applicable(
    reason: str, candidate: str, answers: Mapping[str, str]
) -> PriceCell:
    asked = f"why:{candidate}"
    reason = reason or answers.get(asked, "").strip()
    sentence = f"Why does it not apply to {candidate}?"
    return PriceCell(
        state="not_applicable",
        note=reason,
        asks=None if reason else Question(asked, sentence),
    )


def _amounts(
    text: str,
    item: Item,
    grid: PriceGrid,
    answers: Mapping[str, str],
    style: Style | None,
) -> PriceCell:
    if _BARE_SPAN.fullmatch(text):
        return PriceCell(
            refused=f"“{text}” has no likely amount. Write it first, as in 1100 "
            "(1000–1250)."
        )
    is_share = "%" in text or _PER_CENT.search(text)
    if is_share and not item.is_rise:
        where = f"Only “{grid.rise}” is" if grid.rise else "Nothing here is"
        return PriceCell(refused=f"{where} in per cent. {ACCEPTED}")
    refused = PriceCell(refused=f"“{short(text)}” is not a price. {ACCEPTED}")
    span = _SPAN.search(text)
    rest = _PER_CENT.sub("", text.replace(span[0], " ") if span else text).strip()
    first = DIGITS.search(text)
    mark = "." if first and "." in first[0] else ","
    decimal = answers.get(f"mark:{mark}") or (_MARKS[style] if style else "")
    (cell,) = read_money([" ".join(rest.split())], decimal=decimal)
    sign = "".join(letter for letter in rest if not letter.isdigit()).strip(" .,'’-")
    if cell.question == "currency" and grid.currency in cell.options:
        (cell,) = read_money([rest], decimal=decimal, currency=grid.currency)
    elif cell.question == "currency":
        chosen = answers.get(f"sign:{sign}", "")
        if chosen not in cell.options:
            return PriceCell(asks=_about_sign(rest, sign, cell))
        (cell,) = read_money([rest], decimal=decimal, currency=chosen)
    ends = read_numbers(list(span.groups()) if span else [], decimal=decimal)
    opened = [one for one in (cell, *ends) if one.question == "number"]
    if opened:
        return PriceCell(asks=_about_number(mark, opened[0].options))
    money = cell.value or Money()
    lows = [end.value for end in ends if end.value is not None]
    if money.amount is None or len(lows) < len(ends):
        return refused
    foreign = money.currency or money.unit or money.rhythm not in ("", "yearly")
    if foreign and (item.is_rise or money.unit not in ("", item.unit.casefold())):
        return refused
    low, high = lows or (money.amount, money.amount)
    if not low <= money.amount <= high:
        return PriceCell(refused="Low, likely and high must be in that order.")
    due, currency = money.rhythm or item.due, money.currency or grid.currency
    return PriceCell(
        *("priced", low, money.amount, high, due, currency),
        says=_beside(item, due, currency, money.amount, grid),
    )


def _about_sign(rest: str, sign: str, cell: Cell[Money]) -> Question:
    options = tuple((code, code) for code in cell.options)
    return Question(f"sign:{sign}", f"Which currency is “{rest}” in?", options)


def _about_number(mark: str, options: tuple[str, ...]) -> Question:
    """The larger reading takes the mark for one of thousands."""
    larger, smaller = (with_thousands(Decimal(option)) for option in options)
    other = "," if mark == "." else "."
    pairs = ((other, larger), (mark, smaller))
    return Question(f"mark:{mark}", f"{larger} or {smaller}?", pairs)


def _beside(
    item: Item, due: str, currency: str, amount: Decimal, grid: PriceGrid
) -> str:
    remarks = []
    if due != item.due and not item.is_rise:
        remarks.append(f"{due}; the row says {item.due}")
    if currency not in (grid.currency, *grid.rated):
        remarks.append(f"no rate from {currency} to {grid.currency} yet")
    if amount < 0:
        remarks.append("credit")
    return "; ".join(remarks)


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
    names = {key(name): code for code, name in grid.candidates.items()}
    items = _by_name(grid.items)
    heads = [cell for cell in rows[0] if cell] if len(rows) > 1 else []
    has_head = any(key(head) in names for head in heads) or (
        width > 1 and bool(heads) and all(map(_is_name, heads))
    )
    body = rows[has_head:]
    is_named = width > 1 and (
        any(key(row[0]) in items for row in body)
        or all(_is_name(row[0]) for row in body)
    )
    if is_named:
        body = [row for row in body if any(row[1:])]
    if at is None and not (has_head and is_named):
        return Block(refused=NO_PLACE)
    sides = _Sides(answers or {})
    if has_head:
        columns = sides.match(rows[0][is_named:], names, "candidate", _BESIDE)
    else:
        columns = _from(list(grid.candidates), at and at[1], width - is_named)
    if is_named:
        lines = sides.match([row[0] for row in body], items, "item", _TOTALS)
    else:
        lines = _from([item.key for item in grid.items], at and at[0], len(body))
    refused = _too_large(width - is_named, columns, len(body), lines)
    cells = [row[is_named:] for row in body]
    if refused:
        return Block(refused=refused)
    return _read_cells(cells, lines, columns, grid, sides)


def _by_name(items: Sequence[Item]) -> dict[str, str]:
    """Names that only one item has, or that one has for all of it."""
    parts = Counter(key(item.part) for item in items)
    alone = {key(item.part): item.key for item in items if parts[key(item.part)] == 1}
    return alone | {key(item.name): item.key for item in items}


class _Sides:
    """The names along a block, as what they stand for; unknown ones are asked."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self.answers = answers
        self.unknown: dict[str, list[str]] = {"candidate": [], "item": []}
        self.left_out: list[str] = []

    def match(
        self, words: Sequence[str], known: Mapping[str, str], side: str, never: Set[str]
    ) -> list[str]:
        """By word, its code; blank for what is left out, with a colon for others."""
        codes = []
        for word in words:
            code = known.get(key(word), "")
            if word and not code:
                is_beside = key(word) in never
                code = LEAVE if is_beside else self.answers.get(f"{side}:{word}", "")
                if code == LEAVE:
                    self.left_out.append(word)
                elif code not in known.values() and code != NEW:
                    self.unknown[side].append(word)
                code = (
                    ""
                    if code == LEAVE
                    else code
                    if code in known.values()
                    else f":{word}"
                )
            codes.append(code)
        return codes

    def questions(self, grid: PriceGrid) -> Iterator[Question]:
        leave = (LEAVE, "Leave out")
        for word in dict.fromkeys(self.unknown["candidate"]):
            options = (*grid.candidates.items(), leave)
            sentence = f"“{short(word)}”: which candidate?"
            yield Question(f"candidate:{word}", sentence, options, word)
        kinds = tuple((item.key, item.name) for item in grid.items)
        words = list(dict.fromkeys(self.unknown["item"]))
        all_words = ", ".join(f"“{short(word)}”" for word in words)
        sentence = f"{all_words}: which kind, a new kind, or leave out?"
        for word in words:
            options = (*kinds, (NEW, "A new kind"), leave)
            yield Question(f"item:{word}", sentence, options, word)


def _is_name(text: str) -> bool:
    """Whether a text of a block can only name something."""
    (cell,) = read_money([text])
    is_price = cell.value is not None or cell.question in ("number", "currency", "tax")
    return any(map(str.isalpha, text)) and key(text) not in STATES and not is_price


def _from(codes: Sequence[str], start: str | None, count: int) -> list[str]:
    first = codes.index(start) if start in codes else 0
    return list(codes[first : first + count])


def _too_large(width: int, columns: list[str], height: int, lines: list[str]) -> str:
    if len(columns) < width:
        here = _counted(len(columns), "candidate")
        verb = "is" if len(columns) == 1 else "are"
        step = _counted(width - len(columns), "column", in_words=True)
        return (
            f"The block is {width} columns wide, and only {here} {verb} right of here. "
            f"Start {step} further left."
        )
    if len(lines) < height:
        here, verb = _counted(len(lines), "row"), "is" if len(lines) == 1 else "are"
        step = _counted(height - len(lines), "row", in_words=True)
        return (
            f"The block is {height} rows high, and only {here} {verb} from here down. "
            f"Start {step} further up."
        )
    return ""


def _counted(number: int, noun: str, *, in_words: bool = False) -> str:
    word = _COUNTS[number] if in_words and number < len(_COUNTS) else str(number)
    return f"{word} {noun}{'' if number == 1 else 's'}"


def _read_cells(
    rows: Sequence[Sequence[str]],
    lines: Sequence[str],
    columns: Sequence[str],
    grid: PriceGrid,
    sides: _Sides,
) -> Block:
    items = {item.key: item for item in grid.items}
    styles = [settled_style(column) for column in zip(*rows, strict=True)]
    is_blank, is_alone = not any(map(any, rows)), len(rows) == len(columns) == 1
    cells: dict[tuple[str, str], PriceCell] = {}
    questions = {question.key: question for question in sides.questions(grid)}
    wrong: dict[tuple[str, str], tuple[str, str]] = {}
    for row, line in zip(rows, lines, strict=True):
        item = items.get(line, Item(line, line[1:]))
        for typed, code, style in zip(row, columns, styles, strict=True):
            place, name = (line, code), grid.candidates.get(code, code[1:])
            if not line or not code or not (typed or is_blank):
                continue
            if code in grid.closed:
                return Block(refused=grid.closed[code])
            cell = read_price(typed, item, name, grid, sides.answers, style)
            if closed := grid.closed.get(place):
                cell = PriceCell(refused=closed)
            if place in cells or place in wrong:
                cell = PriceCell(refused="There are two prices for it in the block.")
            if cell.refused:
                where = f"“{short(typed)}” in “{item.name}”, {name}"
                wrong[place] = (where, cell.refused)
            else:
                cells[place] = cell
            if asks := cell.asks:
                is_told = is_alone or asks.key.startswith("why:")
                prefix = "" if is_told else f"“{short(typed)}”: "
                own = replace(asks, sentence=f"{prefix}{asks.sentence}")
                questions.setdefault(asks.key, own)
    if questions:
        return Block(questions=tuple(questions.values()))
    if wrong and (is_alone or sides.answers.get("wrong") != LEAVE):
        total = len(cells) + len(wrong)
        refused = next(iter(wrong.values()))[1] if is_alone else _wrong(wrong, total)
        return Block(refused=refused, others=len(cells))
    new = [line[1:] for line in dict.fromkeys(lines) if line.startswith(":")]
    return Block(cells, new_kinds=tuple(new), left_out=tuple(sides.left_out))


def _wrong(wrong: Mapping[tuple[str, str], tuple[str, str]], total: int) -> str:
    """Each wrong cell once; the sentence that most of them share stands last."""
    number, generic = len(wrong), "is not a price. "
    verb = "is not a price" if number == 1 else "are not prices"
    cells = [
        where if generic in why else f"{where} ({why.removesuffix(f' {ACCEPTED}')})"
        for where, why in wrong.values()
    ]
    return f"{number} of {total} cells {verb}: {'; '.join(cells)}. {ACCEPTED}"
