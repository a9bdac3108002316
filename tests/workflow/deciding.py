"""An evaluation that is about to be decided, and one that is."""

import datetime
from decimal import Decimal

from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.workflow.services.stages import decide, draft_decision
from tests.factories import stakeholders, trials, vendors
from tests.factories.workflow import sign_as
from tests.fixture_cache import built_once
from trials.models import Gap, Trial
from trials.services.scores import close_scores, open_consensus
from vendors.models import Candidate
from vendors.services.candidates import eliminate, shortlist
from vendors.services.costs import set_cost_line


@built_once
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


@built_once
def lose(where: Evaluation, name: str) -> None:
    """Somebody who answers, is dearer and goes."""
    other = trials.claimed(where, name=name)
    set_cost_line(
        candidate=other, kind="licence", likely=Decimal(98_765), by=where.owner
    )
    eliminate(candidate=other, reason="It cost 98,765, too much.", by=where.owner)


@built_once
def ready_to_decide(rival: str = "") -> tuple[Evaluation, Candidate]:
    """Drafted, its scores closed, and signed by leadership."""
    where, option = in_decision(rival)
    agree(where, option)
    return where, option


@built_once
def agree(where: Evaluation, option: Candidate) -> None:
    """Draft it, close the scores, and let leadership sign."""
    draft_decision(
        evaluation=where, candidate=option, rationale="It works.", by=where.owner
    )
    open_consensus(evaluation=where, by=where.owner)
    close_scores(evaluation=where, outcome="Agreed", by=where.owner)
    sign_as(where, "leadership")


@built_once
def decided(rival: str = "") -> tuple[Evaluation, Candidate]:
    """Decided, its memo frozen."""
    where, option = ready_to_decide(rival)
    decide(evaluation=where, by=where.owner)
    where.refresh_from_db()
    return where, option


@built_once
def leave_gap(
    option: Candidate, promised_for: datetime.date | None = None
) -> Requirement:
    """A light requirement of which its trial leaves a gap open."""
    trial, where = Trial.objects.get(candidate=option), option.evaluation
    need = Requirement.objects.create(
        evaluation=where,
        category=where.categories.all()[0],
        **{"ref": "R9", "text": "A research plan", "priority": "should"},
        **{"weight": 1, "position": 9},
    )
    Gap.objects.create(
        trial=trial,
        requirement=need,
        severity="challenge",
        text="Not reached in three attempts.",
        found_on=trial.starts_on,
        found_by=where.owner,
        reply="It comes next month.",
        reply_at=timezone.now(),
        promised_for=promised_for,
    )
    return need
