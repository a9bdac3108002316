"""My work as a list: by day, alike work in one row, put off."""

import datetime
from typing import Any

import pytest
from django.test import Client

from evaltracker.evaluations.models import Entry, Evaluation, Notice, User
from evaltracker.workflow.admin import my_work as work_module
from evaltracker.workflow.inbox import WorkItem, my_work
from evaltracker.workflow.inbox.glances import grouped
from evaltracker.workflow.inbox.items import LATER, OTHERS, THIS_WEEK, TODAY
from evaltracker.workflow.models import Snooze
from tests.clients import signed_in
from tests.factories import common, stakeholders
from trials.services.milestones import add_milestone

pytestmark = pytest.mark.django_db
NOON = datetime.time(12)
ONE_DAY = datetime.timedelta(days=1)


def today() -> datetime.date:
    return datetime.datetime.now(tz=datetime.UTC).date()


def item(where: Evaluation, kind: str, days: int | None, **more: Any) -> WorkItem:
    """A piece of work that is due in so many days."""
    due = None if days is None else today() + datetime.timedelta(days=days)
    said: dict[str, Any] = {
        "what": f"{kind} {days}",
        "why": "",
        "link": f"/{kind}/{days}/",
        "late": days is not None and days < 0,
    } | more
    return WorkItem(where, said.pop("what"), said.pop("why"), due, kind=kind, **said)


def names(items: list[WorkItem]) -> dict[str, list[str]]:
    groups = grouped(items)
    return {group.name: [line.what for line in group.lines] for group in groups}


@pytest.mark.parametrize(
    ("kind", "days", "more", "group"),
    [
        ("milestone", -1, {}, TODAY),
        ("milestone", 0, {}, TODAY),
        ("milestone", 7, {}, THIS_WEEK),
        ("milestone", 8, {}, LATER),
        ("questions", None, {}, THIS_WEEK),
        ("sign_off", 30, {}, TODAY),
        ("contract", 30, {}, TODAY),
        ("scores", 30, {}, LATER),
        ("scores", 30, {"asked": True}, TODAY),
        ("sign_off", 30, {"waits": True}, OTHERS),
        ("interests", 30, {}, LATER),
    ],
)
def test_it_stands_where_its_day_or_whoever_waits_puts_it(
    kind: str, days: int | None, more: dict[str, Any], group: str
) -> None:
    where = common.evaluation()
    assert item(where, kind, days, **more).group == group


def test_interests_stand_below_what_is_urgent() -> None:
    where = common.evaluation()
    late = item(where, "interests", -9)
    signed = item(where, "sign_off", 3)
    assert names([late, signed])[TODAY] == ["sign_off 3", "interests -9"]


def test_alike_work_of_one_evaluation_is_one_row() -> None:
    one, two = common.evaluation(title="One"), common.evaluation(title="Two")
    alike = [item(one, "milestone", days) for days in (9, 10, 11)]
    apart = [item(two, "milestone", 12), item(two, "questions", 9)]
    (later,) = grouped([*apart, *alike])
    until = today() + datetime.timedelta(days=11)
    assert [line.what for line in later.lines] == [
        f"3 milestones until {until.day} {until:%b}",
        "questions 9",
        "milestone 12",
    ]
    assert later.lines[0].link == f"/admin/e/{one.slug}/trials/"
    assert later.lines[0].first.day == alike[0].due


def test_what_is_late_and_what_comes_are_rows_of_their_own() -> None:
    where = common.evaluation()
    items = [item(where, "milestone", days) for days in (-3, -2, 2, 3)]
    last = today() + datetime.timedelta(days=3)
    assert names(items) == {
        TODAY: ["2 milestones"],
        THIS_WEEK: [f"2 milestones until {last:%A}"],
    }


def test_criteria_of_several_trials_are_counted_in_the_words_of_the_purchase() -> None:
    words = {"trial": "test period", "trials": "test periods"}
    where = common.evaluation(words=words)
    items = [item(where, "trial", days, count=days) for days in (3, 4)]
    assert names(items)[THIS_WEEK] == ["Judge 7 criteria, 2 test periods"]


