"""What people read is plain, short and listed: docs/sentences.txt has all of it."""

import ast
import re

import pytest

from tests.house.floors import PACKAGES, ROOT
from tests.house.sentences import FILE, sentences, tidy, written
from tests.house.sizes import trees

# What was there before, and reads as a riddle.
RIDDLES = (
    *(
        "Show who you are",
        "What comes next asks for it",
        "to choose here",
        "As of entry",
    ),
    *("and in so many", "Claims were open", "judged on words that stand"),
    *("nobody has to be asked", "It takes place", "It is over", "dazzles off-script"),
    *("Draw them up", "forward once all is said", "cannot be taken back"),
    *("does not go on like this", "asked by mail yet", "Ask everybody anew"),
    *("Stay and round", "Nobody has a say yet", "Whoever clears it"),
    *(
        "Nobody reads them before",
        "so that no price sways",
        "is the least change of one",
    ),
    *("belongs to the names", "on you: what, why", "Open it to see what comes next"),
    *("hours saved are worth has not been said", "invites you to offer"),
    *(
        "Found missing",
        "Later answers are refused",
        "; planned by",
        "Whoever ",
        "whoever ",
    ),
)
LONGEST = 20
# Memos and letters are frozen; schemas and commands are no pages.
NOT_PAGES = re.compile(
    r"decision/memo/|decision/services/letters|/commands/|/api/|run_api|sheets\.json"
    r"|vendors/(fields|claims\.json)|/ocds|serving/|run_formats|evaluations/models/|vendors/models/"
    r"|costs/totals|vendors/unanswered\.html|parts/evidence\.html|contract_to_agree"
)
NO_VERB = {"To", "It", "The", "A", "This", "What", "Who", "Nobody", "Yes", "No", "Not"}
BUTTON = re.compile(r"<button\b(?:\"[^\"]*\"|[^>\"])*>(.*?)</button>", re.DOTALL)


def on_pages() -> list[tuple[str, str]]:
    """Every sentence of a page, with its file."""
    return [
        (name, sentence)
        for name, texts in sentences().items()
        if not NOT_PAGES.search(name)
        for text in texts
        for sentence in re.split(r"(?<=[.?!])\s+", text)
    ]


def test_every_sentence_is_listed() -> None:
    """Red? Read it aloud, then `python -m tests.house.sentences --write`."""
    listed, now = set(FILE.read_text().splitlines()), set(written().splitlines())
    assert sorted(now - listed) == [], "not in docs/sentences.txt"
    assert sorted(listed - now) == [], "gone, and still in docs/sentences.txt"


def test_no_riddle_comes_back(subtests: pytest.Subtests) -> None:
    pages = on_pages()
    assert pages
    for riddle in RIDDLES:
        with subtests.test(riddle):
            assert [place for place in pages if riddle in place[1]] == []


def test_no_sentence_of_a_page_has_more_than_twenty_words() -> None:
    assert [place for place in on_pages() if len(place[1].split()) > LONGEST] == []


def test_buttons_begin_with_a_verb() -> None:
    acts = [
        node.value.value
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "verb"
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]
    buttons = [
        tidy(re.sub(r"\{[%{#].*?[%}#]\}|<[^>]*>", "", text, flags=re.DOTALL))
        for package in PACKAGES
        for path in (ROOT / package).rglob("templates/**/*.html")
        for text in BUTTON.findall(path.read_text())
    ]
    assert len(acts) > 100
    assert len(buttons) > 50
    assert [text for text in (*acts, *buttons) if text.split(" ")[0] in NO_VERB] == []


def test_all_times_have_24_hours() -> None:
    """A browser's own language would write 04:03 AM beside 16:03."""
    scripts = (ROOT / "evaltracker/static/evaltracker").glob("*.js")
    calls = [
        (path.name, call)
        for path in scripts
        for call in re.findall(r"toLocale\w*String\([^,)]*", path.read_text())
    ]
    assert calls
    assert [
        call for call in calls if "Time" in call[1] and '"en-GB"' not in call[1]
    ] == []
