"""Differences as lines that people read, with the changed words marked in them."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

type Mark = Literal["", "gone", "new"]

ESCAPED = re.compile(r"\\([\\`*_{}\[\]<>()#+\-!|~=&:])")
# Below this share of common words, two lines are two lines and not one that changed.
ALIKE = 0.5
# Lines of more words are shown whole: comparing takes their number squared.
WORDS = 1500


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stand together: in both, in what was, or in what is."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line that came, went, or changed in some of its words."""

    kind: Literal["new", "gone", "changed"]
    pieces: tuple[Piece, ...]


def diff_lines(difference: str) -> list[DiffLine]:
    """A unified difference in words; empty lines are left out."""
    found: list[DiffLine] = []
    gone: list[str] = []
    new: list[str] = []
    for line in difference.splitlines():
        if line.startswith("-") and new:
            found += paired(gone, new)
            gone, new = [], []
        if line[1:].strip():
            (new if line.startswith("+") else gone).append(readable(line[1:]))
    return [*found, *paired(gone, new)]


def paired(gone: list[str], new: list[str]) -> Iterator[DiffLine]:
    """Each line that went with the one that came in its place, where there is one.

    Rows of a table belong together by their first cell, a lone line to a lone line.
    """
    left = list(new)
    for line in gone:
        twin = next((text for text in left if named(text) == named(line)), None)
        if twin is None and len(gone) == len(new) == 1:
            twin = new[0]
        pieces = compared(line, twin) if twin is not None else ()
        if twin is not None and pieces:
            left.remove(twin)
            yield DiffLine("changed", pieces)
        else:
            yield DiffLine("gone", (Piece("", line),))
    for line in left:
        yield DiffLine("new", (Piece("", line),))


def named(line: str) -> str:
    """What a row is about."""
    return line.partition(" · ")[0]


def compared(before: str, after: str) -> tuple[Piece, ...]:
    """One line for two, with what went and came; nothing if they differ too far."""
    old, now = before.split(), after.split()
    if len(old) + len(now) > WORDS:
        return ()
    matcher = difflib.SequenceMatcher(None, old, now, autojunk=False)
    if matcher.ratio() < ALIKE:
        return ()
    pieces: list[Piece] = []
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("", " ".join(old[first:last])))
            continue
        if first < last:
            pieces.append(Piece("gone", " ".join(old[first:last])))
        if start < end:
            pieces.append(Piece("new", " ".join(now[start:end])))
    return tuple(pieces)


def readable(line: str) -> str:
    """A line of Markdown without its marks."""
    bare = line.strip().removeprefix("| ").removesuffix(" |").lstrip("#- ")
    return ESCAPED.sub(r"\1", bare.replace(" | ", " · "))
