"""The types of events that the demo does not write, each written by its service.

That the demo writes all the others, tests/journeys/test_demo.py sees.
"""

import datetime

import pytest
from django.utils import timezone

from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Entry
from evaltracker.notices.kinds import TYPE_OF
from evaltracker.requirements.services.requirements import (
    change_requirement,
    retire_requirement,
)
from evaltracker.workflow.services.stages import cancel, send_back, waive_gate
from stakeholders.services.sign_offs import open_sign_off_round
from tests.factories import stakeholders, trials, vendors
from trials.services.mails import tell_of_slips
from trials.services.trials import close_gap, record_gap
from vendors.models import Claim
from vendors.services.answering import move_claims_close
from vendors.services.claims import withdraw_claim
from vendors.services.dialogue import answer_question, ask_question
from vendors.services.drafts import hand_in

pytestmark = pytest.mark.django_db
SOON = datetime.date(2040, 1, 1)
ACME = Actor(name="Acme ML (Bid desk)")
NOT_IN_THE_DEMO = {
    *("evaluation.started", "evaluation.cancelled", "stage.sent_back"),
    *("requirement.added", "requirement.changed", "requirement.retired"),
    *("candidate.added", "claims.close_moved", "claim.withdrawn", "answer.handed_in"),
    *("question.answered", "gap.closed", "gate.waived", "sign_off.round_opened"),
    "promise.slipped",
}


def test_the_services_write_the_types_that_the_demo_has_not() -> None:
    where = trials.platform("must", "should", "should")
    owner, (first, second, third) = where.owner, where.requirements.order_by("ref")
    change_requirement(requirement=third, text="Another text", by=owner)
    retire_requirement(requirement=third, reason="Nobody needs it.", by=owner)
    acme = trials.claimed(where, first, availability="planned", available_from=SOON)
    vendors.claim(acme, second)
    Claim.objects.filter(requirement=first).update(
        available_from=datetime.date(2026, 1, 1)
    )
    tell_of_slips()
    asked, _ = ask_question(evaluation=where, text="R?", candidate=acme, by=ACME)
    answer_question(question=asked, answer="4.4", by=owner)
    hand_in(candidate=acme, by=ACME)
    withdraw_claim(candidate=acme, requirement=second, by=ACME)
    later = timezone.now() + datetime.timedelta(days=30)
    move_claims_close(evaluation=where, close_at=later, reason="Holidays.", by=owner)
    vendors.enter(where, "trials")
    gap = record_gap(
        trial=trials.trial(acme), severity="minor", text="It is slow.", by=owner
    )
    close_gap(gap=gap, note="It is quick now.", by=owner)
    visit = where.visits.latest("entered_at")
    open_sign_off_round(visit=visit, reason="New words.", by=owner)
    boss = stakeholders.holder("leadership")
    waive_gate(evaluation=where, gate="criteria_judged", reason="Enough.", by=boss)
    send_back(evaluation=where, to_stage="research", reason="Too early.", by=owner)
    cancel(evaluation=where, reason="No money.", by=owner)
    written = {TYPE_OF.get(entry.action) for entry in Entry.objects.all()}
    assert written >= NOT_IN_THE_DEMO
