"""Prices are opened by two people: one asks, another confirms (R28, T21)."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Notice, User
from evaltracker.notices.kinds import KINDS
from evaltracker.workflow.services.sign_offs import look_closely
from evaltracker.workflow.services.stages import cancel, send_back
from stakeholders.models import Stakeholder
from stakeholders.services.people import add_stakeholder, delegate
from tests.at_once import at_once
from tests.factories import common, stakeholders, vendors
from vendors.models import CostLine, PriceOpening
from vendors.policy import may_see_prices
from vendors.selectors.costs import is_sealed
from vendors.services.candidates import declare_conflict
from vendors.services.quotes import (
    ask_to_open_prices,
    confirm_price_opening,
    withdraw_price_opening,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Evaluation:
    """In the decision stage, a candidate in it, nobody with an interest."""
    made = vendors.in_research(common.evaluation())
    stakeholders.stakeholders(made, "it", "leadership")
    vendors.candidate(made)
    return vendors.enter(made, "decision")


@pytest.fixture
def viktor() -> User:
    return stakeholders.holder("leadership")


def ask(where: Evaluation) -> PriceOpening:
    return ask_to_open_prices(evaluation=where, by=where.owner)


def lend(where: Evaluation, to: User, role: str = "leadership") -> None:
    today = timezone.localdate() - datetime.timedelta(days=1)
    part = where.stakeholders.get(role=role)
    delegate(
        stakeholder=part,
        substitute=to,
        starts_on=today + datetime.timedelta(days=1),
        ends_on=today + datetime.timedelta(days=4),
        by=part.user,
    )


def actions(where: Evaluation) -> list[str]:
    rows = Entry.objects.filter(evaluation=where, action__startswith="prices.")
    return list(rows.order_by("number").values_list("action", flat=True))


def test_t21_nothing_is_visible_before_the_second_person_confirms(
    where: Evaluation, viktor: User
) -> None:
    opening = ask(where)
    where.refresh_from_db()
    assert not may_see_prices(viktor, where)
    confirm_price_opening(opening=opening, by=viktor)
    where.refresh_from_db()
    assert may_see_prices(viktor, where)
    assert actions(where) == ["prices.asked", "prices.opened"]
    asked, opened = reversed(
        Entry.objects.filter(evaluation=where).order_by("-number")[:2]
    )
    assert (asked.actor, opened.actor) == (where.owner, viktor)
    assert opened.after["asked_by"] == where.owner.name
    assert opened.after["confirmed_by"] == viktor.name
    assert opened.after["prices"] == {}
    opening.refresh_from_db()
    assert opening.confirmed_at == where.prices_opened_at


def test_it_is_asked_for_once_and_confirmed_once(
    where: Evaluation, viktor: User
) -> None:
    opening = ask(where)
    with pytest.raises(Refused, match="asked for already"):
        ask(where)
    confirm_price_opening(opening=opening, by=viktor)
    with pytest.raises(Refused, match="open already"):
        confirm_price_opening(opening=opening, by=viktor)
    with pytest.raises(Refused, match="open already"):
        ask(where)
    with pytest.raises(Refused, match="open already"):
        withdraw_price_opening(opening=opening, by=where.owner)


def test_only_the_owner_asks_and_only_in_the_decision_stage(
    where: Evaluation, viktor: User
) -> None:
    with pytest.raises(Forbidden):
        ask_to_open_prices(evaluation=where, by=viktor)
    vendors.enter(where, "trials")
    with pytest.raises(Refused, match="decision stage"):
        ask(where)


def test_the_owner_is_never_the_second_person(where: Evaluation) -> None:
    # A part from before the evaluation became theirs.
    Stakeholder.objects.create(evaluation=where, user=where.owner, role="finance")
    opening = ask(where)
    with pytest.raises(Forbidden, match="somebody else"):
        confirm_price_opening(opening=opening, by=where.owner)
    # Nor by lending the part to somebody, nor as a substitute of leadership.
    lend(where, stakeholders.holder("it"), role="finance")
    with pytest.raises(Forbidden, match="Only Leadership and Finance open prices"):
        confirm_price_opening(opening=opening, by=stakeholders.holder("it"))
    assert not may_see_prices(stakeholders.holder("it"), where)


@pytest.mark.parametrize("who", ["it", "operator", "stranger"])
def test_a_role_that_answers_for_the_money_is_needed(
    where: Evaluation, who: str
) -> None:
    people = {"it": stakeholders.holder("it"), "operator": common.otto()}
    opening = ask(where)
    with pytest.raises(Forbidden, match="Only Leadership and Finance open prices"):
        confirm_price_opening(opening=opening, by=people.get(who) or common.noor())


def test_a_friend_of_a_candidate_is_not_the_second_person(
    where: Evaluation, viktor: User
) -> None:
    opening = ask(where)
    declare_conflict(
        candidate=where.candidates.get(),
        has_interest=True,
        statement="Shares",
        by=viktor,
    )
    with pytest.raises(Forbidden, match="declared an interest"):
        confirm_price_opening(opening=opening, by=viktor)
    # Nor does somebody stand in for one.
    lend(where, stakeholders.holder("it"))
    with pytest.raises(Forbidden):
        confirm_price_opening(opening=opening, by=stakeholders.holder("it"))


def test_who_has_not_said_whether_they_have_an_interest_says_so_first(
    where: Evaluation, viktor: User
) -> None:
    opening = ask(where)
    where.candidates.get().conflicts.all().delete()
    with pytest.raises(Refused, match="eclare"):
        confirm_price_opening(opening=opening, by=viktor)


def test_a_substitute_confirms_and_both_names_are_kept(
    where: Evaluation, viktor: User
) -> None:
    ivan = stakeholders.holder("it")
    lend(where, ivan)
    opening = ask(where)
    confirm_price_opening(opening=opening, by=ivan)
    opening.refresh_from_db()
    assert (opening.confirmed_by, opening.on_behalf_of) == (ivan, viktor)
    entry = Entry.objects.get(action="prices.opened")
    assert entry.on_behalf_of == viktor.name


def test_without_anybody_to_confirm_it_says_how_to_mend_it(where: Evaluation) -> None:
    where.stakeholders.filter(role="leadership").update(left_at=timezone.now())
    with pytest.raises(Refused, match="Add a stakeholder with the role Leadership or"):
        ask(where)
    assert not PriceOpening.objects.exists()


def test_a_request_is_withdrawn_by_the_owner_and_lapses_with_the_stage(
    where: Evaluation, viktor: User
) -> None:
    opening = ask(where)
    with pytest.raises(Forbidden):
        withdraw_price_opening(opening=opening, by=viktor)
    withdraw_price_opening(opening=opening, by=where.owner)
    with pytest.raises(Refused, match="withdrawn"):
        confirm_price_opening(opening=opening, by=viktor)
    second = ask(where)
    send_back(evaluation=where, to_stage="trials", reason="Once more", by=where.owner)
    with pytest.raises(Refused, match="withdrawn"):
        confirm_price_opening(opening=second, by=viktor)
    where.refresh_from_db()
    ask(vendors.enter(where, "decision"))
    cancel(evaluation=where, reason="No money", by=where.owner)
    assert not PriceOpening.objects.awaited().exists()
    states = set(Notice.objects.filter(kind="prices_asked").values_list("state"))
    assert states == {("suppressed",)}
    assert actions(where) == ["prices.asked", "prices.ask_withdrawn"] * 3


def test_a_vendor_is_told_of_open_prices_only_while_quotes_are_taken_again(
    where: Evaluation,
) -> None:
    opened = vendors.open_prices(where)
    assert is_sealed(opened, timezone.now())
    send_back(evaluation=opened, to_stage="research", reason="Again", by=opened.owner)
    opened.refresh_from_db()
    assert not is_sealed(opened, timezone.now())
    assert is_sealed(vendors.close_by_deadline(opened), timezone.now())


def test_those_who_may_confirm_are_owed_a_mail_each_also_who_comes_later(
    where: Evaluation, viktor: User
) -> None:
    opening = ask(where)
    owed = Notice.objects.filter(kind="prices_asked")
    assert [notice.recipient for notice in owed] == [viktor]
    fay = common.person("fay")
    add_stakeholder(evaluation=where, user=fay, role="finance", by=where.owner)
    for _ in range(2):
        where.journal_head.refresh_from_db()
        look_closely(where)
    assert {notice.recipient for notice in owed.all()} == {viktor, fay}
    assert owed.all().count() == 2
    confirm_price_opening(opening=opening, by=viktor)
    assert set(owed.values_list("state", flat=True)) == {"suppressed"}


def owed(kind: str) -> list[tuple[str, int]]:
    """Who is owed a mail of that kind that still holds, and of which day it is."""
    rows = Notice.objects.filter(kind=kind).select_related("recipient", "evaluation")
    return sorted(
        (row.recipient.username, -row.offset_days)
        for row in rows
        if row.recipient and not KINDS[kind].holds(row)
    )


def after(where: Evaluation, *, days: float) -> datetime.datetime:
    """That many days later, when the chore has looked twice."""
    moment = timezone.now() + datetime.timedelta(days=days)
    with time_machine.travel(moment, tick=False):
        for _ in range(2):
            where.journal_head.refresh_from_db()
            look_closely(where)
    return moment


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_owner_is_told_when_nobody_may_confirm_any_more",
)
def test_who_may_confirm_is_reminded_and_the_owner_hears_of_the_second_time(
    where: Evaluation, viktor: User
) -> None:
    opening = ask(where)
    after(where, days=2.9)
    assert owed("prices_waiting") == []
    with time_machine.travel(after(where, days=3.1), tick=False):
        assert owed("prices_waiting") == [("viktor", 3)]
        assert owed("prices_escalated") == []
        fay = common.person("fay")
        add_stakeholder(evaluation=where, user=fay, role="finance", by=where.owner)
    with time_machine.travel(after(where, days=6.2), tick=False):
        assert owed("prices_asked") == [("fay", 0), ("viktor", 0)]
        assert owed("prices_escalated") == [("lina", 6)]
    # Who came on the fourth day is asked by the next look, and reminded from then on.
    with time_machine.travel(after(where, days=9.3), tick=False):
        assert owed("prices_waiting") == [
            ("fay", 3),
            ("viktor", 3),
            ("viktor", 6),
            ("viktor", 9),
        ]
        assert owed("prices_escalated") == [("lina", 6), ("lina", 9)]
        notice = Notice.objects.filter(kind="prices_escalated").latest("created_at")
        mail = KINDS[notice.kind].compose(notice)
        assert "for 9 days" in mail.subject
        assert f"{fay.name}, {viktor.name} were asked" in mail.text.replace("\n", " ")
        confirm_price_opening(opening=opening, by=viktor)
    rows = Notice.objects.filter(kind__startswith="prices_")
    assert set(rows.values_list("state", flat=True)) == {"suppressed"}


def test_the_owner_is_told_when_nobody_may_confirm_any_more(where: Evaluation) -> None:
    ask(where)
    where.stakeholders.filter(role="leadership").update(left_at=timezone.now())
    after(where, days=6.1)
    assert owed("prices_asked") == owed("prices_waiting") == []
    assert owed("prices_escalated") == [("lina", 6)]
    notice = Notice.objects.get(kind="prices_escalated")
    mail = KINDS[notice.kind].compose(notice).text.replace("\n", " ")
    assert "Nobody may confirm it. Add a stakeholder" in mail


def test_the_database_refuses_one_person_for_both(where: Evaluation) -> None:
    opening = ask(where)
    rows = PriceOpening.objects.filter(pk=opening.pk)
    now, owner = timezone.now(), where.owner
    for values in (
        {"confirmed_by": owner, "confirmed_at": now, "role": "finance"},
        {"confirmed_by": owner},
        {"on_behalf_of": owner},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        PriceOpening.objects.create(evaluation=where, asked_by=owner, asked_at=now)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_asks_and_one_confirms() -> None:
    where = vendors.in_research(common.evaluation())
    stakeholders.stakeholders(where, "leadership")
    fay = common.person("fay")
    add_stakeholder(evaluation=where, user=fay, role="finance", by=where.owner)
    where = vendors.enter(where, "decision")
    asked = at_once(8, lambda _: ask(where))
    (opening,) = [opening for opening in asked if isinstance(opening, PriceOpening)]
    assert {refused.code for refused in asked if isinstance(refused, Refused)} == {
        "asked_already"
    }
    two = (stakeholders.holder("leadership"), fay)
    done = at_once(8, lambda n: confirm_price_opening(opening=opening, by=two[n % 2]))
    assert {refused.code for refused in done if isinstance(refused, Refused)} == {
        "opened_already"
    }
    assert len([refused for refused in done if isinstance(refused, Refused)]) == 7
    assert actions(where) == ["prices.asked", "prices.opened"]
    assert not CostLine.objects.exists()