@pytest.fixture
def ivan(db: None) -> User:
    """Owns three milestones and is to sign."""
    where = common.evaluation()
    common.requirement(where)
    stakeholders.stakeholders(where)
    stakeholders.sign_off_rules(where, roles=("it",))
    person = stakeholders.holder("it")
    for number in (20, 21, 22):
        day = today() + datetime.timedelta(days=number)
        add_milestone(
            evaluation=where,
            title=f"Step {number}",
            due_on=day,
            due_time=NOON,
            owner_user=person,
            by=where.owner,
        )
    return person


def put_off(client: Client, person: User, line: str, **data: str) -> int:
    where = next(it.evaluation for it in my_work(person) if it.line == line)
    answer = client.post(f"/admin/act/snooze-work/{where.pk}/", {"line": line, **data})
    return answer.status_code


def test_what_waits_on_others_is_not_counted(
    ivan: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = Evaluation.objects.get()
    found = [item(where, "scores", 3), item(where, "sign_off", 3, waits=True)]
    monkeypatch.setattr(work_module, "my_work", lambda user: found)
    page: Any = signed_in(ivan).get("/admin/")
    shown = {group.name: group.counts for group, _ in page.context["groups"]}
    assert shown == {THIS_WEEK: True, OTHERS: False}
    assert page.context["total"] == 1


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_day_has_to_be_one_to_wait_for[data3]",
)
def test_a_line_is_put_off_and_back_on_its_day(ivan: User) -> None:
    client = signed_in(ivan)
    line = next(it.line for it in my_work(ivan) if it.kind == "milestone")
    before = (Entry.objects.count(), Notice.objects.count())
    assert put_off(client, ivan, line, until=f"{today() + ONE_DAY}") == 302
    page: Any = client.get("/admin/")
    last = today() + datetime.timedelta(days=22)
    assert [line.what for line, _ in page.context["snoozed"]] == [
        f"3 milestones until {last.day} {last:%b}"
    ]
    assert "deadlines continue" in page.content.decode()
    # Nothing but the list knows: no entry, and no notice is taken back.
    assert (Entry.objects.count(), Notice.objects.count()) == before
    assert any(it.kind == "milestone" for it in my_work(ivan))
    Snooze.objects.update(until=today())
    page = client.get("/admin/")
    assert page.context["snoozed"] == []


def test_a_line_is_brought_back(ivan: User) -> None:
    client = signed_in(ivan)
    found = next(it for it in my_work(ivan) if it.kind == "milestone")
    put_off(client, ivan, found.line, until=f"{today() + ONE_DAY}")
    where = found.evaluation
    client.post(f"/admin/act/wake-work/{where.pk}/", {"line": found.line})
    assert not Snooze.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {"until": ""},
        {"until": "2020-01-01"},
        {"until": "2199-01-01"},
        {"until": "for ever"},
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[data3]"
)
def test_a_day_has_to_be_one_to_wait_for(ivan: User, data: dict[str, str]) -> None:
    line = next(it.line for it in my_work(ivan) if it.kind == "milestone")
    assert put_off(signed_in(ivan), ivan, line, **data) == 400
    assert not Snooze.objects.exists()


def test_only_what_waits_on_oneself_is_put_off(ivan: User) -> None:
    where = Evaluation.objects.get()
    lina = signed_in(where.owner)
    line = next(it.line for it in my_work(ivan) if it.kind == "milestone")
    data = {"line": line, "until": f"{today() + ONE_DAY}"}
    answer = lina.post(f"/admin/act/snooze-work/{where.pk}/", data)
    assert answer.status_code == 400
    noor = signed_in(common.noor())
    assert noor.post(f"/admin/act/snooze-work/{where.pk}/", data).status_code == 404


def test_nobody_reads_what_somebody_else_put_off(ivan: User) -> None:
    line = next(it.line for it in my_work(ivan) if it.kind == "milestone")
    put_off(signed_in(ivan), ivan, line, until=f"{today() + ONE_DAY}")
    for other in (common.otto(), Evaluation.objects.get().owner):
        assert not Snooze.objects.visible_to(other).exists()
