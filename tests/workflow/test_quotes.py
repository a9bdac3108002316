"""What a program quotes stands in the file, or is refused with a sentence."""

import json
import re
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evaltracker.errors import Invalid
from evaltracker.workflow.quotes import find

CASES = Path(__file__).parents[1] / "data/cases/programs_cases.json"
KNOWN = json.loads(CASES.read_text(encoding="utf-8"))
QUOTES = [case for case in KNOWN["cases"] if case["group"] == "quotes"]
# By their number in the specification.
SENTENCES = (
    "Quote one passage, without gaps.",
    "Too short to prove anything: at least 4 words and 20 characters.",
    "Quote less.",
    "This file has no text to look in.",
    "These words are not in “terms.pdf”.",
    "stands beside these words; quote the whole sentence.",
)


def result(pages: list[str], quote: str) -> dict[str, Any]:
    try:
        found = find(pages, quote, "terms.pdf")
    except Invalid as refusal:
        assert refusal.errors == {"quote": [refusal.sentence]}
        number = 1 + next(n for n, s in enumerate(SENTENCES) if s in refusal.sentence)
        said: dict[str, Any] = {"refused": number}
        if number == 6:
            said["word"] = refusal.sentence.split("”")[0].removeprefix("“")
        return said
    return {"pages": list(found.pages), "hits": found.hits}


@pytest.mark.parametrize("case", QUOTES, ids=lambda case: case["name"][:40])
def test_case(case: dict[str, Any]) -> None:
    pages = case["given"].get("pages", KNOWN["quotes.pages"])
    assert result(pages, case["given"]["quote"]) == case["expected"]


@pytest.mark.parametrize(
    ("page", "quote"),
    [
        ("It runs on 1,024 nodes of that kind.", "024 nodes of that kind."),
        ("It runs on 10-\n12 nodes of that kind.", "It runs on 1012 nodes"),
        ("Above 18.5 ms it is too late, they say.", "5 ms it is too late, they"),
        ("The latency of reads was 18.5 ms then.", "The latency of reads was 18."),
        ("A difference of -5 ms was seen there.", "5 ms was seen there."),
        ("The share of errors was 5 % on Mondays.", "The share of errors was 5"),
        ("It does not stop at 40° in the shade.", "It does not stop at 40"),
        ("The region of m5.large is eu-central.", "The region of m5.lar"),
        ("Each of the plans of naïve users is kept.", "Each of the plans of nai"),
        ("Each of the plans of n\u0303x is kept.", "Each of the plans of n"),
    ],
)
def test_no_word_and_no_number_is_cut(page: str, quote: str) -> None:
    assert result([page], quote) == {"refused": 5}
    assert result([f"{page} “{quote}” they say."], quote) == {"pages": [1], "hits": 1}


NO_SCIM = "SCIM isn’t supported on the Team plan."


@pytest.mark.parametrize(
    ("page", "quote", "word"),
    [
        (NO_SCIM, "supported on the Team plan", "isn't"),
        (NO_SCIM, "t supported on the Team plan", "n't"),
        (NO_SCIM, "'t supported on the Team plan", "n't"),
        ("Rollen gibt es ab Tarif Team nicht.", "Rollen gibt es ab Tarif", "nicht"),
        (
            "L’export des rôles est impossible sans clé.",
            "L’export des rôles est",
            "sans",
        ),
        ("Not in the Team plan, but later.", "in the Team plan, but", "not"),
    ],
)
def test_a_no_beside_the_words_asks_for_the_whole_sentence(
    page: str, quote: str, word: str
) -> None:
    assert result([page], quote) == {"refused": 6, "word": word}
    assert result([page], page) == {"pages": [1], "hits": 1}


def test_a_no_of_another_sentence_or_far_away_is_none() -> None:
    quote = "Custom roles are supported on the Team plan"
    for page in (
        f"Why not? {quote}. No more is needed.",
        f"{quote} and on each of the plans above it, not below.",
    ):
        assert result([page], quote) == {"pages": [1], "hits": 1}
    both = [f"It is wrong that {quote} not only here.", f"{quote}."]
    assert result(both, quote) == {"pages": [2], "hits": 1}


def test_who_confirms_sees_what_stands_around() -> None:
    page = f"{'before ' * 50}the words that were quoted here {'after ' * 50}"
    found = find([page, page], "the words that were quoted here", "terms.pdf")
    assert (found.pages, found.hits) == ((1,), 2)
    assert found.before.endswith("before ")
    assert found.after.startswith(" after")
    assert len(found.before) == len(found.after) == 100


WORDS = st.lists(st.text("abcXYZéßﬁ.,;’“( \u00ad", min_size=1, max_size=8), min_size=8)
BREAKS = st.sampled_from([" ", "\n", "-\n", "‐\n", "\u00ad\n", " \u00a0", ".\n", ", "])


@given(words=WORDS, data=st.data())
def test_what_is_cut_out_of_a_page_at_blanks_is_found(
    words: list[str], data: st.DataObject
) -> None:
    page = "".join(word + data.draw(BREAKS) for word in words)
    pieces = [match.span() for match in re.finditer(r"\S+", page)]
    assume(len(pieces) > 4)
    first = data.draw(st.integers(0, len(pieces) - 4))
    last = data.draw(st.integers(first + 3, len(pieces) - 1))
    quote = page[pieces[first][0] : pieces[last][1]]
    assert result([page], quote).get("refused") in (None, 1, 2, 3, 6)


PLAIN = st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta"]), min_size=6)


@given(words=PLAIN, start=st.integers(0, 5), end=st.integers(4, 40), at=st.integers(0))
def test_it_is_found_exactly_where_its_words_stand(
    words: list[str], start: int, end: int, at: int
) -> None:
    cut = words[start : start + end]
    assume(len(" ".join(cut)) >= 20 and len(cut) >= 4)
    places = [
        place
        for place in range(len(words) - len(cut) + 1)
        if words[place : place + len(cut)] == cut
    ]
    page = " ".join(words)
    assert result([page], "\n".join(cut)) == {"pages": [1], "hits": len(places)}
    split = at % (len(words) + 1)
    pages = [" ".join(words[:split]), " ".join(words[split:])]
    assert "pages" in result(pages, " ".join(cut))
    other = [*cut[:-1], cut[-1].upper()]
    assert result([page], " ".join(other)) == {"refused": 5}
    missing = [(one, two) for one, two in pairwise(cut) if one != two]
    if missing and " ".join(cut[:1] + cut[2:]) not in page:
        shorter = " ".join(cut[:1] + cut[2:])
        assert result([page], shorter)["refused"] in (2, 5)


def seconds_of_work(piece: str, size: int) -> float:
    """What it takes to look for that piece in two pages that consist of it."""
    page = piece * (size // len(piece))
    began = time.process_time()
    result([page, page], (piece * 30)[:900].strip())
    return time.process_time() - began


@pytest.mark.parametrize(
    "piece", ["1.", "a-\n", "-\n", "a'", "no ", ". ", "\u0301", "word " * 4 + "x "]
)
@pytest.mark.nightly(
    reason="8 values; each push has the first of them",
    short="[1.]",
)
def test_a_page_made_to_be_slow_is_not(piece: str) -> None:
    """Eight times as much takes some eight times as long, not sixty-four times."""
    some = seconds_of_work(piece, 50_000)
    assert seconds_of_work(piece, 400_000) < 3 * 8 * some + 0.5
