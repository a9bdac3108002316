"""Buttons name what they do, and times are written one way."""

import ast
import re

from tests.architecture.sentences import listing, tidy
from tests.architecture.source import PACKAGES, ROOT, trees

NO_VERB = {"To", "It", "The", "A", "This", "What", "Who", "Nobody", "Yes", "No", "Not"}
BUTTON = re.compile(r"<button\b(?:\"[^\"]*\"|[^>\"])*>(.*?)</button>", re.DOTALL)


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


def test_the_sentences_that_people_read_are_listed_by_file() -> None:
    text = listing()
    assert "## evaltracker/pages/" in text
    assert text.count("\n") > 1000
