"""What tells refs, stories and sections where the usual names do not."""

import re
from collections.abc import Collection
from dataclasses import replace

from evaltracker.importing.rows import Table
from evaltracker.importing.words import (
    ANSWER_COLUMNS,
    COLUMNS,
    OTHERS,
    REF_COLUMNS,
    REF_WORDS,
    STORY_COLUMNS,
)
from evaltracker.tabular import Row, Sheet, columns_by_field, find_header, header_key
from evaltracker.tabular.headers import IN_BRACKETS

WORDS = re.compile(r"[A-Za-z]+|#")
CAPITAL_ID = re.compile(r"[a-z]ID\b")
STORY = {"role": ("asa", "asan", "role", "persona"), "benefit": ("sothat", "inorderto")}


def ref_like(header: Row, taken: Collection[int]) -> list[int]:
    """The columns whose names end as those of refs do."""
    return [
        column
        for column in header.filled
        if column not in taken and is_ref_like(header.cell(column))
    ]


def is_ref_like(name: str) -> bool:
    """Whether a name ends in “ID”, “No.” or “#”, and is not another thing's."""
    words = [word.casefold() for word in WORDS.findall(IN_BRACKETS.sub(" ", name))]
    if not words or OTHERS.intersection(words):
        return False
    return words[-1] in REF_WORDS or bool(CAPITAL_ID.search(name))


def settle_ref(table: Table, columns: dict[str, int]) -> None:
    """Keep a ref that only its name's end tells if its cells differ; else another."""
    found = ref_like(table.header, [at for it, at in columns.items() if it != "ref"])
    ref = columns.get("ref")
    if ref not in found or header_key(table.header.cell(ref)) in REF_COLUMNS:
        return
    text = columns.get("text", columns["ref"])
    rows = [row for row in table.below if row.cell(text)]
    del columns["ref"]
    for column in found:
        refs = [row.cell(column) for row in rows if row.cell(column)]
        if refs and len(set(refs)) == len(refs):
            columns["ref"] = column
            return


def as_stories(table: Table, text: int) -> tuple[Sheet, tuple[int, ...]]:
    """The sheet with whole user stories as texts, and the columns they are made of."""
    header = table.header
    beside = columns_by_field(header, STORY, [text])
    if header_key(header.cell(text)) not in STORY_COLUMNS or not beside:
        return table.sheet, ()
    numbers = {row.number for row in table.below if row.cell(text)}
    want = header.cell(text).strip(" .,:…*")
    rows = tuple(
        told(row, text, beside, want) if row.number in numbers else row
        for row in table.sheet.rows
    )
    return replace(table.sheet, rows=rows), tuple(beside.values())


def told(row: Row, text: int, beside: dict[str, int], want: str) -> Row:
    """The row with its story as one sentence in place of what is wanted.

    `want` is the name of that column, “I want to”; a cell may begin with it, too.
    """
    role, benefit = (
        row.cell(beside[it]).strip(" .,") if it in beside else "" for it in STORY
    )
    wish = row.cell(text).strip(" .,")
    if not wish.casefold().startswith("i "):
        last = want.rsplit(" ", 1)[-1]
        said = wish.split(" ", 1)
        is_twice = len(said) > 1 and said[0].casefold() == last.casefold()
        wish = f"{want} {said[1] if is_twice else wish}"
    article = "an" if role[:1].casefold() in {*"aeio"} else "a"
    parts = [
        f"As {article} {role}" if role else "",
        wish,
        f"so that {benefit}" if benefit else "",
    ]
    story = ", ".join(part for part in parts if part)
    cells = (*row.cells[:text], story, *row.cells[text + 1 :])
    return replace(row, cells=cells)


def find_questions(sheet: Sheet) -> Table | None:
    """Questions under headings that stand in the place of names, beside answers.

    The first column has a heading in each row of names and a ref in each other one, and
    the column of questions has no name at all.
    """
    header = find_header(sheet, answers_named)
    if header is None:
        return None
    ref = header.filled[0]
    text = ref + 1
    below = sheet.below(header)
    refs = [row.cell(ref) for row in below if row.cell(ref) and row.cell(text)]
    is_unique = len(set(refs)) == len(refs) > 1
    if header.cell(text) or not is_unique or not all(map(has_digit, refs)):
        return None
    wanted = {it: COLUMNS[it] for it in ("vendor_help", "priority", "weight")}
    others = columns_by_field(header, wanted, [ref, text])
    return Table(sheet, header, {"ref": ref, "text": text, **others})


def answers_named(row: Row) -> int:
    """How many names of answers stand in a row behind its first cell."""
    return sum(header_key(row.cell(it)) in ANSWER_COLUMNS for it in row.filled[1:])


def has_digit(text: str) -> bool:
    """Whether a figure is in it."""
    return any(mark.isdigit() for mark in text)
