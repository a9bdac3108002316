"""The owner is told of a promised date that passed without proof, once."""

import datetime

import pytest
import time_machine

from evaltracker.evaluations.models import Entry, Notice
from evaltracker.notices.kinds import KINDS
from evaltracker.notices.services.delivery import do_chores
from evaltracker.requirements.services.scopes import add_list, demand
from tests.factories import common, trials, vendors
from trials.services.mails import tell_of_slips
from vendors.models import Candidate, Claim
from vendors.services.candidates import eliminate

pytestmark = pytest.mark.django_db
KIND = "promise_slipped"
SOON = datetime.timedelta(days=5)


@pytest.fixture
def acme(db: None) -> Candidate:
    """Plans R1 for a date that is over; R2 is still to come."""
    where = common.evaluation()
    vendors.in_research(where)
    found = vendors.invited(where)
    for ref in ("R1", "R2"):
        plan(found, common.requirement(where, ref).ref)
    pass_by("R1")
    return found


def plan(acme: Candidate, ref: str) -> None:
    vendors.claim(
        acme,
        acme.evaluation.requirements.get(ref=ref),
        "planned",
        available_from=datetime.datetime.now(datetime.UTC).date() + SOON,
    )


def pass_by(ref: str) -> None:
    Claim.objects.filter(requirement__ref=ref, superseded_at=None).update(
        available_from=datetime.date(2026, 1, 1)
    )


def owed() -> list[Notice]:
    return list(Notice.objects.filter(kind=KIND).order_by("created_at"))


def why_not(notice: Notice) -> str:
    return KINDS[KIND].holds(Notice.objects.get(pk=notice.pk))


def test_it_is_told_once_and_written_down(acme: Candidate) -> None:
    assert "tell of slipped promises" in do_chores()
    for _ in range(3):
        tell_of_slips()
    (notice,) = owed()
    assert notice.recipient == acme.evaluation.owner
    (entry,) = Entry.objects.filter(action="promise.slipped")
    assert (entry.after["requirement"], entry.actor) == ("R1", None)


def test_the_mail_names_nobody_and_leads_to_the_story(acme: Candidate) -> None:
    tell_of_slips()
    (notice,) = owed()
    assert why_not(notice) == ""
    said = KINDS[KIND].compose(notice)
    r1 = acme.evaluation.requirements.get(ref="R1")
    assert f"/admin/cells/{acme.pk}/{r1.pk}/" in said.text
    for word in ("Acme", "R1 works", "2026-01-01"):
        assert word not in said.subject + said.text + said.html
    assert KINDS[KIND].can_wait


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/selectors/test_efforts.py"
    "::test_a_verdict_that_is_said_again_keeps_the_promise_of_the_first",
)
def test_what_was_moved_or_proven_meanwhile_is_not_told(acme: Candidate) -> None:
    tell_of_slips()
    (notice,) = owed()
    plan(acme, "R1")
    assert why_not(notice) == "The date was moved, or there is proof now."
    # It slips again, by another claim: that is told.
    pass_by("R1")
    tell_of_slips()
    assert len(owed()) == 2
    vendors.enter(acme.evaluation, "demos")
    trials.demo(acme, held=True)
    trials.verdict(trials.claim_of(acme, "R1"), "demo")
    assert why_not(owed()[-1]) == "The date was moved, or there is proof now."


def test_who_is_out_of_the_choice_slips_untold(acme: Candidate) -> None:
    eliminate(candidate=acme, reason="Too dear", by=acme.evaluation.owner)
    tell_of_slips()
    assert owed() == []


def test_only_who_runs_it_now_is_told(acme: Candidate) -> None:
    tell_of_slips()
    (notice,) = owed()
    where = acme.evaluation
    where.owner = common.person("olga")
    where.save()
    assert why_not(notice) == "Somebody else runs the evaluation now."


def test_a_date_of_a_single_value_is_told_of_too(acme: Candidate) -> None:
    where = acme.evaluation
    add_list(evaluation=where, name="Runs on", values=["AWS", "Azure"], by=where.owner)
    asked = common.requirement(where, "R3")
    demand(requirement=asked, scopes=list(where.scopes.all()), by=where.owner)
    day = datetime.datetime.now(datetime.UTC).date() + SOON
    answers = [
        {"values": {"Runs on": ["AWS"]}, "availability": "now"},
        {
            "values": {"Runs on": ["Azure"]},
            "availability": "planned",
            "available_from": day.isoformat(),
        },
    ]
    vendors.claim(acme, asked, "now", holds_for=answers)
    tell_of_slips()
    before = len(owed())
    with time_machine.travel(day + datetime.timedelta(days=1, hours=12), tick=False):
        tell_of_slips()
        tell_of_slips()
    assert {notice.subject_id for notice in owed()[before:]} >= {
        str(trials.claim_of(acme, "R3").pk)
    }
    told = Entry.objects.filter(action="promise.slipped")
    assert str(day) in {entry.after["available_from"] for entry in told}
