"""A real purchase, from requirements to a frozen memo, in real browsers."""

import pytest

from tests.journeys import (
    steps_decision,
    steps_demos,
    steps_requirements,
    steps_research,
    steps_trials,
    vendor,
)
from tests.journeys.people import Walk
from tests.journeys.steps_requirements import advance, everybody_signs
from tests.smtp_sink import Sink

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.nightly(
    reason="the longest walk; each push takes three spreadsheets to a signed decision",
    short="tests/journeys/test_spreadsheets.py"
    "::test_three_spreadsheets_become_a_signed_decision_and_its_pack[chromium]",
)
def test_a_purchase_goes_from_requirements_to_a_frozen_memo(
    walk: Walk, smtp_sink: Sink
) -> None:
    steps_requirements.look_around(walk)
    steps_requirements.advance_too_early(walk, "1 more approval needed")
    everybody_signs(walk, "requirements")
    advance(walk, "research")

    steps_research.declare_interests(walk)
    steps_research.invite(walk)
    desk = vendor.VendorClient(walk.home, steps_research.issue_token(walk))
    musts = vendor.answer_the_must_haves(desk)
    rival = steps_research.invitation_of(walk, steps_research.RIVAL)
    vendor.try_the_rivals(desk, rival)
    steps_research.ask_and_answer(walk)
    steps_research.note_costs(walk)
    steps_research.close_claims(walk)
    own = steps_research.invitation_of(walk, steps_research.FAVOURITE)
    vendor.come_too_late(desk, own)
    steps_research.waive_cost_coverage(walk)
    advance(walk, "demos")

    steps_demos.arrange_demo(walk)
    steps_demos.hold_demo(walk, musts)
    steps_demos.score(walk, "engineering", ("4", "5"))
    steps_demos.score(walk, "devops", ("5", "4"))
    steps_demos.score(walk, "pm", ("2", "4"))
    steps_demos.hold_consensus(walk)
    advance(walk, "trials")

    steps_trials.plan_trial(walk, musts)
    steps_trials.be_told_at_once(walk)
    steps_trials.agree(walk)
    steps_trials.move_after_the_reminder(walk, smtp_sink)
    steps_trials.run_trial(walk, musts, desk, smtp_sink)
    steps_trials.look_at_the_matrix(walk)
    everybody_signs(walk, "trials")
    advance(walk, "decision")

    steps_decision.close_scores(walk)
    steps_decision.open_prices(walk)
    steps_decision.draft(walk)
    everybody_signs(walk, "decision")
    steps_decision.decide(walk)
    steps_decision.read_the_memo(walk)
    steps_decision.check_the_record(walk)
