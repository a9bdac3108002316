"""What is different between two texts, by words that people read; a pure module."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# Scripts that put no blank between words: each sign stands for itself.
_SIGNS = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
WORD = re.compile(rf"(?:[{_SIGNS}]|[^\W{_SIGNS}]+|[^\w\s])\s*")
# Pairs of equal words up to which they are matched; a text that is made of one word
# a thousand times has a million, and would hold up its reader.
MOST_PAIRS = 20_000
# Texts that share less than this are two texts, not one that was changed.
LEAST_ALIKE = 0.3
# What two changes have between them is read with them, if it is as short as “of”.
ISLAND = 3


@dataclass(frozen=True, slots=True)
class TextPiece:
    text: str
    changed: bool


type Pieces = tuple[TextPiece, ...]
# Where words stand in the former and in the newer text, and whether they are the same.
type Stretch = tuple[bool, int, int, int, int]


def word_difference(former: str, newer: str) -> tuple[Pieces, Pieces]:
    """Both texts in pieces: what went out of the former, what came into the newer.

    Blanks alone make no difference. In two texts that have little in common nothing is
    marked: everything would be.
    """
    before = WORD.findall(former)
    after = WORD.findall(newer)
    stretches = list(_joined(_stretches(_keys(before), _keys(after))))
    same = sum(end - start for equal, start, end, _, _ in stretches if equal)
    if same < LEAST_ALIKE * max(len(before), len(after)):
        return _plain(former), _plain(newer)
    return (
        tuple(_pieces(before, [(equal, a, b) for equal, a, b, _, _ in stretches])),
        tuple(_pieces(after, [(equal, a, b) for equal, _, _, a, b in stretches])),
    )


def _keys(words: Sequence[str]) -> list[str]:
    return [word.strip() for word in words]


def _plain(text: str) -> Pieces:
    if text:
        return (TextPiece(text, changed=False),)
    return ()


def _stretches(before: list[str], after: list[str]) -> Iterator[Stretch]:
    most = min(len(before), len(after))
    head = next((i for i in range(most) if before[i] != after[i]), most)
    tail = next(
        (i for i in range(most - head) if before[-1 - i] != after[-1 - i]), most - head
    )
    ends = len(before) - tail, len(after) - tail
    yield True, 0, head, 0, head
    yield from _between(before[head : ends[0]], after[head : ends[1]], head)
    yield True, ends[0], len(before), ends[1], len(after)


def _between(before: list[str], after: list[str], offset: int) -> Iterator[Stretch]:
    here = Counter(after)
    if sum(count * here[word] for word, count in Counter(before).items()) > MOST_PAIRS:
        yield False, offset, offset + len(before), offset, offset + len(after)
        return
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for verb, a, b, c, d in matcher.get_opcodes():
        alike = verb == "equal"
        island = alike and sum(map(len, before[a:b])) <= ISLAND
        inside = a > 0 and b < len(before)
        yield (
            alike and not (island and inside),
            *(a + offset, b + offset, c + offset, d + offset),
        )


def _joined(stretches: Iterator[Stretch]) -> Iterator[Stretch]:
    last: Stretch | None = None
    for stretch in stretches:
        if stretch[1] == stretch[2] and stretch[3] == stretch[4]:
            continue
        if last is not None and last[0] == stretch[0]:
            last = (last[0], last[1], stretch[2], last[3], stretch[4])
            continue
        if last is not None:
            yield last
        last = stretch
    if last is not None:
        yield last


def _pieces(
    words: Sequence[str], places: Sequence[tuple[bool, int, int]]
) -> Iterator[TextPiece]:
    for equal, start, end in places:
        if start != end:
            yield TextPiece("".join(words[start:end]), changed=not equal)
