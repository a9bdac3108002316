"""Whether words stand in a file: what a program quotes is looked up, not believed.

Pages and quote are folded alike, so that ligatures, dashes, quotation marks and ends of
lines do not matter; letters, digits, signs and case do.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from evaltracker.errors import Invalid

AROUND = 100  # characters that are shown on each side
LOOKED_AT = 400  # characters on each side in which a sentence begins or ends
MOST = 1_000  # places of a page that are counted
NEAR = 6  # words within which a “not” changes what is said

_FOLDED = {
    "": "\u00ad\u200b\u200c\u200d\u2060\ufeff",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d",
    "'": "\u2018\u2019\u201a\u201b\u2032\u00b4\u0060",
    '"': "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb",
}
# Decompositions that lose what is said: 10² is not 102.
_TOLD_APART = ("<super>", "<sub>", "<fraction>", "<circle>", "<square>")
_NEGATION = re.compile(
    r"no|not|never|none|without|except|unless|cannot|only|.*n't|nicht|nie|kein(?:e[nrs]?)?"
    r"|ohne|nur|außer|pas|jamais|aucune?|sans|sauf"
)
# A hyphen at the end of a line; one between digits joins nothing.
_BROKEN = re.compile(r"(?<=\w)-[ \t]*[\n\r\f\v\x85\u2028\u2029]\s*(?=\w)")
_JOINED = re.compile(r"(?<=[^\W\d_])-[ \t]*[\n\r\f\v\x85\u2028\u2029]\s*(?=[^\W\d_])")
# What no quote begins or ends within: a word, or a number with its sign and unit.
_WHOLE = re.compile(
    r"(?:[-+±](?=\d))?(?:[^\W_]|[\u0300-\u036f])+"
    r"(?:(?<=\d)[.,':/-](?=\d)(?:[^\W_]|[\u0300-\u036f])+)*(?:(?<=\d) ?[%°])?"
)
_SENTENCE_END = re.compile(r"[.!?;] ")


class _Folds(dict[int, str]):
    def __missing__(self, code: int) -> str:
        char = chr(code)
        if unicodedata.category(char) in ("Cc", "Cs") and not char.isspace():
            char = ""
        elif not unicodedata.decomposition(char).startswith(_TOLD_APART):
            char = unicodedata.normalize("NFKC", char)
        self[code] = char
        return char


_FOLDS = _Folds({ord(char): to for to, chars in _FOLDED.items() for char in chars})


@dataclass(frozen=True, slots=True)
class QuoteMatch:
    """Where the words stand first, how often, and what stands before and after."""

    words: str
    pages: tuple[int, ...]
    hits: int
    before: str
    after: str


def readings(text: str) -> tuple[str, ...]:
    """The text folded, its hyphens at ends of lines kept, and joined."""
    text = text.replace("\u00ad\n", "-\n").translate(_FOLDS)
    text = unicodedata.normalize("NFC", text)
    both = (text, _JOINED.sub("", text))
    return tuple(" ".join(_BROKEN.sub("-", read).split()) for read in both)


def find(pages: Sequence[str], quote: str, name: str) -> QuoteMatch:
    """Where the quote stands in the file of that name, given its text by page.

    Raises:
        Invalid: it is no quote, or does not stand there as one.
    """
    passage = readings(quote)[0]
    if any(gap in passage for gap in ("...", "[", "]")):
        raise _refused("Quote one passage, without gaps.")
    if len(passage) < 20 or len(_words(passage)) < 4:
        raise _refused(
            "Too short to prove anything: at least 4 words and 20 characters."
        )
    if len(passage) > 1_000:
        raise _refused("Quote less.")
    if not any(readings(page)[0] for page in pages):
        raise _refused("This file has no text to look in.")
    places = list(_places(pages, passage, 1)) or list(_places(pages, passage, 2))
    if not places:
        raise _refused(f"These words are not in “{name}”.")
    clean = [place for place in places if not _negation(place)]
    if not clean:
        word = _negation(places[0])
        raise _refused(f"“{word}” stands beside these words; quote the whole sentence.")
    first = clean[0]
    before = first.before[-AROUND:]
    after = first.after[:AROUND]
    return QuoteMatch(passage, first.pages, len(clean), before, after)


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, code="quote_refused", field="quote")


def _places(pages: Sequence[str], passage: str, many: int) -> Iterator[QuoteMatch]:
    """Each place on one page, or on two that are joined."""
    for first in range(len(pages) - many + 1):
        numbers = tuple(range(first + 1, first + 1 + many))
        read = readings("\n".join(pages[first : first + many]))
        by_reading = [list(islice(_hits(text, passage), MOST)) for text in read]
        for text, at in max(by_reading, key=len):
            before = text[max(0, at - LOOKED_AT) : at]
            end = at + len(passage)
            yield QuoteMatch(passage, numbers, 1, before, text[end : end + LOOKED_AT])


def _hits(text: str, passage: str) -> Iterator[tuple[str, int]]:
    at = text.find(passage)
    while at >= 0:
        if not _cuts(text, at) and not _cuts(text, at + len(passage)):
            yield text, at
        at = text.find(passage, at + 1)


def _cuts(text: str, at: int) -> bool:
    start = max(0, at - 60)
    wholes = _WHOLE.finditer(text[start : at + 60])
    return any(whole.start() < at - start < whole.end() for whole in wholes)


def _words(text: str) -> list[str]:
    bare = (word.strip(".,:;!?\"'()/-").lower() for word in text.split())
    return [word for word in bare if any(map(str.isalnum, word))]


def _negation(place: QuoteMatch) -> str:
    """The word near by, in the same sentence, that may turn what is said around."""
    passage = place.words
    before = place.before
    after = place.after
    if "n't" in (before[-2:] + passage[0], before[-1:] + passage[:2]):
        return "n't"
    if "n't" in (passage[-2:] + after[:1], passage[-1] + after[:2]):
        return "n't"
    before = _SENTENCE_END.split(before)[-1]
    after = _SENTENCE_END.split(passage[-1] + after)[0][1:]
    near = _words(before)[-NEAR:] + _words(after)[:NEAR]
    return next(filter(_NEGATION.fullmatch, near), "")
