"""An act that a page performs in place: the same right, answered as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from evaltracker.evaluations.models import Requirement
from tests.factories import common

if TYPE_CHECKING:
    from collections.abc import Callable

    from evaltracker.evaluations.models import User

    LogIn = Callable[[User], Client]

pytestmark = pytest.mark.usefixtures("known_acts")


def post(client: Client, requirement: Requirement, **form: str) -> tuple[int, Any]:
    """Do it in place; the status, and what the answer says."""
    path = f"/admin/act/test-reword/{requirement.pk}/"
    data = {"version": "1", "text": "New words", **form}
    answer = client.post(path, data, headers={"Accept": "application/json"})
    assert answer.headers["Content-Type"] == "application/json"
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.status_code, answer.json()


def test_it_is_done_and_the_page_that_shows_it_is_named(
    as_user: LogIn, requirement: Requirement
) -> None:
    client = as_user(requirement.evaluation.owner)
    back = "/admin/e/x/#requirement-1"
    status, said = post(client, requirement, next=back)
    assert (status, said) == (200, {"said": "It has new words.", "page": back})
    requirement.refresh_from_db()
    assert requirement.text == "New words"
    # Said once: no message waits for the next page.
    assert "It has new words." not in client.get("/admin/").content.decode()


def test_what_is_wrong_stands_by_its_field(
    as_user: LogIn, requirement: Requirement
) -> None:
    client = as_user(requirement.evaluation.owner)
    status, said = post(client, requirement, text="")
    assert status == 400
    assert said["errors"] == {"text": ["This field is required."]}
    status, said = post(client, requirement, ending="invalid")
    assert status == 400
    assert said["errors"]["text"] == ["Too vague."]
    assert "Odd." in said["sentence"]


def test_a_refusal_is_its_sentence_and_what_stands_now(
    as_user: LogIn, requirement: Requirement
) -> None:
    client = as_user(requirement.evaluation.owner)
    status, said = post(client, requirement, ending="refused")
    assert (status, said["sentence"]) == (409, "Claims are closed since noon.")
    status, said = post(client, requirement, ending="stale", version="7")
    assert (status, said["sentence"]) == (409, "It changed.")
    assert said["difference"] == "- old words\n+ new words"
    assert said["versions"] == {"version": "1"}


def test_it_is_nobody_elses_to_do_and_hidden_from_strangers(
    as_user: LogIn, requirement: Requirement
) -> None:
    where = requirement.evaluation
    where.readers.add(common.otto())
    assert post(as_user(common.otto()), requirement)[0] == 403
    status, said = post(as_user(common.noor()), requirement)
    assert status == 404
    assert requirement.text not in str(said)
    requirement.refresh_from_db()
    assert requirement.text != "New words"


def test_somebody_who_is_logged_out_is_sent_to_log_in(
    client: Client, requirement: Requirement
) -> None:
    path = f"/admin/act/test-reword/{requirement.pk}/"
    answer = client.post(path, {}, headers={"Accept": "application/json"})
    assert answer.status_code == 302
