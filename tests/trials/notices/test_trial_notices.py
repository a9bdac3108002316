"""What a trial owes by mail: to agree, to answer, and what time brings."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Notice, User
from evaltracker.notices.kinds import KINDS
from evaltracker.workflow.inbox import my_work
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from trials.models import Trial
from trials.selectors.trials import contract_of
from trials.services.contracts import agree_contract, amend_contract, propose_contract
from trials.services.mails import (
    ask_again_for_agreement,
    tell_of_replies,
    warn_at_half_time,
)
from trials.services.trials import close_gap, record_gap, reply_to_gap
from vendors.models import Candidate
from vendors.services.contacts import add_contact

pytestmark = pytest.mark.django_db
BY_API = Actor(name="Acme by API")


@pytest.fixture
def acme() -> Candidate:
    option = trials.claimed(trials.platform("must"))
    assert option.vendor is not None
    add_contact(
        vendor=option.vendor,
        name="Vera",
        email="vera@acme.example",
        by=option.evaluation.owner,
    )
    vendors.enter(option.evaluation, "trials")
    return option


def owed(kind: str) -> list[Notice]:
    return list(Notice.objects.filter(kind=kind).order_by("occurrence"))


def still_right(notice: Notice) -> str:
    return KINDS[notice.kind].holds(notice)


def words(notice: Notice) -> str:
    message = KINDS[notice.kind].compose(notice)
    return f"{message.subject}\n{message.text}\n{message.html}"


def say_yes(trial: Trial, who: User) -> Trial:
    return agree_contract(trial=trial, digest=contract_of(trial).digest, by=who)


def test_every_role_is_asked_to_agree_and_no_longer_once_it_has(
    acme: Candidate,
) -> None:
    planned = trials.trial(acme, agreed=False)
    assert owed("contract_to_agree") == []
    trial = propose_contract(trial=planned, by=acme.evaluation.owner)
    asked = owed("contract_to_agree")
    assert len(asked) == len(stakeholders.PEOPLE)
    it = stakeholders.holder("it")
    assert [item.kind for item in my_work(it) if item.kind == "contract"] == [
        "contract"
    ]
    assert "Agree to the terms" in signed_in(it).get("/admin/").content.decode()
    say_yes(trial, it)
    done = [still_right(notice) for notice in asked if notice.recipient == it]
    assert done == ["The role has agreed."]
    assert [item.kind for item in my_work(it) if item.kind == "contract"] == []
    assert [
        notice for notice in asked if notice.recipient != it and still_right(notice)
    ] == []


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/admin/test_runs_on_the_page.py"
    "::test_the_page_shows_the_runs_against_the_bound_and_proposes",
)
def test_who_has_not_agreed_is_asked_again_every_three_days(acme: Candidate) -> None:
    planned = trials.trial(acme, agreed=False)
    trial = propose_contract(trial=planned, by=acme.evaluation.owner)
    say_yes(trial, stakeholders.holder("it"))
    asked = len(owed("contract_to_agree"))
    for days, more in ((2, 0), (3, asked - 1), (5, asked - 1), (6, 2 * (asked - 1))):
        later = timezone.now() + datetime.timedelta(days=days, hours=1)
        with time_machine.travel(later, tick=False):
            ask_again_for_agreement()
            ask_again_for_agreement()
        assert len(owed("contract_to_agree")) == asked + more, days
    last = Notice.objects.get(
        kind="contract_to_agree", offset_days=-6, recipient=stakeholders.holder("pm")
    )
    assert still_right(last) == ""
    assert "waiting for 6 days" in words(last)
    page = signed_in(trial.lead).get(f"/admin/trials/{trial.pk}/").content.decode()
    assert "Day one has come, and the contract is not agreed" in page


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_a_numbered_change_asks_anew_and_stops_the_older_mail(acme: Candidate) -> None:
    trial = trials.trial(acme)
    before = owed("contract_to_agree")
    amend_contract(
        trial=trial, workload="Half of it.", reason="Late data.", by=trial.lead
    )
    everybody = owed("contract_to_agree")
    assert len(everybody) == 2 * len(before)
    late = everybody[-1]
    assert still_right(late) == ""
    assert "again" in words(late)
    assert "Half of it" not in words(late)
    assert {still_right(notice) for notice in before} == {
        "The contract has other words now."
    }


def test_the_vendor_hears_of_a_gap_while_it_can_help(acme: Candidate) -> None:
    trial = trials.trial(acme)
    gap = record_gap(
        trial=trial, severity="challenge", text="No SSO.", by=acme.evaluation.owner
    )
    (notice,) = owed("gap_found")
    assert (notice.address, notice.addressee) == ("vera@acme.example", "Vera")
    assert still_right(notice) == ""
    assert "/api/" not in words(notice)
    assert "SSO" not in words(notice)
    close_gap(gap=gap, note="It is there.", by=trial.lead)
    assert still_right(notice) == "The gap is closed."


def test_the_lead_hears_of_each_reply_of_the_vendor_once(acme: Candidate) -> None:
    trial = trials.trial(acme)
    gap = record_gap(
        trial=trial, severity="challenge", text="No SSO.", by=acme.evaluation.owner
    )
    reply_to_gap(gap=gap, reply="They said: soon.", by=trial.lead)
    tell_of_replies()
    assert owed("gap_replied") == []
    reply_to_gap(gap=gap, reply="From March on.", by=BY_API)
    tell_of_replies()
    tell_of_replies()
    (first,) = owed("gap_replied")
    assert first.recipient == trial.lead
    assert "March" not in words(first)
    reply_to_gap(gap=gap, reply="From April on.", by=BY_API)
    tell_of_replies()
    assert [still_right(notice) for notice in owed("gap_replied")] == [
        "There is a newer reply.",
        "",
    ]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_half_time_warns_lead_and_owner_once_while_a_must_have_is_untouched(
    acme: Candidate,
) -> None:
    today = datetime.date.today()  # noqa: DTZ011  the cast's trials run now
    trial = trials.trial(acme, starts_on=today - datetime.timedelta(days=6))
    warn_at_half_time()
    warn_at_half_time()
    warned = owed("trial_half_gone")
    assert {notice.recipient for notice in warned} == {
        trial.lead,
        acme.evaluation.owner,
    }
    assert len(warned) == 2
    assert "1 of 1 must-haves has not been tried yet" in words(warned[0])
    trials.verdict(trials.claim_of(acme), "trial", criterion=trial.criteria.get())
    assert {still_right(notice) for notice in warned} == {"Every must-have was tried."}


def test_nobody_outside_is_asked_to_agree(acme: Candidate) -> None:
    trials.trial(acme, agreed=False)
    assert my_work(common.noor()) == []
