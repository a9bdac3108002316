"""An evaluation that is about to be decided, and one that is."""

from decimal import Decimal

from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.services.stages import decide, draft_decision
from tests.cast import stakeholders, trials, vendors
from tests.cast.workflow import sign_as
from trials.services.scores import close_scores, open_consensus
from vendors.models import Candidate
from vendors.services.candidates import eliminate, shortlist
from vendors.services.costs import set_cost_line


def in_decision(rival: str = "") -> tuple[Evaluation, Candidate]:
    """In the decision stage with one finalist, tried and priced; prices are open.

    A `rival` answered too, for a price, and was eliminated.
    """
    where = trials.platform()
    option = trials.claimed(where)
    if rival:
        lose(where, rival)
    shortlist(candidate=option, by=where.owner)
    vendors.enter(where, "trials")
    option.evaluation.refresh_from_db()
    running = trials.trial(option)
    trials.verdict(trials.claim_of(option), "trial", criterion=running.criteria.get())
    set_cost_line(
        candidate=option, kind="licence", likely=Decimal(91_234), by=where.owner
    )
    stakeholders.sign_off_rules(where, "decision", roles=("leadership",))
    vendors.open_prices(vendors.enter(where, "decision"))
    option.refresh_from_db()
    return where, option


def lose(where: Evaluation, name: str) -> None:
    """Somebody who answers, is dearer and goes."""
    other = trials.claimed(where, name=name)
    set_cost_line(
        candidate=other, kind="licence", likely=Decimal(98_765), by=where.owner
    )
    eliminate(candidate=other, reason="It cost 98,765, too much.", by=where.owner)


def ready_to_decide(rival: str = "") -> tuple[Evaluation, Candidate]:
    """Drafted, its scores closed, and signed by leadership."""
    where, option = in_decision(rival)
    agree(where, option)
    return where, option


def agree(where: Evaluation, option: Candidate) -> None:
    """Draft it, close the scores, and let leadership sign."""
    draft_decision(
        evaluation=where, candidate=option, rationale="It works.", by=where.owner
    )
    open_consensus(evaluation=where, by=where.owner)
    close_scores(evaluation=where, outcome="Agreed", by=where.owner)
    sign_as(where, "leadership")


def decided(rival: str = "") -> tuple[Evaluation, Candidate]:
    """Decided, its memo frozen."""
    where, option = ready_to_decide(rival)
    decide(evaluation=where, by=where.owner)
    where.refresh_from_db()
    return where, option
