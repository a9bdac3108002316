"""What the annex promises for a day is asked for, and judged in promise checks."""

import datetime
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from evaltracker.decision import links
from evaltracker.decision.models import AnnexLine, CheckVerdict, PromiseCheck
from evaltracker.decision.selectors.promises import promised_rows
from evaltracker.decision.services.contract_terms import set_contract_term
from evaltracker.decision.services.promise_checks import (
    close_check,
    follow_annex,
    record_promises,
)
from evaltracker.errors import Refused
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.kinds import KINDS
from evaltracker.toolbox.days import today_in
from tests.clients import signed_in
from tests.factories import stakeholders, vendors
from tests.workflow.deciding import decided
from vendors.models import Candidate, PublishedDocument

pytestmark = pytest.mark.django_db
KIND = "annex_line_due"
DAYS = datetime.timedelta(days=1)
OFFSETS = [7, 0, -7, -14, -21, -28, -35, -42, -49, -56]


@pytest.fixture
def option(db: None) -> Candidate:
    return decided()[1]


def undertaking(option: Candidate) -> AnnexLine:
    """One without a requirement; made once."""
    said = {"candidate": option, "words": "A named engineer"}
    made = {"ruled_by": option.evaluation.owner}
    return AnnexLine.objects.get_or_create(**said, defaults=made)[0]


def put_forward(option: Candidate, version: int = 1, *, ahead: int = 30) -> None:
    put_down(option, version, ahead=ahead)
    follow_annex(evaluation=option.evaluation)


def put_down(
    option: Candidate, version: int = 1, *, ahead: int = 30
) -> PublishedDocument:
    """P1 on R1 and an undertaking, both due so many days ahead; nothing is owed yet."""
    where = option.evaluation
    due = str(today_in(where.zone) + ahead * DAYS)
    lines: list[dict[str, Any]] = [
        {"line": "P1", "key": "R1", "due": due},
        {"line": "U1", "key": str(key(option)), "due": due},
    ]
    return vendors.annex(option, version, f"Version {version}", lines)


def key(option: Candidate) -> Any:
    return undertaking(option).pk


def check() -> PromiseCheck:
    return PromiseCheck.objects.get(months=3)


def looked_after(option: Candidate, by: Any) -> None:
    where = option.evaluation
    terms = {"starts_on": today_in(where.zone), "looks_after": by, "by": where.owner}
    set_contract_term(evaluation=where, **terms)


