"""Gaps: found, answered by the vendor, closed."""

import datetime
from typing import Any

import pytest

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Entry
from tests.factories import stakeholders, trials, vendors
from trials.models import Gap, Trial
from trials.services.trials import close_gap, record_gap, reply_to_gap

pytestmark = pytest.mark.django_db
ACME = Actor(name="Acme by API")


@pytest.fixture
def running() -> Trial:
    option = trials.claimed(trials.platform())
    vendors.enter(option.evaluation, "trials")
    return trials.trial(option)


def gap(running: Trial, **more: Any) -> Gap:
    """A deal-breaker, found by Ivan today."""
    return record_gap(
        **{
            "trial": running,
            "severity": "deal_breaker",
            "text": "No audit log.",
            "by": stakeholders.holder("it"),
            **more,
        }
    )


def test_a_gap_is_noted_on_its_day_of_the_trial(running: Trial) -> None:
    requirement = running.candidate.evaluation.requirements.get()
    found = gap(running, requirement=requirement, workaround="A proxy.")
    assert found.day_found == 5
    entry = Entry.objects.filter(evaluation=running.candidate.evaluation).latest(
        "number"
    )
    assert entry.action == "gap.recorded"
    assert entry.after["requirement"] == "R1"


def test_a_gap_is_found_while_the_trial_runs(running: Trial) -> None:
    for day in (
        running.starts_on - datetime.timedelta(days=1),
        datetime.date.today() + datetime.timedelta(days=2),  # noqa: DTZ011
    ):
        with pytest.raises(Invalid) as caught:
            gap(running, found_on=day)
        assert "found_on" in caught.value.errors
    with pytest.raises(Invalid):
        gap(running, severity="awful")


def test_the_vendor_replies_with_a_date_and_the_journal_keeps_the_first_reply(
    running: Trial,
) -> None:
    found = gap(running)
    day = datetime.date(2027, 1, 1)
    reply_to_gap(gap=found, reply="In the next release.", promised_for=day, by=ACME)
    again = reply_to_gap(gap=found, reply="In March.", by=ACME)
    assert (again.reply, again.promised_for) == ("In March.", None)
    entry = Entry.objects.filter(evaluation=running.candidate.evaluation).latest(
        "number"
    )
    assert (entry.action, entry.actor, entry.actor_name) == (
        "gap.replied",
        None,
        "Acme by API",
    )
    assert entry.before["promised_for"] == "2027-01-01"


def test_staff_note_a_vendors_reply_only_if_they_run_the_trial(running: Trial) -> None:
    found = gap(running)
    with pytest.raises(Forbidden):
        reply_to_gap(gap=found, reply="Soon.", by=stakeholders.holder("it"))
    assert reply_to_gap(gap=found, reply="Soon.", by=running.lead).reply == "Soon."


def test_a_closed_gap_takes_no_replies_and_closes_once(running: Trial) -> None:
    found = gap(running)
    with pytest.raises(Forbidden):
        close_gap(gap=found, note="Fine.", by=stakeholders.holder("it"))
    with pytest.raises(Invalid):
        close_gap(gap=found, note=" ", by=running.lead)
    assert close_gap(gap=found, note="They built it.", by=running.lead).closed_at
    with pytest.raises(Refused, match="no longer takes replies"):
        reply_to_gap(gap=found, reply="See?", by=ACME)
    with pytest.raises(Refused, match="already"):
        close_gap(gap=found, note="Twice.", by=running.lead)


def test_after_trials_a_vendor_learns_only_that_replies_are_over(
    running: Trial,
) -> None:
    found = gap(running)
    vendors.enter(running.candidate.evaluation, "decision")
    with pytest.raises(Refused) as caught:
        reply_to_gap(gap=found, reply="Wait!", by=ACME)
    assert "decision" not in caught.value.sentence
