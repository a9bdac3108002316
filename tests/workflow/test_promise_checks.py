"""Promise checks: planned when decided, judged, moved, waived, closed; told in time."""

import datetime

import pytest
import time_machine

from evaltracker.decision import links
from evaltracker.decision.models import Decision, PromiseCheck
from evaltracker.decision.selectors.promises import outcomes_of, promised_rows
from evaltracker.decision.services.promise_checks import (
    close_check,
    move_check,
    record_promises,
    waive_check,
)
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.notices.kinds import KINDS
from evaltracker.toolbox.days import today_in
from evaltracker.toolbox.working_days import months_after
from evaltracker.workflow.inbox import my_work
from evaltracker.workflow.services.stages import decide
from tests.clients import signed_in
from tests.factories import common, stakeholders
from tests.workflow.deciding import agree, decided, in_decision, leave_gap
from trials.models import Gap

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(db: None) -> Evaluation:
    found, _ = decided()
    return found


def check(months: int = 3) -> PromiseCheck:
    found: PromiseCheck = PromiseCheck.objects.get(months=months)
    return found


def pending(check: PromiseCheck) -> list[tuple[int, datetime.date]]:
    rows = Notice.objects.filter(
        kind="promise_check_due", subject_id=str(check.pk), state="pending"
    ).order_by("due_at")
    return [(row.offset_days, row.wall_time.date()) for row in rows]


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2026-01-31", 3, "2026-04-30"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2027-11-29", 3, "2028-02-29"),
        ("2026-11-24", 12, "2027-11-24"),
        ("2026-12-31", 6, "2027-06-30"),
    ],
)
def test_months_later_is_the_same_day_or_the_months_last(
    day: str, months: int, then: str
) -> None:
    found = months_after(datetime.date.fromisoformat(day), months)
    assert found.isoformat() == then


def test_deciding_plans_three_with_their_reminders(where: Evaluation) -> None:
    assert [check.months for check in PromiseCheck.objects.all()] == [3, 6, 12]
    day = check().due_on
    week = datetime.timedelta(days=7)
    assert pending(check()) == [(7, day - week), (0, day), (-7, day + week)]
    notice = Notice.objects.filter(kind="promise_check_due").first()
    assert notice is not None
    message = KINDS["promise_check_due"].compose(notice)
    assert "Acme" not in message.text
    assert message.ics is not None


def test_a_moved_check_is_reminded_of_anew_and_a_waived_one_not(
    where: Evaluation,
) -> None:
    new = check().due_on + datetime.timedelta(days=10)
    with pytest.raises(Invalid):
        move_check(check=check(), due_on=datetime.date(2020, 1, 1), by=where.owner)
    move_check(check=check(), due_on=new, by=where.owner)
    assert [day for offset, day in pending(check()) if not offset] == [new]
    with pytest.raises(Invalid):
        waive_check(check=check(), reason=" ", by=where.owner)
    waive_check(check=check(), reason="We left them.", by=where.owner)
    assert pending(check()) == []
    with pytest.raises(Refused):
        move_check(check=check(), due_on=new, by=where.owner)
    with pytest.raises(Forbidden):
        waive_check(check=check(6), reason="x", by=stakeholders.holder("it"))


def test_verdicts_are_given_changed_and_closed_and_the_memo_stays(
    where: Evaluation,
) -> None:
    before = Decision.objects.get().memo
    it = stakeholders.holder("it")
    with pytest.raises(Refused, match="R1"):
        close_check(check=check(), summary="", by=where.owner)
    for found in (
        {"R1": ("maybe", "x")},
        {"R1": ("holds", " ")},
        {"R9": ("holds", "x")},
    ):
        with pytest.raises(Invalid):
            record_promises(check=check(), found=found, by=it)
    with pytest.raises(Forbidden):
        record_promises(check=check(), found={}, by=common.noor())
    record_promises(check=check(), found={"R1": ("holds", "Seen live.")}, by=it)
    record_promises(check=check(), found={"R1": ("fails", "It broke.")}, by=it)
    entry = Entry.objects.filter(action="promise_check.judged").last()
    assert entry is not None
    assert entry.before == {"R1": "holds: Seen live."}
    close_check(check=check(), summary="Not kept.", by=where.owner)
    (one,) = outcomes_of([check()])
    assert (one.holds, one.fails, one.judged) == (0, 1, 1)
    with pytest.raises(Refused):
        record_promises(check=check(), found={"R1": ("holds", "x")}, by=it)
    assert Decision.objects.get().memo == before


def test_the_page_and_the_form_take_a_whole_check_at_once(where: Evaluation) -> None:
    priya = signed_in(stakeholders.holder("pm"))
    page = links.page(where, "promise_checks")
    act = f"/admin/act/judge-promises/{check().pk}/"
    body = priya.get(page).content.decode()
    assert "Judge" in body
    assert "move-check" not in body
    assert priya.post(act, {"found-R1": "holds", "note-R1": ""}).status_code == 400
    sent = {"found-R1": "partly", "note-R1": "Only in one region."}
    assert priya.post(act, sent).status_code == 302
    assert "Only in one region." in priya.get(page).content.decode()


def test_a_check_is_work_from_two_weeks_before(where: Evaluation) -> None:
    def listed() -> list[str]:
        return [
            item.what for item in my_work(where.owner) if item.kind == "promise_check"
        ]

    assert listed() == []
    soon = check().due_on - datetime.timedelta(days=10)
    with time_machine.travel(datetime.datetime.combine(soon, datetime.time(12))):
        assert listed() == ["Promise check: does it hold after 3 months?"]


def test_what_failed_and_an_open_gap_are_followed_up_whatever_they_weigh() -> None:
    where, option = in_decision()
    day = today_in(where.zone) + datetime.timedelta(days=30)
    found = leave_gap(option, promised_for=day)
    agree(where, option)
    decide(evaluation=where, by=where.owner)
    where.refresh_from_db()
    body = signed_in(where.owner).get(links.page(where, "promise_checks")).text
    assert "Not reached in three attempts." in body
    assert "It comes next month." in body
    refs = [row.name for row in promised_rows(option, [check()])]
    assert found.ref in refs
    week = datetime.timedelta(days=7)
    rows = Notice.objects.filter(kind="gap_promise_due", recipient=where.owner)
    days = sorted(row.wall_time.date() for row in rows)
    assert days == [day - week, day, day + week]
    notice = rows.first()
    assert notice is not None
    kind = KINDS["gap_promise_due"]
    assert kind.holds(notice) == ""
    assert "#gaps" in kind.compose(notice).text
    Gap.objects.update(promised_for=None)
    assert "Nothing is promised" in kind.holds(notice)