def pending() -> list[tuple[str, int]]:
    rows = Notice.objects.filter(kind=KIND, state="pending").order_by("-offset_days")
    return sorted(
        ((row.recipient.username, row.offset_days) for row in rows if row.recipient),
        key=lambda told: (told[0], -told[1]),
    )


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_decision_page.py"
    "::test_a_draft_of_an_ended_evaluation_is_not_changed",
)
def test_a_check_asks_what_the_newest_version_lists(option: Candidate) -> None:
    assert [row.name for row in promised_rows(option)] == ["R1"]
    put_forward(option)
    assert [row.name for row in promised_rows(option)] == ["R1", "U1"]
    it, owner = stakeholders.holder("it"), option.evaluation.owner
    record_promises(check=check(), found={"R1": ("holds", "Seen.")}, by=it)
    with pytest.raises(Refused, match="U1"):
        close_check(check=check(), summary="", by=owner)
    browser = signed_in(it)
    act = f"/admin/act/judge-promises/{check().pk}/"
    assert "A named engineer" in browser.get(act).content.decode()
    sent = {f"found-{key(option)}": "fails", f"note-{key(option)}": "Nobody came."}
    assert browser.post(act, sent).status_code == 302
    verdict = CheckVerdict.objects.get(undertaking=key(option))
    assert (verdict.requirement, verdict.found) == (None, "fails")
    page = browser.get(links.page(option.evaluation, "promise_checks")).content.decode()
    assert "Nobody came." in page and "of the annex, version 1" in page
    close_check(check=check(), summary="", by=owner)


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_day_that_has_passed_is_asked_for_from_now_on",
)
def test_a_verdict_is_on_one_line_alone(option: Candidate) -> None:
    put_forward(option)
    said = {"promise_check": check(), "found": "holds", "note": "Seen."}
    said["recorded_by"] = option.evaluation.owner
    both = {"requirement": option.evaluation.requirements.get(ref="R1")}
    for about in ({}, {**both, "undertaking": undertaking(option)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CheckVerdict.objects.create(**said, **about)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_it_ends_once_a_check_has_judged_each_line_on_the_day",
)
def test_a_day_owes_one_mail_to_each_however_often_it_is_followed(
    option: Candidate,
) -> None:
    keeper, owner = stakeholders.holder("it"), option.evaluation.owner
    looked_after(option, keeper)
    put_forward(option)
    for _ in range(20):
        follow_annex(evaluation=option.evaluation)
    expected = [
        (person.username, offset) for person in (owner, keeper) for offset in OFFSETS
    ]
    assert pending() == sorted(expected, key=lambda told: (told[0], -told[1]))
    notice = Notice.objects.filter(kind=KIND).first()
    assert notice is not None
    message = KINDS[KIND].compose(notice)
    assert "P1 and U1" in message.text
    assert "Acme" not in message.text


def test_a_day_that_has_passed_is_asked_for_from_now_on(option: Candidate) -> None:
    put_forward(option, ahead=-10)
    assert [offset for _, offset in pending()] == [-14, -21, -28, -35, -42, -49, -56]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_purchase_without_one_owes_nothing",
)
def test_who_looks_after_it_later_is_told_and_who_does_no_more_is_not(
    option: Candidate,
) -> None:
    first, second = stakeholders.holder("it"), stakeholders.holder("pm")
    looked_after(option, first)
    put_forward(option)
    looked_after(option, second)
    rows = Notice.objects.filter(kind=KIND, offset_days=0)
    holds = {
        row.recipient: KINDS[KIND].holds(row)
        for row in rows.select_related("evaluation")
    }
    assert holds == {
        option.evaluation.owner: "",
        second: "",
        first: "Somebody else looks after the contract now.",
    }


def test_a_new_version_is_asked_for_anew(option: Candidate) -> None:
    put_forward(option)
    put_forward(option, 2, ahead=60)
    rows = Notice.objects.filter(kind=KIND)
    newest = set(rows.filter(state="pending").values_list("occurrence", flat=True))
    assert newest == {str(today_in(option.evaluation.zone) + 60 * DAYS)}
    assert rows.exclude(state="pending").count() == 10
    assert pending()[0][1] == 7


def test_it_ends_once_a_check_has_judged_each_line_on_the_day(
    option: Candidate,
) -> None:
    put_forward(option)
    late = Notice.objects.get(kind=KIND, offset_days=-7)
    found = {"R1": ("holds", "Seen."), str(key(option)): ("holds", "Seen.")}
    # Before the day nobody knows whether it will hold then.
    record_promises(check=check(), found=found, by=stakeholders.holder("it"))
    assert KINDS[KIND].holds(late) == ""
    day = datetime.datetime.fromisoformat(late.occurrence) + datetime.timedelta(
        hours=12
    )
    with time_machine.travel(day.replace(tzinfo=datetime.UTC)):
        it = stakeholders.holder("it")
        record_promises(check=check(), found={"R1": ("fails", "Gone.")}, by=it)
        assert KINDS[KIND].holds(late) == ""
        assert "U1" in KINDS[KIND].compose(late).text
        again = {str(key(option)): ("holds", "Still.")}
        record_promises(check=check(), found=again, by=it)
        assert KINDS[KIND].holds(late) == "A check has judged it."


def test_what_was_planned_for_nobody_is_planned_with_the_annex(
    option: Candidate,
) -> None:
    PromiseCheck.objects.all().delete()
    put_forward(option)
    assert [row.months for row in PromiseCheck.objects.all()] == [3, 6, 12]


def test_a_purchase_without_one_owes_nothing(option: Candidate) -> None:
    where: Evaluation = option.evaluation
    follow_annex(evaluation=where)
    looked_after(option, stakeholders.holder("it"))
    assert not Notice.objects.filter(kind=KIND).exists()
