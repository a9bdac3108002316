"""*How it is read*: one line for each distinct thing, with what it becomes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
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
