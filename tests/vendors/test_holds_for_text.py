"""What an answer holds for, as a text of a cell and back."""

from typing import Any

import pytest

from vendors.answers import is_kept_form
from vendors.fields import read_holds_for, write_holds_for

SAID: list[tuple[str, Any]] = [
    ("", None),
    ("everywhere", "everywhere"),
    ("Runs on: AWS, on premises", {"Runs on": ["AWS", "on premises"]}),
    (
        "Runs on: AWS; Languages: everywhere",
        {"Runs on": ["AWS"], "Languages": "everywhere"},
    ),
    (
        "Runs on: AWS = now; Runs on: on premises = planned 2027-03-31",
        [
            {
                "values": {"Runs on": ["AWS"]},
                "availability": "now",
                "available_from": None,
            },
            {
                "values": {"Runs on": ["on premises"]},
                "availability": "planned",
                "available_from": "2027-03-31",
            },
        ],
    ),
    (
        "everywhere = on_request",
        [
            {
                "values": "everywhere",
                "availability": "on_request",
                "available_from": None,
            }
        ],
    ),
]


@pytest.mark.parametrize(("text", "said"), SAID)
def test_a_text_comes_back_as_it_was(text: str, said: Any) -> None:
    assert write_holds_for(said) == text
    assert read_holds_for(text) == said


def test_people_write_it_in_their_own_way() -> None:
    assert read_holds_for("Runs on : AWS ,on premises ;\n") == {
        "Runs on": ["AWS", "on premises"]
    }
    assert read_holds_for("Everywhere") == "everywhere"
    several = read_holds_for("Runs on: AWS = now, on premises = on request")
    assert [part["availability"] for part in several] == ["now", "on_request"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("AWS", "names no list"),
        ("Runs on: AWS = now, on premises", "have none"),
        ("Runs on: AWS = soon", "is not one of"),
        ("Runs on: AWS,", "is not understood"),
        ("everywhere; Runs on: AWS", "not both"),
    ],
)
def test_what_is_not_understood_is_said(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_holds_for(text)


@pytest.mark.parametrize(
    ("kept", "right"),
    [
        ({"said": None, "means": {}}, True),
        ({"said": None, "means": {"L": {"AWS": ["planned", "2027-03-31"]}}}, True),
        ({"said": None}, False),
        ({"said": None, "means": {"L": ["AWS"]}}, False),
        ({"said": None, "means": {"L": {"AWS": "now"}}}, False),
        ({"said": None, "means": {"L": {"AWS": ["soon", None]}}}, False),
        ({"said": None, "means": {"L": {"AWS": ["planned", "soon"]}}}, False),
    ],
)
def test_only_what_is_kept_comes_in_with_a_file(
    kept: dict[str, Any], right: bool
) -> None:
    assert is_kept_form(kept) is right
