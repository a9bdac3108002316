"""What must hold before the decision is frozen."""

from collections.abc import Iterable, Iterator

from evaltracker.decision import links
from evaltracker.decision.models import Decision
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import User
from evaltracker.money import written
from evaltracker.workflow.gates import table as nothing
from evaltracker.workflow.gates.research import named
from evaltracker.workflow.gates.table import Blocker, Look, gate, menders_of, unsigned
from stakeholders.choices import Role
from stakeholders.models import Condition
from stakeholders.policy import voices
from trials.models import Consensus
from vendors.selectors import candidate_cost, envelope_of
from vendors.selectors.costs import NOBODY, opening_of, second_people


@gate(Stage.DECISION)
def scores_closed(look: Look) -> Iterator[Blocker]:
    """The consensus on scores was held and is closed."""
    meeting = Consensus.objects.filter(evaluation=look.evaluation).first()
    sentence = "Scores are not closed; hold the consensus meeting."
    if meeting is None:
        place = links.act("open-consensus", look.evaluation)
        yield Blocker(sentence, place, "Open the consensus")
    elif meeting.closed_at is None:
        place = links.act("close-scores", look.evaluation)
        yield Blocker(sentence, place, "Close the scores")


@gate(Stage.DECISION, waivable=False)
def prices_opened(look: Look) -> Iterator[Blocker]:
    """Prices were opened by two people: the owner asked, another one confirmed."""
    evaluation = look.evaluation
    if evaluation.prices_opened_at is not None:
        return
    asked = opening_of(evaluation)
    people = second_people(evaluation, asked)
    if not people:
        place = links.act("add-stakeholder", evaluation, role=Role.LEADERSHIP)
        yield Blocker(f"Prices are sealed. {NOBODY}", place, "Add stakeholder")
    elif asked is None:
        yield Blocker(
            "Prices are sealed; ask a second person to open them.",
            links.act("ask-to-open-prices", evaluation),
            "Ask to open prices",
        )
    else:
        names = " or ".join(person.name for person in people)
        yield Blocker(
            f"Prices are sealed; {asked.asked_by.name} asked to open them, and {names} "
            "has to confirm.",
            links.act("confirm-price-opening", asked),
            "Confirm",
            menders_of(people),
        )


@gate(Stage.DECISION, waivable=False, tells=True)
def choice_made(look: Look) -> Iterator[Blocker]:
    """One shortlisted candidate is chosen, with a rationale."""
    decision = draft(look)
    place = links.act("draft-decision", look.evaluation, "id_candidate")
    if decision is None or decision.candidate is None:
        yield Blocker("No candidate is chosen.", place, "Choose")
    elif decision.candidate not in look.shortlisted:
        yield Blocker(f"{decision.candidate} is not shortlisted.", place, "Choose")
    if decision is not None and not decision.rationale.strip():
        place = links.act("draft-decision", look.evaluation, "id_rationale")
        yield Blocker("The choice has no rationale.", place, "Write it")


@gate(Stage.DECISION, waivable=False, nothing=nothing.choice, tells=True)
def choice_not_knocked_out(look: Look) -> Iterator[Blocker]:
    """The chosen candidate is not knocked out, or each knock-out is excused."""
    decision = draft(look)
    if decision is None or decision.candidate not in look.shortlisted:
        return
    knock_outs = look.ledger.of(decision.candidate).knock_outs
    musts = [look.named(ref) for ref in knock_outs]
    if musts:
        yield Blocker(
            f"{decision.candidate} is knocked out by {named(musts)}, which nobody "
            "excused.",
            links.cell(decision.candidate, musts[0]),
            menders=menders_of([look.evaluation.owner, *leaders(look)]),
        )


def leaders(look: Look) -> list[User]:
    """Who holds the role that excuses a knock-out beside the owner."""
    held = voices().filter(evaluation=look.evaluation, role=Role.LEADERSHIP)
    return [part.user for part in held.select_related("user")]


@gate(Stage.DECISION, nothing=nothing.costs, tells=True)
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
    """Every condition of a conditional approval of an earlier stage is closed.

    The memo tells how each was met, so they are closed before it is signed.
    """
    yield from unmet(look, look.open_conditions.exclude(sign_off__visit=look.visit))


@gate(Stage.DECISION, waivable=False, signing=True)
def decision_signed(look: Look) -> Iterator[Blocker]:
    """Every role that was asked has approved the memo; nobody decides alone."""
    yield from unsigned(look)


@gate(Stage.DECISION, signing=True, nothing=nothing.memo_conditions)
def decision_conditions_closed(look: Look) -> Iterator[Blocker]:
    """Every condition of a conditional approval of the memo is closed."""
    yield from unmet(look, look.open_conditions.filter(sign_off__visit=look.visit))


def unmet(look: Look, conditions: Iterable[Condition]) -> Iterator[Blocker]:
    """A blocker for every condition."""
    for condition in conditions:
        yield Blocker(
            f"Open condition ({condition.owner.name}): {condition.text[:120]}",
            links.page(look.evaluation, "sign_offs", f"condition-{condition.pk}"),
            "Close",
            menders_of([condition.owner, look.evaluation.owner]),
        )


def draft(look: Look) -> Decision | None:
    """The decision as drafted, if it is."""
    return (
        Decision.objects.filter(evaluation=look.evaluation)
        .select_related("candidate")
        .first()
    )
