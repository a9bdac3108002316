"""Every action that is recorded reads as a sentence in the journal."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from evaltracker.evaluations.account_log import IMPORTED
from evaltracker.evaluations.choices import VisitEnd
from evaltracker.evaluations.models import Entry
from evaltracker.evaluations.tables import COVERED
from evaltracker.pages.workspace import (
    FIELD,
    JOURNAL,
    Known,
    deed,
    entry_sentence,
    phrases_of,
    whole_journal,
)

ROOT = Path(__file__).parents[2]
APPS = ("evaltracker", "stakeholders", "vendors", "trials")
ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
# Nothing records these any more; entries of before are still told.
OF_BEFORE = {
    *("claims.words_explained", "chat.set", "chat.removed"),
    *(f"mailed_sheet.{done}" for done in ("uploaded", "entered", "confirmed")),
}
NOBODY = Known({}, {}, {})
# Actions that are put together: their beginning, and what may follow.
MADE = {
    "stage.": tuple(VisitEnd.values),
    "file.": ("attached", "removed"),
    "comment.": ("added", "replied", "resolved", "reopened", "withdrawn"),
    "promise_check.": ("moved", "waived", "judged", "measured", "closed"),
    "contract_term.": ("entered", "changed", "settled", "renewed"),
}


def recorded() -> Iterator[str]:
    """The actions that the services name, and those that they put together."""
    yield from (IMPORTED, COVERED)
    for app in APPS:
        # A small app has its services in one module.
        folders = (ROOT / app).rglob("services/**/*.py")
        for path in sorted([*folders, *(ROOT / app).rglob("services.py")]):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    if ACTION.fullmatch(node.value):
                        yield node.value
                elif isinstance(node, ast.keyword) and node.arg == "action":
                    yield from put_together(node.value)


def put_together(value: ast.expr) -> Iterator[str]:
    """What an action may become that begins with a constant; one whose beginning stands
    not in the table fails here."""
    if isinstance(value, ast.JoinedStr):
        start = value.values[0]
        assert isinstance(start, ast.Constant)
        beginning = str(start.value)
        for end in MADE[beginning]:
            yield f"{beginning}{end}"


@cache
def actions() -> list[str]:
    """All of them. A signal's sender is no action, and no file of words."""
    return sorted(
        action
        for action in set(recorded()) - {"evaltracker.address"}
        if not action.endswith(".json")
    )


def test_the_list_of_actions_is_found() -> None:
    assert len(actions()) > 155
    known = {"score.settled", "stage.sent_back", "promise_check.judged"}
    assert known <= set(actions())


def test_each_action_has_words() -> None:
    assert [action for action in actions() if phrases_of(action) is None] == []
    for action in actions():
        plain, named = phrases_of(action) or ("", "")
        assert not FIELD.search(plain), action
        for sentence in filter(None, (plain, named)):
            assert sentence[0].islower(), action
            assert sentence[-1] != ".", action


def test_no_words_are_left_of_an_action_that_is_gone() -> None:
    assert set(whole_journal().words) - set(actions()) == OF_BEFORE


def test_no_two_apps_say_different_things_of_the_same() -> None:
    for whole, *parts in zip(whole_journal(), *JOURNAL.values(), strict=True):
        assert len(whole) == sum(map(len, parts)), whole


def settled() -> Entry:
    """A score that the meeting settled; its row has no name."""
    candidate = f"Acme ML [{'0' * 36}]"
    return Entry(
        action="score.settled",
        actor_name="Lina Lead",
        subject_type="settlement",
        subject_label="Settlement 750d3bda",
        before={},
        after={"candidate": candidate, "category": "Security", "value": 3},
    )


def test_a_settlement_names_candidate_and_category_and_no_id() -> None:
    said = "Lina Lead settled the score of Acme ML in Security at 3."
    assert entry_sentence(settled(), NOBODY, sealed=False) == said


def test_a_sealed_entry_tells_no_value() -> None:
    said = entry_sentence(settled(), NOBODY, sealed=True)
    assert said == "Lina Lead settled a score in the meeting."


def test_what_another_version_recorded_is_said_without_its_id() -> None:
    entry = settled()
    entry.action = "score.auctioned"
    assert deed(entry, NOBODY, sealed=False) == "recorded “score auctioned”"


def test_addresses_and_long_texts_stay_out_of_sentences() -> None:
    entry = settled()
    entry.action, entry.after = "question.asked", {"text": f"a@b.example {'x' * 300}"}
    said = deed(entry, NOBODY, sealed=False)
    assert "b.example" not in said
    assert len(said) < 140


def test_rows_without_a_name_are_named_by_what_they_say() -> None:
    assert {"milestone", "criterion", "demo", "question"} <= set(whole_journal().names)
