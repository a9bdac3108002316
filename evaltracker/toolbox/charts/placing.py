"""Putting labels where they hide nothing: always the same for the same marks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import ImageFont

from evaltracker.toolbox.typefaces import SANS, SANS_BOLD

# Which typeface can write a text in a picture that brings none along.

# For letters that the shipped faces lack; those of a machine, the image has the first.
SYSTEM = (
    Path("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"),
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
)
# No typeface has it.
NO_LETTER = "\U0010fffe"
ELSEWHERE = "(name in the text)"


def writable(
    words: str, *, bold: bool, others: Iterable[Path] = SYSTEM
) -> tuple[str, Path]:
    """The text and a typeface that has all of its letters.

    Where no typeface here has them, words that send the reader to the text, which
    names it: never a row of empty boxes.
    """
    shipped = SANS_BOLD if bold else SANS
    for face in (shipped, *others):
        if face.exists() and all(_has(face, letter) for letter in words):
            return words, face
    return ELSEWHERE, shipped


@lru_cache(maxsize=4096)
def _has(face: Path, letter: str) -> bool:
    """Whether it draws the letter, and not the sign for what it lacks."""
    if letter.isspace():
        return True
    font = _small(face)
    return bytes(font.getmask(letter)) != bytes(font.getmask(NO_LETTER))


@lru_cache(maxsize=8)
def _small(face: Path) -> Any:
    return ImageFont.truetype(face, 20)


# Left, right, upper and lower edge.
type Box = tuple[float, float, float, float]

# How high a label is, how near it comes to its mark, and how far it may go from it.
HEIGHT, NEAR, FAR, STEP = 13.0, 10.0, 130, 5
# Further than this, a line leads to it.
TOLD_APART = 16.0
# So much nearer a label is to its own mark than to others.
CLEAR = 5.0
# In so many parts the way of such a line is looked at.
WAY = 16


@dataclass(frozen=True, slots=True)
class Wanted:
    """A label of that width for the mark there."""

    x: float
    y: float
    width: float


@lru_cache(maxsize=64)
def place_labels(
    wanted: tuple[Wanted, ...],
    marks: tuple[Box, ...],
    lines: tuple[Box, ...],
    within: Box,
) -> tuple[Box | None, ...]:
    """A box for each label, the upper ones first; None where there is no room.

    None leaves `within` or meets a mark or another label. As far as there is room, none
    is nearer to another mark, and none lies on a thin line.
    """
    order = sorted(range(len(wanted)), key=lambda n: (wanted[n].y, wanted[n].x, n))
    placed: list[Box | None] = [None] * len(wanted)
    thin = list(lines)
    for number in order:
        mark = wanted[number]
        labels = [box for box in placed if box]
        others = [other for other in wanted if (other.x, other.y) != (mark.x, mark.y)]
        tries = [box for box in _around(mark) if _holds(within, box)]
        free = [box for box in tries if not meets(box, [*marks, *labels])]
        box = placed[number] = _best(mark, free, others, labels, thin)
        thin += _steps(mark, box) if box else []
    return tuple(placed)


def _best(
    mark: Wanted,
    free: Sequence[Box],
    others: Sequence[Wanted],
    labels: Sequence[Box],
    thin: Sequence[Box],
) -> Box | None:
    """The nearest box with the fewest faults."""
    best, fewest = None, 9
    for box in free:
        own = away(mark, box)
        faults = (
            2 * any(meets(step, labels) for step in _steps(mark, box))
            + 2 * any(away(other, box) < own + CLEAR for other in others)
            + meets(box, thin)
        )
        if faults < fewest:
            best, fewest = box, faults
        if not faults:
            break
    return best


def away(mark: Wanted, box: Box) -> float:
    """How far a box is from a mark."""
    x, y = nearest(mark, box)
    return max(abs(x - mark.x), abs(y - mark.y))


def _steps(mark: Wanted, box: Box) -> list[Box]:
    """Small boxes along the way from a mark to its label, if a line leads there."""
    x, y = nearest(mark, box)
    if not lead(mark, box):
        return []
    parts = [part / WAY for part in range(1, WAY)]
    places = [(mark.x + (x - mark.x) * at, mark.y + (y - mark.y) * at) for at in parts]
    return [(a - 1, a + 1, b - 1, b + 1) for a, b in places]


def meets(box: Box, others: Sequence[Box]) -> bool:
    """Whether it covers a part of one of those."""
    left, right, upper, lower = box
    return any(
        a < right and left < b and c < lower and upper < d for a, b, c, d in others
    )


def nearest(mark: Wanted, box: Box) -> tuple[float, float]:
    """Where a box is nearest to a mark."""
    return min(max(mark.x, box[0]), box[1]), min(max(mark.y, box[2]), box[3])


def lead(mark: Wanted, box: Box) -> str:
    """The way from a mark to a label that is not beside it; blank where it is."""
    x, y = nearest(mark, box)
    far = away(mark, box) > TOLD_APART
    return f"M{mark.x} {mark.y}L{x:.1f} {y:.1f}" if far else ""


def _around(mark: Wanted) -> Iterator[Box]:
    """Places around a mark, the nearest first: right, left, above, below, corners."""
    half, wide = HEIGHT / 2, mark.width
    for further in range(0, FAR, STEP):
        near = NEAR + further
        right, left, middle = mark.x + near, mark.x - near - wide, mark.x - wide / 2
        above, level, below = mark.y - near - HEIGHT, mark.y - half, mark.y + near
        for x, y in (
            *((right, level), (left, level), (middle, above), (middle, below)),
            *((right, above), (right, below), (left, above), (left, below)),
            *((mark.x, above), (mark.x - wide, above)),
            *((mark.x, below), (mark.x - wide, below)),
        ):
            yield round(x, 1), round(x + wide, 1), round(y, 1), round(y + HEIGHT, 1)


def _holds(within: Box, box: Box) -> bool:
    left, right, upper, lower = within
    return left <= box[0] and box[1] <= right and upper <= box[2] and box[3] <= lower
