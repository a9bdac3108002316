"""How “Automated renewals” ends: three trials, two finalists, one choice."""

from collections.abc import Sequence

from evaltracker.demo.steps import sign_all
from evaltracker.demo.trying import hold_trial
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.workflow.services.decisions import decide, draft_decision
from trials.services.consensus import close_scores, open_consensus
from vendors.models import Candidate
from vendors.services.candidates import eliminate
from vendors.services.opening import ask_to_open_prices, confirm_price_opening


def run_trials(
    candidates: Sequence[Candidate], requirements: Sequence[Requirement]
) -> None:
    """Three go to trial; one fails a must-have there, two prove all of them."""
    winner, second, third = candidates
    lead = winner.evaluation.owner
    hold_trial(winner, requirements, lead=lead, failing=("QAP-6",))
    hold_trial(second, requirements, lead=lead, failing=("QAP-4",))
    hold_trial(third, requirements, lead=lead, failing=("QAP-2",))
    eliminate(
        candidate=third,
        reason="Failed the accessibility scan in its trial: 41 errors.",
        by=lead,
    )


def decide_renewals(
    evaluation: Evaluation, winner: Candidate, people: dict[str, User]
) -> Evaluation:
    """Consensus, draft, signatures, frozen memo."""
    lead = evaluation.owner
    open_consensus(evaluation=evaluation, by=lead)
    close_scores(
        evaluation=evaluation, outcome="No score was moved in the meeting.", by=lead
    )
    opening = ask_to_open_prices(evaluation=evaluation, by=lead)
    confirm_price_opening(opening=opening, by=people["leadership"])
    draft_decision(
        evaluation=evaluation,
        candidate=winner,
        rationale=(
            "Both finalists proved every must-have in their trials. Northlight leads "
            "where most of the weight lies, in its technical approach, and has the "
            "lower price. It had no research plan by its second sprint; the contract "
            "asks for one before the first form is built."
        ),
        dissent=(
            "Priya (PM) would have taken Kodiak: it asked our caseworkers before it "
            "drew a screen, and that is what her weights ask for."
        ),
        revisit_when=(
            "If renewals done on time are below 80% after six months, or there is no "
            "research plan by the first review."
        ),
        by=lead,
    )
    sign_all(evaluation, people)
    decide(evaluation=evaluation, by=lead)
    evaluation.refresh_from_db()
    return evaluation
