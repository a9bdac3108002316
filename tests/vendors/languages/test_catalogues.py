"""The German and the French catalogue are whole: nobody meets an English sentence."""

import re

import pytest

from tests.house.words import catalogue, is_done, po_of, written
from tests.vendors.languages.catalogues import LANGUAGES, sentences

PLACEHOLDER = re.compile(r"%\(\w+\)[#0-9.+-]*[a-z]|%[sd]|\{\w*\}")
TAG = re.compile(r"</?\w+|(?:class|href|id)=\"[^\"]*\"")
WORDS = re.compile(r"[^\W\d_]{2,}")
# What is written alike, with the reason.
SAME: dict[str, dict[str, str]] = {
    "de": {
        "availability: Beta": "the glossary's",
        "person: Name": "a German word",
        "page: Support": "the glossary's",
        "sign-in: Code": "the glossary's",
    },
    "fr": {
        "page: Support": "the glossary's",
        "sign-in: Code": "the glossary's",
        "page: Invitation": "a French word",
        "form: Question": "a French word",
        "trial: Dates": "a French word",
    },
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_code_is_translated(language: str) -> None:
    assert po_of(language).read_bytes() == written(language), "run ./dev words"
    rows = [row for row in catalogue(language) if row.id]
    assert [row.id for row in rows if not is_done(row)] == []
    assert [row.id for row in rows if row.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_and_marks_are_those_of_the_sentence(language: str) -> None:
    wrong = [
        (str(row), row.said)
        for row in sentences(language)
        if parts(row.english) != parts(row.said)
    ]
    assert wrong == []


def parts(text: str) -> list[str]:
    """What is put into a sentence, and how it is marked up."""
    return sorted({*PLACEHOLDER.findall(text), *TAG.findall(text)})


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_as_in_english_but_what_is_written_alike(language: str) -> None:
    alike = {
        str(row)
        for row in sentences(language)
        if row.english == row.said and WORDS.search(PLACEHOLDER.sub("", row.english))
    }
    assert alike == set(SAME[language])
