"""Pages explain the riddling words of the list where they stand."""

import re

import pytest

from evaltracker.pages.terms import term_named, terms
from tests.house.floors import ROOT

TEMPLATES = [
    path
    for app in ("evaltracker", "stakeholders", "vendors", "trials")
    for path in sorted((ROOT / app).rglob("templates/**/*.*"))
    if path.suffix in {".html", ".txt"}
]
EXPLAINED = (
    *("gate", "standing", "fit", "coverage", "slipped", "promise record", "weight"),
    *("sign-off rule", "substitute", "not stated"),
)


@pytest.mark.parametrize("word", EXPLAINED)
def test_a_riddling_word_is_explained_on_a_page(word: str) -> None:
    tag = f'{{% term "{word}" %}}'

    assert any(tag in template.read_text() for template in TEMPLATES)


def test_a_meaning_is_a_sentence() -> None:
    assert len(terms()) > 60
    for word in terms():
        assert re.fullmatch(r"[A-Z0-9].*\.", term_named(word)), word
