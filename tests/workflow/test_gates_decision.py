"""What keeps a decision from being frozen, and what freezing it does."""

from decimal import Decimal

import pytest

from evaltracker.decision.memo.pack import digest_of_memo
from evaltracker.decision.memo.results import replay
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.gates import GateContext
from evaltracker.workflow.gates.rules import (
    choice_made,
    choice_not_knocked_out,
    decision_signed,
    prices_opened,
    scores_closed,
    within_budget,
)
from evaltracker.workflow.services.stages import decide, draft_decision
from tests.factories import common, stakeholders, trials, vendors
from tests.factories.workflow import sign_as
from trials.services.evidence import excuse_knock_out
from trials.services.scores import close_scores, open_consensus
from vendors.models import Candidate
from vendors.services.candidates import shortlist
from vendors.services.costs import set_cost_line
from vendors.services.quotes import ask_to_open_prices, confirm_price_opening

pytestmark = pytest.mark.django_db


def deciding(verdict: str = "holds") -> tuple[Evaluation, Candidate]:
    """An evaluation in the decision stage with one finalist, tried and priced."""
    where = trials.platform()
    option = trials.claimed(where)
    shortlist(candidate=option, by=where.owner)
    vendors.enter(where, "trials")
    option.evaluation.refresh_from_db()
    running = trials.trial(option)
    trials.verdict(
        trials.claim_of(option), "trial", verdict, criterion=running.criteria.get()
    )
    set_cost_line(
        candidate=option, kind="licence", likely=Decimal(90_000), by=where.owner
    )
    stakeholders.sign_off_rules(where, "decision", roles=("leadership",))
    where = vendors.open_prices(vendors.enter(where, "decision"))
    option.refresh_from_db()
    return where, option


def drafted(verdict: str = "holds") -> tuple[Evaluation, Candidate]:
    where, option = deciding(verdict)
    draft_decision(
        evaluation=where, candidate=option, rationale="It works.", by=where.owner
    )
    return where, option


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_within_budget_compares_the_likely_total[89999-1]",
)
def test_scores_closed_wants_the_consensus_closed() -> None:
    where, _ = deciding()
    assert len(list(scores_closed(GateContext(where)))) == 1
    open_consensus(evaluation=where, by=where.owner)
    assert len(list(scores_closed(GateContext(where)))) == 1
    close_scores(evaluation=where, outcome="Agreed", by=where.owner)
    assert list(scores_closed(GateContext(where))) == []


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_signed_words.py"
    "::test_the_memo_begins_with_its_date_and_approvals",
)
def test_prices_opened_wants_two_people_and_says_who_is_awaited() -> None:
    where = trials.platform()
    stakeholders.sign_off_rules(where, "decision", roles=("leadership",))
    where = vendors.enter(where, "decision")
    (sealed,) = prices_opened(GateContext(where))
    assert "ask a second person" in sealed.sentence
    opening = ask_to_open_prices(evaluation=where, by=where.owner)
    (asked,) = prices_opened(GateContext(where))
    viktor = stakeholders.holder("leadership")
    assert f"and {viktor.name} has to confirm" in asked.sentence
    with pytest.raises(Refused, match="sealed until two people"):
        sign_as(where, "leadership")
    where.stakeholders.filter(user=viktor).update(left_at=where.created_at)
    (nobody,) = prices_opened(GateContext(where))
    assert "Add a stakeholder" in nobody.sentence
    where.stakeholders.filter(user=viktor).update(left_at=None)
    confirm_price_opening(opening=opening, by=viktor)
    where.refresh_from_db()
    assert list(prices_opened(GateContext(where))) == []


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_choice_not_knocked_out_refuses_until_somebody_excuses",
)
def test_choice_made_wants_a_candidate_and_a_rationale() -> None:
    where, option = deciding()
    (nobody,) = choice_made(GateContext(where))
    assert "No candidate" in nobody.sentence
    draft_decision(evaluation=where, candidate=option, by=where.owner)
    (silent,) = choice_made(GateContext(where))
    assert "rationale" in silent.sentence
    draft_decision(
        evaluation=where, candidate=option, rationale="It works.", by=where.owner
    )
    assert list(choice_made(GateContext(where))) == []


