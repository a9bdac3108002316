"""The contract: its dates, who is reminded of them, and what becomes of it."""

import datetime
from typing import Any

import pytest
import time_machine

from evaltracker.decision.models import ContractTerm, Decision
from evaltracker.decision.services.contract_terms import (
    set_contract_term,
    settle_contract_term,
)
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.notices.calendars import DATES
from evaltracker.notices.kinds import KINDS
from evaltracker.toolbox.days import today_in
from evaltracker.toolbox.working_days import months_after
from evaltracker.workflow.inbox import my_work
from tests.factories import common, stakeholders
from tests.workflow.deciding import decided, ready_to_decide

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def where(db: None) -> Evaluation:
    found, _ = decided()
    return found


def enter(where: Evaluation, **changed: Any) -> ContractTerm:
    """From today for two years, with three months' notice; IT looks after it."""
    today = today_in(where.zone)
    return set_contract_term(
        **{
            "evaluation": where,
            "starts_on": today,
            "ends_on": months_after(today, 24),
            "notice_months": 3,
            "looks_after": stakeholders.holder("it"),
            "by": where.owner,
            **changed,
        }
    )


def pending(term: ContractTerm) -> list[tuple[str, int]]:
    rows = Notice.objects.filter(
        kind="contract_notice_due", subject_id=str(term.pk), state="pending"
    ).select_related("recipient")
    return sorted(
        (row.recipient.username, row.offset_days) for row in rows if row.recipient
    )


def everybody(*days: int) -> list[tuple[str, int]]:
    return sorted((name, day) for name in ("ivan", "lina") for day in days)


@pytest.mark.parametrize(
    ("end", "months", "notice"),
    [
        ("2027-05-31", 3, "2027-02-28"),
        ("2028-05-31", 3, "2028-02-29"),
        ("2028-02-29", 12, "2027-02-28"),
        ("2027-12-31", 1, "2027-11-30"),
        ("2027-01-15", 1, "2026-12-15"),
    ],
)
def test_the_last_day_of_notice_is_counted_back_from_the_end(
    end: str, months: int, notice: str
) -> None:
    term = ContractTerm(ends_on=datetime.date.fromisoformat(end), notice_months=months)
    assert str(term.notice_day) == notice
    term.notice_on = datetime.date(2026, 1, 1)
    assert term.deadline == datetime.date(2026, 1, 1)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_decision_page.py"
    "::test_a_draft_of_an_ended_evaluation_is_not_changed",
)
def test_its_keeper_and_the_owner_are_reminded_before_the_notice_day(
    where: Evaluation,
) -> None:
    term = enter(where)
    assert pending(term) == everybody(90, 30, 7)
    notice = Notice.objects.filter(kind="contract_notice_due").first()
    assert notice is not None
    kind = KINDS["contract_notice_due"]
    assert kind.holds(notice) == ""
    message = kind.compose(notice)
    assert "Last day to give notice" in message.subject
    assert message.ics is not None
    # Which vendor it is stands on the page, not in the mail.
    assert "Acme" not in message.text


def test_moved_dates_are_reminded_of_anew(where: Evaluation) -> None:
    enter(where)
    old = Notice.objects.filter(kind="contract_notice_due").first()
    term = enter(where, notice_months=6, remind_days=[14, 0])
    assert pending(term) == everybody(14, 0)
    assert old is not None
    old.refresh_from_db()
    assert old.state == "suppressed"
    assert "were changed" in KINDS["contract_notice_due"].holds(old)
    assert enter(where, notice_months=6, remind_days=[14, 0]).occurrence == 2


def test_reminders_that_are_past_collapse_into_one(where: Evaluation) -> None:
    today = today_in(where.zone)
    term = enter(where, ends_on=today + 20 * DAY, notice_months=None)
    assert pending(term) == everybody(30, 7)


