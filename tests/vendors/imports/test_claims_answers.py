"""A status comes from a known word only; everything else is kept as text."""

import datetime

import pytest

from tests.vendors.imports.plans import plan, sentences, words
from vendors.claims import ClaimWords
from vendors.imports.answers import STATUS_WORDS

CELL = ("Acme ML", "R1")


def claim_in(cell: str) -> ClaimWords:
    quoted = cell.replace('"', '""')
    return words(plan(f'Feature,Acme ML\nR1,"{quoted}"\n'))[CELL]


@pytest.mark.parametrize("word", sorted(STATUS_WORDS))
def test_every_known_word_is_read_whatever_its_case(word: str) -> None:
    expected = STATUS_WORDS[word]
    if expected == "planned":  # needs a date
        expected = type(expected).UNSTATED
    for form in (word, word.upper(), word.title(), word.replace(" ", "-"), f"{word}."):
        assert claim_in(form).availability == expected
    assert claim_in(word).statement == word


@pytest.mark.parametrize(
    "cell",
    ["partially supports", "Cloud", "x", "–", "Yes with a plugin", "not applicable"],
)
def test_other_words_are_kept_and_not_guessed(cell: str) -> None:
    assert claim_in(cell) == ClaimWords(availability="unstated", statement=cell)


@pytest.mark.parametrize(
    "cell",
    [
        "Yes (at extra cost)",
        "Yes, with custom development",
        "Yes – experimental",
        "✓ professional services",
        "Yes, but only on AWS",
        "No, planned",
    ],
)
def test_a_word_before_words_that_say_another_thing_is_not_guessed(cell: str) -> None:
    assert claim_in(cell).availability == "unstated"
    assert cell.lstrip("✓ ") in claim_in(cell).statement


@pytest.mark.parametrize(
    ("cell", "word"),
    [("Yes, on every node", "now"), ("No (by design)", "never"), ("✓ SSO", "now")],
)
def test_a_word_before_words_that_explain_it_is_read(cell: str, word: str) -> None:
    assert claim_in(cell).availability == word


def test_unknown_words_are_reported_once_with_their_count() -> None:
    made = plan("Feature,Acme ML,Build\nR1,Cloud,Cloud\nR2,Local,n/a\n")
    assert "“Cloud” ×2, “Local” ×1" in made.remarks[0]
    assert "“n/a” ×1: kept as statements" in made.remarks[1]


@pytest.mark.parametrize(
    "cell", ["planned 2027-03-31", "Planned (2027-03-31)", "Roadmap: for 2027-03-31"]
)
def test_a_plan_with_a_date_is_a_plan(cell: str) -> None:
    assert claim_in(cell).availability == "planned"
    assert claim_in(cell).available_from == datetime.date(2027, 3, 31)


def test_a_plan_without_a_date_is_kept_as_text_and_told() -> None:
    made = plan("Feature,Acme ML\nR1,planned\n")
    assert words(made)[CELL].availability == "unstated"
    assert "say planned without a date" in made.remarks[0]


def test_a_list_may_give_dates_statements_and_evidence() -> None:
    made = plan(
        "requirement,vendor,availability,statement,evidence url,available from\n"
        "R1,Acme,roadmap,In work,http://a.b/c http://a.b/d,2027-03-31\n"
        "R2,Acme,yes,,see the brochure,2020-01-01\n"
    )
    assert words(made)[CELL] == ClaimWords(
        availability="planned",
        available_from=datetime.date(2027, 3, 31),
        statement="In work\nMore evidence: http://a.b/d",
        evidence_url="http://a.b/c",
    )
    assert words(made)["Acme ML", "R2"].statement == (
        "yes\nEvidence: see the brochure\n(Date in the file: 2020-01-01)"
    )


def test_a_date_that_can_be_two_is_refused_and_no_other_one() -> None:
    made = plan("requirement,vendor,status,when\nR1,Acme,planned,04/03/2027\n")
    assert "“04/03/2027” can be two days" in sentences(made)[0]
    made = plan("requirement,vendor,status,when\nR1,Acme,planned,31.03.2027\n")
    assert not made.problems
    assert made.new[0].words.available_from == datetime.date(2027, 3, 31)


def test_the_first_link_is_the_evidence_and_the_others_stay() -> None:
    claim = claim_in("Has [docs](http://a.b/c) and [more](https://a.b/d)<br>**here**")
    assert claim.evidence_url == "http://a.b/c"
    assert claim.statement == "Has docs and more (https://a.b/d)\nhere"


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "ftp://a.b/c", "file:///etc/passwd", "http://u:p@a.b/c"],
)
def test_a_link_that_is_not_for_people_is_kept_as_text(link: str) -> None:
    made = plan(f"Feature,Acme ML\nR1,See [this]({link})\n")
    assert words(made)[CELL].evidence_url == ""
    assert link.split("(")[0] in words(made)[CELL].statement


def test_a_statement_beside_an_unknown_status_keeps_both() -> None:
    made = plan("requirement,vendor,level,notes\nR1,Acme,partially-supports,Only web\n")
    assert words(made)[CELL].statement == "partially-supports\nOnly web"


def test_a_blank_cell_says_nothing() -> None:
    made = plan("Feature,Acme ML,Build\nR1,,yes\n")
    assert list(words(made)) == [("Build", "R1")]
