"""The cells of written tables, and which columns hold numbers."""

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

# The class of pages for a cell with a number.
NUMBERS = "et-num"
NUMBER = re.compile(r"[-+−]?[0-9][0-9.,]*(?:%| of [0-9]+)?")
NONE = ("–", "")


def mark_numbers(tokens: Sequence[Token]) -> None:
    """Give every cell of a column of numbers, its head too, the class `NUMBERS`."""
    for rows in tables(tokens):
        for column in zip(*rows, strict=False):
            head, *cells = column
            said = [words.content for _, words in cells if words.content not in NONE]
            if said and all(map(NUMBER.fullmatch, said)):
                for cell, _ in (head, *cells):
                    cell.attrSet("class", NUMBERS)


def tables(tokens: Sequence[Token]) -> Iterator[list[list[tuple[Token, Token]]]]:
    """The rows of each table, each a list of cells and what is in them."""
    rows: list[list[tuple[Token, Token]]] = []
    for place, token in enumerate(tokens):
        if token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            rows[-1].append((token, tokens[place + 1]))
        elif token.type == "table_close":
            yield rows