def test_of_a_notice_day_that_is_over_nobody_is_reminded(where: Evaluation) -> None:
    today = today_in(where.zone)
    term = enter(
        where,
        starts_on=today - 400 * DAY,
        ends_on=today + 30 * DAY,
        notice_months=3,
    )
    assert pending(term) == []
    (item,) = [row for row in my_work(where.owner) if row.kind == "contract_term"]
    assert item.late


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ends_on": -1}, "ends_on"),
        ({"notice_on": 30, "ends_on": 20}, "notice_on"),
        ({"ends_on": 20, "notice_months": 3}, "notice_months"),
        ({"ends_on": None, "renewal_months": 12}, "renewal_months"),
    ],
)
def test_dates_that_contradict_each_other_are_refused(
    where: Evaluation, changed: dict[str, Any], field: str
) -> None:
    today = today_in(where.zone)
    dates = {
        name: today + value * DAY if name.endswith("_on") and value else value
        for name, value in changed.items()
    }
    with pytest.raises(Invalid) as told:
        enter(where, **dates)
    assert list(told.value.errors) == [field]
    assert not ContractTerm.objects.exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_of_a_notice_day_that_is_over_nobody_is_reminded",
)
def test_it_is_work_from_the_first_reminder_until_it_is_settled(
    where: Evaluation,
) -> None:
    term = enter(where)
    ivan = stakeholders.holder("it")

    def waits(person: Any) -> bool:
        return any(row.kind == "contract_term" for row in my_work(person))

    assert term.deadline is not None
    assert not waits(ivan)
    day = datetime.datetime.combine(term.deadline - 90 * DAY, datetime.time(12))
    with time_machine.travel(day):
        assert waits(ivan)
        assert waits(where.owner)
        assert not waits(stakeholders.holder("pm"))
    with pytest.raises(Forbidden):
        settle_contract_term(
            term=term, outcome="ends", note="x", by=stakeholders.holder("pm")
        )
    with pytest.raises(Invalid):
        settle_contract_term(term=term, outcome="ends", note=" ", by=ivan)
    settle_contract_term(term=term, outcome="ends", note="Sent by post.", by=ivan)
    assert pending(term) == []
    with time_machine.travel(day):
        assert not waits(ivan)
    with pytest.raises(Refused):
        settle_contract_term(term=term, outcome="ends", note="x", by=ivan)
    # Other dates are another question.
    assert enter(where, notice_months=2).outcome == ""


def test_what_renews_automatically_runs_to_its_next_end(where: Evaluation) -> None:
    term = enter(where, renewal_months=12)
    end, notice = term.ends_on, term.notice_day
    assert end is not None
    assert notice is not None
    term = settle_contract_term(
        term=term, outcome="goes_on", note="All are content.", by=where.owner
    )
    assert term.ends_on == months_after(end, 12)
    assert pending(term) == everybody(90, 30, 7)
    entry = Entry.objects.filter(action="contract_term.renewed").get()
    assert entry.reason == "All are content."


def test_the_owner_enters_it_once_it_is_decided_and_the_memo_stays() -> None:
    where, _ = ready_to_decide()
    with pytest.raises(Refused):
        enter(where)


def test_the_memo_and_its_seal_stay_as_they_were(where: Evaluation) -> None:
    before = Decision.objects.values().get()
    enter(where)
    with pytest.raises(Forbidden):
        enter(where, by=stakeholders.holder("it"))
    with pytest.raises(Invalid, match="has no part"):
        enter(where, looks_after=common.noor())
    assert Decision.objects.values().get() == before
    entry = Entry.objects.filter(action="contract_term.entered").get()
    assert entry.after["notice_months"] == 3


def test_it_stands_in_the_calendars_of_those_who_look_after_it(
    where: Evaluation,
) -> None:
    term = enter(where)

    def dates(person: Any) -> list[str]:
        found = [date for add in DATES for date in add(person)]
        return [date.what for date in found if date.uid == str(term.pk)]

    assert dates(stakeholders.holder("it")) == ["Last day to give notice"]
    assert dates(where.owner) == ["Last day to give notice"]
    assert dates(stakeholders.holder("pm")) == []
