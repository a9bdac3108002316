"""What an answer says of the brief's values, read strictly and exactly."""

import datetime
from typing import Any

import pytest

from evaltracker.errors import Invalid
from vendors.claims import canonical, means_everywhere, resolve

LISTS = {"Runs on": ["AWS", "on premises"], "Languages": ["Python", "R"]}
SPRING = datetime.date(2027, 3, 1)
TODAY = datetime.date(2026, 11, 26)


def refusal(said: Any, availability: str = "now") -> str:
    with pytest.raises(Invalid) as refused:
        resolve(said, LISTS, availability, None, today=TODAY)
    assert refused.value.errors == {"holds_for": [refused.value.sentence]}
    return refused.value.sentence


def test_values_that_are_named_have_the_answer_of_the_claim() -> None:
    means = resolve({"Runs on": ["AWS"]}, LISTS, "beta", SPRING)

    assert means == {"Runs on": {"AWS": ["beta", "2027-03-01"]}}


def test_nothing_said_answers_nothing() -> None:
    assert resolve(None, LISTS, "now", None) == {}
    assert resolve({"Runs on": []}, LISTS, "now", None) == {}
    assert resolve([], LISTS, "now", None) == {}


def test_never_without_values_is_never_for_every_value() -> None:
    never = ["never", None]

    assert resolve(None, LISTS, "never", None) == {
        "Runs on": {"AWS": never, "on premises": never},
        "Languages": {"Python": never, "R": never},
    }
    assert resolve({"Runs on": ["AWS"]}, LISTS, "never", None) == {
        "Runs on": {"AWS": never}
    }


def test_everywhere_is_of_all_lists_or_of_one() -> None:
    whole = resolve("everywhere", LISTS, "now", None)

    assert whole == means_everywhere(LISTS, "now", None)
    assert resolve({"Languages": "everywhere"}, LISTS, "now", None) == {
        "Languages": whole["Languages"]
    }


def test_lines_speak_alone_each_for_its_values() -> None:
    said = [
        {"values": {"Runs on": ["AWS"]}, "availability": "now"},
        {
            "values": {"Runs on": ["on premises"], "Languages": "everywhere"},
            "availability": "planned",
            "available_from": "2027-03-01",
        },
    ]
    planned = ["planned", "2027-03-01"]

    assert resolve(said, LISTS, "never", None, today=TODAY) == {
        "Runs on": {"AWS": ["now", None], "on premises": planned},
        "Languages": {"Python": planned, "R": planned},
    }


def test_what_is_kept_has_the_order_of_the_brief() -> None:
    said = {"Languages": ["R", "Python"], "Runs on": "everywhere"}

    assert list(canonical(said, LISTS).items()) == [
        ("Runs on", "everywhere"),
        ("Languages", ["Python", "R"]),
    ]
    assert canonical({"Languages": []}, LISTS) is None


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            {"Runs on": ["AWS", "Google Cloud"]},
            "“Google Cloud” is not a value of “Runs on”. Choose from: AWS, on "
            "premises; anything else belongs in the statement.",
        ),
        (
            {"Runs on": ["everywhere", "AWS"]},
            "“Runs on” says everywhere beside “AWS”; say everywhere or name the "
            "values, not both.",
        ),
        (
            {"Regions": ["Europe"]},
            "The brief has no list “Regions”. It has: Runs on, Languages; anything "
            "else belongs in the statement.",
        ),
        (
            {"Runs on": ["AWS", "AWS"]},
            "“AWS” of “Runs on” is named twice; name it once.",
        ),
        (
            [
                {"values": "everywhere", "availability": "now"},
                {"values": {"Languages": ["R"]}, "availability": "beta"},
            ],
            "“R” of “Languages” is answered twice; each value has one answer.",
        ),
        (
            [{"values": {"Languages": ["R"]}, "availability": "planned"}],
            "“R” of “Languages”: A plan needs the date from which it is there.",
        ),
        (
            [{"values": {"Languages": ["R"]}, "availability": "withdrawn"}],
            "“R” of “Languages”: “withdrawn” is not one of: now, beta, planned, "
            "on_request, never.",
        ),
        (
            [{"values": {}, "availability": "now"}],
            "A line of holds_for names no value; name one or leave it out.",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_by_value_and_list(
    said: Any, sentence: str
) -> None:
    assert refusal(said) == sentence


@pytest.mark.parametrize(
    "said",
    [
        *(3, "AWS", ["AWS"], {"Runs on": "AWS"}, {"Runs on": {"AWS": 1}}),
        *({"Runs on": [3]}, {"Runs on": [["AWS"]]}, [{"values": "everywhere"}]),
        [{"values": {"Runs on": ["AWS"]}, "availability": "now", "date": "x"}],
        [{"values": "everywhere", "availability": "beta", "available_from": "soon"}],
        [{"values": "everywhere", "availability": ["now"]}],
    ],
)
def test_any_other_shape_is_refused_with_a_sentence(said: Any) -> None:
    assert refusal(said).endswith((".", "”."))


def test_a_brief_without_lists_has_nothing_to_answer() -> None:
    assert resolve(None, {}, "never", None) == {}
    with pytest.raises(Invalid, match="The brief names no list"):
        resolve("everywhere", {}, "now", None)