def test_choice_not_knocked_out_refuses_until_somebody_excuses() -> None:
    where, option = drafted("fails")
    (blocker,) = choice_not_knocked_out(GateContext(where))
    assert "R1" in blocker.sentence
    with pytest.raises(Refused):
        decide(evaluation=where, by=where.owner)
    excuse_knock_out(
        candidate=option,
        requirement=where.requirements.get(),
        reason="In the contract",
        by=where.owner,
    )
    assert list(choice_not_knocked_out(GateContext(where))) == []


@pytest.mark.parametrize(("budget", "open_"), [(90_000, 0), (89_999, 1)])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[89999-1]"
)
def test_within_budget_compares_the_likely_total(budget: int, open_: int) -> None:
    where, _ = drafted()
    Evaluation.objects.filter(pk=where.pk).update(budget=budget)
    where.refresh_from_db()
    assert len(list(within_budget(GateContext(where)))) == open_


def test_within_budget_does_not_take_an_unknown_price_for_nothing() -> None:
    where, option = drafted()
    option.cost_lines.all().delete()
    (blocker,) = within_budget(GateContext(where))
    assert "known" in blocker.sentence


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_memo_efforts.py"
    "::test_building_what_does_not_set_us_apart_is_told[build-no-True]",
)
def test_decision_signed_binds_to_the_memo_that_stands() -> None:
    where, option = drafted()
    sign_as(where, "leadership")
    assert list(decision_signed(GateContext(where))) == []
    draft_decision(
        evaluation=where, candidate=option, rationale="Other words.", by=where.owner
    )
    (blocker,) = decision_signed(GateContext(where))
    assert "other words" in blocker.sentence


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_decision_page.py"
    "::test_a_draft_of_an_ended_evaluation_is_not_changed",
)
def test_deciding_freezes_a_memo_that_can_be_replayed() -> None:
    where, option = drafted()
    close_consensus(where)
    sign_as(where, "leadership")
    decision = decide(evaluation=where, by=where.owner)
    decision.refresh_from_db()
    where.refresh_from_db()
    option.refresh_from_db()
    assert (where.status, option.state) == ("decided", "chosen")
    assert decision.memo_sha256 == digest_of_memo(decision.memo)
    assert replay(decision.memo) == []
    # What comes later does not change what was frozen.
    decision.memo["results"][str(option.pk)]["fit"] = "0.1"
    (difference,) = replay(decision.memo)
    assert "fit" in difference


def close_consensus(where: Evaluation) -> None:
    open_consensus(evaluation=where, by=where.owner)
    close_scores(evaluation=where, outcome="Agreed", by=where.owner)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_decision_page.py"
    "::test_a_draft_of_an_ended_evaluation_is_not_changed",
)
def test_a_decision_is_made_once() -> None:
    where, _ = drafted()
    close_consensus(where)
    sign_as(where, "leadership")
    decide(evaluation=where, by=where.owner)
    with pytest.raises(Refused):
        decide(evaluation=where, by=where.owner)


@pytest.mark.parametrize("who", ["leadership", "operator"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[leadership]",
)
def test_nobody_but_the_owner_decides(who: str) -> None:
    where, _ = drafted()
    by = stakeholders.holder("leadership") if who == "leadership" else common.otto()
    with pytest.raises(Forbidden):
        decide(evaluation=where, by=by)


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_choice_not_knocked_out_refuses_until_somebody_excuses",
)
def test_only_a_shortlisted_candidate_of_this_evaluation_can_be_chosen() -> None:
    where, _ = deciding()
    elsewhere, stranger = deciding_elsewhere()
    assert elsewhere != where
    with pytest.raises(Invalid):
        draft_decision(evaluation=where, candidate=stranger, by=where.owner)


def deciding_elsewhere() -> tuple[Evaluation, Candidate]:
    where = common.evaluation(title="Another purchase")
    common.requirement(where)
    vendors.in_research(where)
    option = trials.claimed(where, name="Globex ML")
    shortlist(candidate=option, by=where.owner)
    return where, option
