"""The German and the French catalogue are whole: nobody meets an English sentence."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.words import catalogue, is_done, po_of, written
from tests.vendors.languages.catalogues import LANGUAGES, sentences

PLACEHOLDER = re.compile(r"%\(\w+\)[#0-9.+-]*[a-z]|%[sd]|\{\w*\}")
TAG = re.compile(r"</?\w+|(?:class|href|id)=\"[^\"]*\"")
GLOSSARY = Path(__file__).parents[2] / "data" / "glossary.csv"
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
@pytest.mark.nightly(
    reason="2 values; each push has the first of them",
    short="[de]",
)
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


# Words of the glossary that a sentence may use in another sense, or as a verb whose
# forms share no stem with it in German.
LOOSE = {
    *("answer (noun)", "to answer", "now", "never", "planned", "beta", "open (state)"),
    *("to open (a page)", "once", "closed", "closes", "number", "code", "file", "held"),
    *("to hand in", "to withdraw", "to look over", "to decline", "partly", "failed"),
    *("colleague", "deadline", "progress", "total", "script", "question", "reader"),
}
# What of a translation stands in each of its forms, where the first letters do not.
STEMS = {
    "de": {"must reach": "muss"},
    "fr": {"must reach": "doit"},
}
# Sentences that say it otherwise, with the reason.
OTHERWISE = {
    "Each line of holds_for needs values and availability, and may have "
    "available_from; nothing else.": "fields of the API",
    'holds_for is “everywhere”, values by list such as {"Sites": ["Rome"]}, or '
    "lines of values and availability.": "fields of the API",
    "“%(list)s” needs a list of its values, or “everywhere”.": "a word of the API",
    "Quote your prices": "a verb",
    'a quotation mark stands inside a quoted cell. Write it twice ("") inside '
    "quotes.": "a mark",
    "It holds for the drafts and prices that you may see yourself.": "a verb",
    "%(n)s answer does not say yet whether it holds for every value asked.": "a verb",
}


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_placeholders_and_marks_are_those_of_the_sentence[de]",
)
def test_terms_are_those_of_the_glossary() -> None:
    otherwise = {
        row.english: row.said
        for language in LANGUAGES
        for term, stems in terms(language)
        for row in sentences(language)
        if term.search(NOT_READ.sub(" ", row.english))
        and not all(stem in row.said.lower() for stem in stems)
    }
    assert [row for row in otherwise.items() if row[0] not in OTHERWISE] == []
    assert OTHERWISE.keys() - otherwise.keys() == set()


# What is put in, and names of fields of the API.
NOT_READ = re.compile(r"%\(\w+\)s|<[^>]*>|\{[^}]*\}|\S*/\S*|\b\w+_\w+\b")


def terms(language: str) -> Iterator[tuple[re.Pattern[str], list[str]]]:
    """Each term that is checked, in English, and what is in its translation."""
    with GLOSSARY.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["en"] in LOOSE:
            continue
        english = NOTE.sub("", row["en"]).removeprefix("to ")
        said = STEMS[language].get(row["en"]) or stems_of(row[language])
        yield (
            re.compile(rf"(?<![\w-]){re.escape(english)}e?s?(?![\w-])", re.IGNORECASE),
            [said] if isinstance(said, str) else said,
        )


NOTE = re.compile(r"\s*\(.*?\)|:.*")


def stems_of(translation: str) -> list[str]:
    """The beginnings of its longer words: what an ending does not change."""
    words = NOTE.sub("", translation.partition(" oder ")[0]).lower().split()
    long = [word for word in words if len(word) > 3] or words
    return [word[: max(4, len(word) - 3)] for word in long]
