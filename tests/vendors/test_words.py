"""The words of a claim: what is refused, and by which field."""

import datetime
from typing import Any

import pytest

from evaltracker.errors import Invalid
from vendors.claims import read_claim

TOMORROW = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=1)
LONG_AGO = datetime.date(2020, 1, 1)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("availability", {"availability": "unstated"}),
        ("availability", {"availability": "withdrawn"}),
        ("availability", {"availability": "soon"}),
        ("available_from", {"availability": "planned"}),
        ("available_from", {"availability": "planned", "available_from": LONG_AGO}),
        ("available_from", {"availability": "now", "available_from": TOMORROW}),
        ("available_from", {"availability": "never", "available_from": TOMORROW}),
        ("statement", {"statement": "  \n "}),
        ("statement", {"statement": "NUL \x00"}),
        ("statement", {"statement": "x" * 5001}),
        ("statement", {"statement": "a" + "\u0301" * 150}),
        ("environments", {"environments": ["AWS\nGCP"]}),
        ("environments", {"environments": [str(number) for number in range(21)]}),
        ("evidence_url", {"evidence_url": "javascript:alert(1)"}),
        ("evidence_url", {"evidence_url": "https://me:pw@example.com"}),
        ("evidence_url", {"evidence_url": "https://example.com/" + "x" * 2000}),
    ],
)
def test_bad_words_are_refused_by_field(field: str, words: dict[str, Any]) -> None:
    given: dict[str, Any] = {
        "availability": "now",
        "available_from": None,
        "environments": [],
        "statement": "Yes.",
        "evidence_url": "",
    }
    with pytest.raises(Invalid) as invalid:
        read_claim(**{**given, **words}, today=TOMORROW)
    assert list(invalid.value.errors) == [field]


def test_a_note_may_be_unstated_and_speak_of_the_past() -> None:
    noted = read_claim(
        availability="unstated",
        available_from=None,
        environments=["AWS ", "AWS"],
        statement=" It runs\r\nin R. ",
        evidence_url="",
        noted=True,
    )
    assert (noted.environments, noted.statement) == (["AWS"], "It runs\nin R.")
    slipped = read_claim(
        availability="planned",
        available_from=LONG_AGO,
        environments=[],
        statement="Soon",
        evidence_url="",
        noted=True,
    )
    assert slipped.available_from == LONG_AGO
