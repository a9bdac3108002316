"""What is wrong with a file is said by JSON pointer, and nothing of it is kept."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from evaltracker.decision.services.exports import export_as_seen, export_whole
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import AccountEntry, Evaluation, User
from evaltracker.portable.reading import read_json
from tests.factories import common, vendors
from tests.factories.workflow import ready_to_advance
from tests.portable.files import carried_away, document, taken_in
from tests.workflow.deciding import decided

pytestmark = pytest.mark.django_db


def refused(told: dict[str, Any] | bytes) -> Invalid:
    with pytest.raises(Invalid) as caught:
        taken_in(told)
    assert not Evaluation.objects.exists()
    assert not User.objects.exists()
    assert not AccountEntry.objects.exists()
    return caught.value


def put(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """An alteration: `value` at a pointer; None takes away what is there."""

    def alter(told: Any) -> None:
        *steps, last = [
            int(text) if text.isdecimal() and len(text) < 4 else text
            for text in path.split("/")
        ]
        for step in steps:
            told = told[step]
        if value is None:
            del told[last]
        else:
            told[last] = value

    return alter


@pytest.mark.parametrize(
    ("pointer", "value", "words"),
    [
        ("evaluation/title", None, "missing"),
        ("evaluation/title", 7, "text"),
        ("evaluation/title", "x" * 151, "longer than 150"),
        ("evaluation/stage", "soon", "none of"),
        ("evaluation/zone", "Mars/Olympus", "not a known time zone"),
        ("evaluation/colour", "red", "not known here"),
        ("evaluation/owner", "nobody", "not among"),
        ("evaluation/created_at", "2026-01-01T00:00:00", "not written as it has to"),
        ("evaluation/created_at", "2999-01-01T00:00:00Z", "not come yet"),
        ("evaluation/budget", 250000, "text or null"),
        ("requirements/0/weight", 11, "at most 10"),
        ("requirements/0/category", "0" * 8, "not a “id” in “categories”"),
        ("requirements/0/text", "a\x00b", "cannot be kept"),
        ("stakeholders/0/user", "nobody", "a username"),
        ("visits/0/left_at", "2026-01-01T00:00:00Z", "one open visit"),
        ("journal/1/reason", "because", "altered"),
        ("journal/1/number", 9, "missing"),
        ("signed_documents/0/content", "other words", "SHA-256"),
        ("sign_offs/0/requester", "ivan", "the owner"),
        ("people/0/email", "ivan@example.com", ""),
        ("left_out", ["scores"], ""),
        ("files/" + "0" * 64, "YQ==", "Nothing names"),
    ],
)
@pytest.mark.nightly(
    reason="22 faults of a file; each push has that of the journal",
    short="[journal/1/reason-because-altered]",
)
def test_the_place_and_the_reason_are_told(
    pointer: str, value: Any, words: str
) -> None:
    told = document(carried_away(ready_to_advance()))
    put(pointer, value)(told)
    error = refused(told)
    said = " ".join(
        [error.sentence, *(text for every in error.errors.values() for text in every)]
    )
    assert words in said
    if words:
        first = pointer.split("/")[0]
        assert any(text.startswith(f"/{first}") for text in error.errors), error.errors


def test_a_frozen_memo_that_was_altered_is_refused() -> None:
    told = document(carried_away(decided()[0]))
    told["decision"][0]["memo"]["text"] = "We chose another."
    assert "/decision/0/memo_sha256" in refused(told).errors


def test_rows_that_contradict_each_other_are_refused_as_a_whole() -> None:
    told = document(carried_away(ready_to_advance()))
    again = {**told["requirements"][0], "id": "00000000-0000-4000-8000-000000000000"}
    told["requirements"].append(again)
    assert "contradict" in refused(told).sentence


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b"{", "no JSON"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a": NaN}', "no number"),
        (b'{"a": 1e999}', "no number"),
        (b"[" * 100_000, "deep"),
        (b"[" * 60 + b"]" * 60, "deep"),
        (b'["\\ud800"]', "cannot be kept"),
        (b"[]", "no export"),
        (b'{"format": "evaltracker-evaluation", "version": 2}', "version"),
    ],
)
def test_what_is_no_export_is_told(content: bytes, words: str) -> None:
    assert words in refused(content).sentence


def test_a_file_over_the_limit_is_not_read() -> None:
    with pytest.raises(Invalid, match="over 1 MB"):
        read_json(b" " * (2**20 + 1), limit=2**20)


def test_what_is_here_already_is_refused() -> None:
    where = ready_to_advance()
    content = export_whole(evaluation=where)
    with pytest.raises(Refused, match=f"here already, as “{where.slug}”"):
        taken_in(content)


def test_a_taken_name_is_given_anew_unless_it_was_asked_for() -> None:
    content = carried_away(ready_to_advance())
    common.evaluation()
    with pytest.raises(Refused, match="name of another"):
        taken_in(content, slug="choose-an-ml-platform")
    assert taken_in(content).slug == "choose-an-ml-platform-2"


def test_only_an_operator_takes_in_a_file() -> None:
    content = carried_away(ready_to_advance())
    for nobody in (common.lina(), common.noor()):
        with pytest.raises(Forbidden):
            taken_in(content, by=nobody)
    assert taken_in(content, by=common.otto()).imported.imported_by == common.otto()


def test_a_row_of_another_evaluation_is_never_overwritten() -> None:
    content = carried_away(ready_to_advance())
    other = common.evaluation(title="Another")
    row = common.requirement(other, text="As it was")
    told = document(content)
    told["requirements"][0]["id"] = str(row.pk)
    with pytest.raises(Invalid, match="contradict"):
        taken_in(told)
    row.refresh_from_db()
    assert row.text == "As it was"
    assert Evaluation.objects.get() == other


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_is_here_already_is_refused",
)
def test_a_name_of_another_company_is_refused() -> None:
    where = vendors.in_research(common.evaluation())
    vendors.invited(where)
    told = document(carried_away(where))
    vendors.vendor("Acme")
    told["vendors"][0]["name"] = "Acme Holding"
    with pytest.raises(Invalid) as caught:
        taken_in(told)
    assert "/vendors/0/slug" in caught.value.errors


def test_what_is_sealed_from_a_person_makes_a_file_that_nobody_takes_in() -> None:
    where = ready_to_advance()
    content = export_as_seen(evaluation=where, by=where.owner)
    assert document(content)["left_out"] == ["scores"]
    with pytest.raises(Invalid, match="not complete"):
        taken_in(content)


def test_the_command_prints_every_pointer(tmp_path: Path) -> None:
    told = document(carried_away(ready_to_advance()))
    told["evaluation"]["colour"] = "red"
    del told["evaluation"]["title"]
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(told))
    with pytest.raises(CommandError) as caught:
        call_command("import_evaluation", str(path), stdout=io.StringIO())
    assert "/evaluation/colour: It is not known here." in str(caught.value)
    assert "/evaluation/title: It is missing." in str(caught.value)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_evaluation", str(tmp_path / "none"))
