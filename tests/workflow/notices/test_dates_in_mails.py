"""What is asked is for today: a planned end is named, and attached, when it is near."""

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.gates.context import due_instant
from evaltracker.workflow.inbox import my_work
from tests.clients import signed_in
from tests.factories import stakeholders
from tests.workflow.comparing import spoken
from tests.workflow.notices.asking import later, mail_to

pytestmark = pytest.mark.django_db
CASES = Path(__file__).parents[2] / "data" / "cases" / "approvals_cases.json"
MAILS = {case["id"]: case for case in json.loads(CASES.read_text())["mails"]}


def days_of(case: dict[str, Any]) -> int:
    first, last = (
        datetime.date.fromisoformat(case["given"][name])
        for name in ("today", "stage_planned_end")
    )
    return (last - first).days


@pytest.mark.parametrize("case", MAILS.values(), ids=MAILS)
def test_a_mail_names_the_planned_end_of_the_next_14_days_only(
    where: Evaluation, case: dict[str, Any]
) -> None:
    end = due_instant(where)
    assert end is not None
    day = end.astimezone(datetime.UTC).date()
    six = datetime.datetime.combine(day, datetime.time(6), datetime.UTC)
    asked = max(six - datetime.timedelta(days=days_of(case)), timezone.now())
    with time_machine.travel(asked, tick=False), later(minutes=11):
        mail = mail_to(stakeholders.holder("it"))
    expect = case["expect"]
    says = f"The stage should close by {day:%-d %B}."
    assert (says in mail.text) is expect["ics"]
    assert (mail.ics is not None) is expect["ics"]
    assert ("says" in expect) is expect["ics"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_my_work.py"
    "::test_changed_words_are_to_be_signed_again",
)
def test_d1_the_mail_says_what_by_whom_and_since_when(where: Evaluation) -> None:
    with later(minutes=11):
        mail = mail_to(stakeholders.holder("it"))
        asked = datetime.datetime.now(datetime.UTC)
        (row,) = [x for x in my_work(stakeholders.holder("it")) if x.kind == "sign_off"]
        page = spoken(signed_in(stakeholders.holder("it")).get("/admin/").text)
    subject = MAILS["D1"]["expect"]["subject"]
    subject = subject.replace("Choose a data catalogue", where.title)
    assert mail.subject == subject.replace("PM", "IT")
    assert f"Asked by Lina Lead on {asked:%-d %B}. It's your turn" in mail.text
    assert "2027" not in mail.text
    assert row.group == MAILS["D1"]["expect"]["my_work"][0]
    assert f"asked {asked:%-d %b}" in page
