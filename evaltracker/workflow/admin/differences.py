"""Differences as lines that people read."""

from __future__ import annotations

import re
from dataclasses import dataclass

ESCAPED = re.compile(r"\\([\\`*_{}\[\]<>()#+\-!|~=&:])")


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line that came or went."""

    came: bool
    text: str


def diff_lines(difference: str) -> list[DiffLine]:
    """A unified difference in words; empty lines are left out."""
    return [
        DiffLine(line.startswith("+"), readable(line[1:]))
        for line in difference.splitlines()
        if line[1:].strip()
    ]


def readable(line: str) -> str:
    """A line of Markdown without its marks."""
    bare = line.strip().removeprefix("| ").removesuffix(" |").lstrip("#- ")
    return ESCAPED.sub(r"\1", bare.replace(" | ", " · "))
