"""Which typeface can write a text in a picture that brings none along."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import ImageFont

from evaltracker.kit.typefaces import SANS, SANS_BOLD

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
