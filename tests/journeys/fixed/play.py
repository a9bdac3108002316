"""The whole purchase, from nothing to the memo."""

from collections.abc import Callable

from tests.journeys.fixed import decision, market, need, proof
from tests.journeys.fixed.purchase import BOUGHT, PURCHASE
from tests.journeys.fixed.team import Team


def play(team: Team, token_of: Callable[[str], str]) -> None:
    """Everybody does their part; `token_of` lets a candidate's vendor in."""
    need.start(team)
    need.write_requirements(team)
    need.name_people(team)
    need.put_up_candidates(team)
    need.everybody_signs(team, "requirements")
    need.advance(team, "research")
    market.invite(team, BOUGHT)
    market.vendors_answer(team, token_of)
    market.note_costs(team)
    market.close_claims(team)
    need.advance(team, "demos")
    proof.plan_demos(team)
    proof.hold_demos(team)
    proof.eliminate(team)
    proof.score(team)
    need.advance(team, "trials")
    proof.plan_trials(team)
    proof.agree(team)
    proof.run_trials(team)
    need.everybody_signs(team, "trials")
    need.advance(team, "decision")
    decision.close_scores(team, PURCHASE["consensus"])
    decision.open_prices(team, "leadership")
    decision.draft(team)
    need.everybody_signs(team, "decision")
    decision.decide(team, PURCHASE["decision"]["rationale"])
