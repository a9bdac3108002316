"""Two texts as a person compares them."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vendors.differences import Pieces, word_difference

TEXTS = st.text(alphabet=st.sampled_from("ab ,.\n日本é́"), max_size=60).map(str.strip)


def marked(pieces: Pieces) -> str:
    return "".join(
        f"[{piece.text}]" if piece.changed else piece.text for piece in pieces
    )


@pytest.mark.parametrize(
    ("former", "newer", "gone", "come"),
    [
        (
            "Up to 64 nodes.",
            "Up to 32 nodes.",
            "Up to [64 ]nodes.",
            "Up to [32 ]nodes.",
        ),
        ("GA, by REST.", "GA.", "GA[, by REST].", "GA."),
        (
            "Billing is by the second.",
            "Billing is by the hour, at least one.",
            "Billing is by the [second].",
            "Billing is by the [hour, at least one].",
        ),
        # One short word between two changes is read with them.
        (
            "Seats are bound to a user.",
            "Seats are tied to one user.",
            "Seats are [bound to a ]user.",
            "Seats are [tied to one ]user.",
        ),
        (
            "日本語の文章です",
            "日本語の本文です",
            "日本語の文[章]です",
            "日本語の[本]文です",
        ),
        ("a  b\nc", "a b c", "a  b\nc", "a b c"),
        ("", "All of it", "", "All of it"),
        # Two texts that share nothing are not confetti.
        ("One thing.", "Quite another matter", "One thing.", "Quite another matter"),
    ],
)
def test_what_went_and_what_came_is_marked_word_by_word(
    former: str, newer: str, gone: str, come: str
) -> None:
    before, after = word_difference(former, newer)
    assert (marked(before), marked(after)) == (gone, come)


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_no_letter_is_lost_or_made_up(former: str, newer: str) -> None:
    before, after = word_difference(former, newer)
    assert "".join(piece.text for piece in before) == former
    assert "".join(piece.text for piece in after) == newer
    same = [
        [piece.text for piece in side if not piece.changed] for side in (before, after)
    ]
    if any(piece.changed for piece in (*before, *after)):
        assert "".join("".join(same[0]).split()) == "".join("".join(same[1]).split())


@pytest.mark.parametrize(
    ("former", "newer"),
    [
        ("a " * 2500, "a b " * 1250),
        (" ".join(map(str, range(1100))), " ".join(map(str, range(1100, 0, -1)))),
        ("a b c d e " * 500, "e d c b a " * 500),
    ],
)
def test_no_text_that_is_allowed_holds_its_reader_up(former: str, newer: str) -> None:
    # The quickest of three: now and then one has a collection of garbage in it.
    assert min(seconds_of_comparing(former, newer) for _ in range(3)) < 0.25


def seconds_of_comparing(former: str, newer: str) -> float:
    began = time.process_time()
    word_difference(former.strip(), newer.strip())
    return time.process_time() - began
