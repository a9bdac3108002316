"""What must hold before the decision is frozen."""

from collections.abc import Iterable, Iterator

from evaltracker.evaluations.choices import Stage
from evaltracker.money import written
from evaltracker.workflow import links
from evaltracker.workflow.gates import nothing
from evaltracker.workflow.gates.facts import Look
from evaltracker.workflow.gates.research import listed
from evaltracker.workflow.gates.signing import unsigned
from evaltracker.workflow.gates.table import Blocker, gate
from evaltracker.workflow.models import Decision
from stakeholders.models import Condition
from trials.models import Consensus
from vendors.selectors import candidate_cost, envelope_of
from vendors.selectors.opening import NOBODY, opening_of, second_people


@gate(Stage.DECISION)
def scores_closed(look: Look) -> Iterator[Blocker]:
    """The consensus on scores was held and is closed."""
    if not Consensus.objects.filter(
        evaluation=look.evaluation, closed_at__isnull=False
    ).exists():
        yield Blocker(
            "Scores are not closed; hold the consensus meeting.",
            links.page(look.evaluation, "scores"),
        )


@gate(Stage.DECISION, waivable=False)
def prices_opened(look: Look) -> Iterator[Blocker]:
    """Prices were opened by two people: the owner asked, another one confirmed."""
    evaluation = look.evaluation
    if evaluation.prices_opened_at is not None:
        return
    place = links.page(evaluation, "costs", "opening")
    asked = opening_of(evaluation)
    people = second_people(evaluation, asked)
    if not people:
        yield Blocker(
            f"Prices are sealed. {NOBODY}", links.page(evaluation, "stakeholders")
        )
    elif asked is None:
        yield Blocker("Prices are sealed; ask a second person to open them.", place)
    else:
        names = " or ".join(person.name for person in people)
        yield Blocker(
            f"Prices are sealed; {asked.asked_by.name} asked to open them, and {names} "
            "has to confirm.",
            place,
        )


@gate(Stage.DECISION, waivable=False)
def choice_made(look: Look) -> Iterator[Blocker]:
    """One shortlisted candidate is chosen, with a rationale."""
    decision = draft(look)
    place = links.page(look.evaluation, "decision")
    if decision is None or decision.candidate is None:
        yield Blocker("No candidate is chosen.", place)
    elif decision.candidate not in look.shortlisted:
        yield Blocker(f"{decision.candidate} is not shortlisted.", place)
    if decision is not None and not decision.rationale.strip():
        yield Blocker("The choice has no rationale.", place)


@gate(Stage.DECISION, waivable=False, nothing=nothing.choice)
def choice_not_knocked_out(look: Look) -> Iterator[Blocker]:
    """The chosen candidate is not knocked out, or each knock-out is excused."""
    decision = draft(look)
    if decision is None or decision.candidate not in look.shortlisted:
        return
    refs = list(look.ledger.of(decision.candidate).knock_outs)
    if refs:
        yield Blocker(
            f"{decision.candidate} is knocked out by {listed(refs)}, which nobody "
            "excused.",
            links.candidate(decision.candidate),
        )


@gate(Stage.DECISION, nothing=nothing.costs)
def within_budget(look: Look) -> Iterator[Blocker]:
    """What is likely paid, over the horizon, once and a year, is within the budget."""
    decision = draft(look)
    evaluation = look.evaluation
    # That it costs too much tells of its price, and waits like it.
    if evaluation.prices_opened_at is None:
        return
    if decision is None or decision.candidate is None:
        return
    total = candidate_cost(decision.candidate)
    limits = envelope_of(evaluation, total)
    place = links.page(evaluation, "costs", f"candidate-{decision.candidate.pk}")
    if limits and not total.coverage.known:
        yield Blocker(f"No cost of {decision.candidate} is known.", place)
        return
    for limit in limits:
        if limit.likely > limit.limit:
            yield Blocker(
                f"{decision.candidate} likely costs more {limit.name} than the budget "
                f"for that, {written(limit.limit, evaluation.currency)}.",
                place,
            )


@gate(Stage.DECISION, nothing=nothing.earlier_conditions)
def conditions_closed(look: Look) -> Iterator[Blocker]:
    """Every condition that was attached to an approval of an earlier stage is closed.

    The memo tells how each was met, so they are closed before it is signed.
    """
    yield from unmet(look, look.open_conditions.exclude(sign_off__visit=look.visit))


@gate(Stage.DECISION, waivable=False, signing=True)
def decision_signed(look: Look) -> Iterator[Blocker]:
    """Every role that was asked has approved the memo; nobody decides alone."""
    yield from unsigned(look)


@gate(Stage.DECISION, signing=True, nothing=nothing.memo_conditions)
def decision_conditions_closed(look: Look) -> Iterator[Blocker]:
    """Every condition that was attached to an approval of the memo is closed."""
    yield from unmet(look, look.open_conditions.filter(sign_off__visit=look.visit))


def unmet(look: Look, conditions: Iterable[Condition]) -> Iterator[Blocker]:
    """A blocker for every condition."""
    for condition in conditions:
        yield Blocker(
            f"Open condition ({condition.owner.name}): {condition.text[:120]}",
            links.page(look.evaluation, "sign_offs", f"condition-{condition.pk}"),
        )


def draft(look: Look) -> Decision | None:
    """The decision as drafted, if it is."""
    return (
        Decision.objects.filter(evaluation=look.evaluation)
        .select_related("candidate")
        .first()
    )
