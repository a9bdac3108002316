"""Gaps are tried again: mended, or still there; one time to answer for one finding."""

import datetime
from typing import Any

import pytest
import time_machine

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Entry, Notice
from evaltracker.notices.kinds import KINDS
from tests.factories import common, stakeholders, trials, vendors
from trials.models import Evidence, Gap, Trial
from trials.scoring import Standing
from trials.selectors.ledger import one_cell
from trials.services.evidence import record_evidence
from trials.services.mails import remind_of_retests
from trials.services.trials import close_gap, record_gap, reply_to_gap, retest_gap
from vendors.services.contacts import add_contact

pytestmark = pytest.mark.django_db
VENDOR = Actor(name="Acme by API")


@pytest.fixture
def running() -> Trial:
    option = trials.claimed(trials.platform("must"))
    assert option.vendor is not None
    add_contact(
        vendor=option.vendor,
        name="Vera",
        email="vera@acme.example",
        by=option.evaluation.owner,
    )
    vendors.enter(option.evaluation, "trials")
    return trials.trial(option)


@pytest.fixture
def gap(running: Trial) -> Gap:
    return record_gap(
        trial=running,
        severity="deal_breaker",
        text="No audit log.",
        by=stakeholders.holder("it"),
    )


def judged(running: Trial, verdict: str, **more: Any) -> Evidence:
    return record_evidence(
        claim=trials.claim_of(running.candidate),
        source="trial",
        verdict=verdict,
        note="It stops at 40 runs.",
        by=running.candidate.evaluation.owner,
        criterion=running.criteria.get(),
        **trials.SETTING,
        **more,
    )


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_who_runs_the_trial_closes_what_they_see_mended(gap: Gap) -> None:
    lead = gap.trial.lead
    with pytest.raises(Invalid):
        retest_gap(gap=gap, outcome="perhaps", note="x", by=lead)
    with pytest.raises(Invalid):
        retest_gap(gap=gap, outcome="mended", note=" ", by=lead)
    with pytest.raises(Forbidden):
        retest_gap(gap=gap, outcome="mended", note="x", by=common.person("stranger"))
    done = retest_gap(gap=gap, outcome="mended", note="It logs now.", by=lead)
    assert done.closed_at
    assert (done.closing_note, done.retested_by) == ("It logs now.", lead)
    with pytest.raises(Refused, match="as a new one"):
        retest_gap(gap=gap, outcome="mended", note="Twice.", by=lead)


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_the_vendor_hears_that_it_is_still_there_until_it_answers",
)
def test_another_says_that_it_is_mended_and_who_runs_the_trial_closes_it(
    gap: Gap,
) -> None:
    tried = retest_gap(
        gap=gap, outcome="mended", note="Fine.", by=stakeholders.holder("it")
    )
    assert (tried.retest, tried.closed_at) == ("mended", None)
    assert close_gap(gap=gap, note="Seen.", by=gap.trial.lead).closed_at


def test_the_vendor_hears_that_it_is_still_there_until_it_answers(gap: Gap) -> None:
    reply_to_gap(gap=gap, reply="Mended.", by=VENDOR)
    for note in ("Nothing logged.", "Still nothing."):
        retest_gap(
            gap=gap, outcome="still_there", note=note, by=stakeholders.holder("it")
        )
    first, second = Notice.objects.filter(kind="gap_still_there").order_by(
        "due_at", "occurrence"
    )
    holds = KINDS["gap_still_there"].holds
    assert "since" in holds(first)
    assert holds(second) == ""
    told = KINDS["gap_still_there"].compose(second)
    assert "still there" in told.subject
    assert "Still nothing" not in told.text + told.html
    reply_to_gap(gap=gap, reply="Now.", by=VENDOR)
    assert holds(second) == "It was answered."
    entries = Entry.objects.filter(action="gap.retested").order_by("number")
    assert [entry.after["retest_note"] for entry in entries] == [
        "Nothing logged.",
        "Still nothing.",
    ]


def test_the_lead_is_reminded_on_the_day_that_was_promised(gap: Gap) -> None:
    day = datetime.date(2040, 3, 5)
    reply_to_gap(gap=gap, reply="By March.", promised_for=day, by=VENDOR)

    def owed(moment: str) -> list[Notice]:
        with time_machine.travel(moment, tick=False):
            remind_of_retests()
            remind_of_retests()
        return list(Notice.objects.filter(kind="retest_due"))

    assert owed("2040-03-04T22:00Z") == []
    [notice] = owed("2040-03-05T12:00Z")
    assert notice.recipient == gap.trial.lead
    kind = KINDS["retest_due"]
    with time_machine.travel("2040-03-05T12:00Z", tick=False):
        assert kind.holds(notice) == ""
        assert "due for a retest" in kind.compose(notice).subject
        retest_gap(gap=gap, outcome="still_there", note="No.", by=gap.trial.lead)
        assert kind.holds(notice) == "It was tried again."


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/selectors/test_efforts.py"
    "::test_a_verdict_that_is_said_again_keeps_the_promise_of_the_first",
)
def test_what_fails_again_after_the_reply_gets_no_second_time(running: Trial) -> None:
    first = judged(running, "fails")
    judged(running, "fails")
    assert Gap.objects.count() == 2, "nobody was heard yet"
    Gap.objects.exclude(evidence=first).delete()
    reply_to_gap(gap=Gap.objects.get(), reply="A quota; it is raised.", by=VENDOR)
    judged(running, "fails")
    gap = Gap.objects.get()
    assert (gap.retest, gap.retest_note) == ("still_there", "It stops at 40 runs.")
    must = running.candidate.evaluation.requirements.get(ref="R1")
    assert one_cell(running.candidate, must).standing == Standing.REFUTED
    assert Notice.objects.filter(kind="gap_still_there").count() == 1


def test_what_holds_when_it_is_judged_anew_closes_the_finding(running: Trial) -> None:
    judged(running, "fails")
    judged(running, "partly")
    assert Gap.objects.get().closed_at is None
    judged(running, "holds")
    gap = Gap.objects.get()
    assert gap.closed_at
    assert gap.retest == "mended"
    must = running.candidate.evaluation.requirements.get(ref="R1")
    assert one_cell(running.candidate, must).standing == Standing.PROVEN
