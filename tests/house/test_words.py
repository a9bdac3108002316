"""Templates keep to the words' list, and explain its riddling ones where they stand."""

import re
from pathlib import Path

import pytest

from evaltracker.pages.help import term_named, terms
from tests.house.floors import ROOT

TEMPLATES = [
    path
    for app in ("evaltracker", "stakeholders", "vendors", "trials")
    for path in sorted((ROOT / app).rglob("templates/**/*.*"))
    if path.suffix in {".html", ".txt"}
]
FORBIDDEN = re.findall(
    r"^\| ([^|`]+) \| ([^|`]+) \|$",
    (ROOT / "docs" / "words.md").read_text().split("## Words that pages do not use")[1],
    re.MULTILINE,
)[2:]
CODE = re.compile(
    r"\{#.*?#\}|\{% comment.*?endcomment %\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", re.S
)
EXPLAINED = (
    *("gate", "standing", "fit", "coverage", "slipped", "promise record", "weight"),
    *("sign-off rule", "substitute", "not stated"),
)


def people_read(template: Path) -> str:
    """The words of a template that people read, on one line."""
    return re.sub(r"\s+", " ", CODE.sub(" ", template.read_text())).lower()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: str(t.relative_to(ROOT)))
def test_a_template_says_it_in_the_words_of_the_list(template: Path) -> None:
    text = people_read(template)
    wrong = {
        no: f"write: {yes}"
        for no, yes in FORBIDDEN
        if re.search(rf"\b{re.escape(no)}", text)
    }

    assert wrong == {}


def test_percentages_have_no_blank_before_their_sign() -> None:
    wrong = [
        path.name
        for path in TEMPLATES
        if re.search(r"(\}\}|[0-9])\s+%[^}]", path.read_text())
    ]
    assert wrong == []


@pytest.mark.parametrize("word", EXPLAINED)
def test_a_riddling_word_is_explained_on_a_page(word: str) -> None:
    tag = f'{{% term "{word}" %}}'

    assert any(tag in template.read_text() for template in TEMPLATES)


def test_a_meaning_is_a_sentence() -> None:
    assert len(terms()) > 60
    for word in terms():
        assert re.fullmatch(r"[A-Z0-9].*\.", term_named(word)), word
