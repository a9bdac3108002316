"""The gates, stage by stage."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import QuerySet

from evaltracker.decision import links
from evaltracker.decision.memo.figures import BLANK, Sentence, counted_of, say
from evaltracker.decision.models import Decision
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, Requirement, ScopeValue, User
from evaltracker.money import written
from evaltracker.requirements.services.evaluations import missing_answers
from evaltracker.toolbox.text import named_ref
from evaltracker.workflow.gates import context as gate_facts
from evaltracker.workflow.gates.context import (
    Blocker,
    GateContext,
    Judged,
    Mender,
    gate,
    menders_of,
    unpassed,
    unsigned,
)
from stakeholders.models import APPROVALS, Condition, Role, Stakeholder
from stakeholders.policy import voices
from trials.choices import Severity
from trials.models import Consensus, Criterion, Trial
from trials.selectors.ledger import LedgerRow
from trials.selectors.scores import far_apart, unlocked_scorers
from trials.selectors.trials import contract_of, unjudged_criteria
from vendors.models import Candidate, CostLine, Question
from vendors.selectors.costs import (
    asked_of,
    candidate_cost,
    envelope_of,
    nobody_opens,
    opening_of,
    quotes_seen,
    second_people,
)


@gate(Stage.REQUIREMENTS)
def brief_complete(look: GateContext) -> Iterator[Blocker]:
    """The brief answers what it is asked, or says that it does not matter."""
    for field, missing in missing_answers(look.evaluation).items():
        yield Blocker(
            f"The brief does not state {missing}.",
            links.act("edit-brief", look.evaluation, f"id_{field}"),
            "Fill in",
        )
    valued = ScopeValue.objects.current().values("scope")
    for scope in look.evaluation.scopes.exclude(pk__in=valued):
        yield Blocker(
            f"“{scope}” of the brief names no value; remove the list if it does not "
            "matter.",
            links.page(look.evaluation, "brief", f"list-{scope.pk}"),
        )


@gate(Stage.REQUIREMENTS)
def has_a_must_have(look: GateContext) -> Iterator[Blocker]:
    """At least one requirement is a must-have."""
    sentence = "No requirement is a must-have, so nothing could rule a candidate out."
    if not look.requirements:
        add = links.act("add-requirement", look.evaluation)
        yield Blocker(sentence, add, "Add requirement")
    elif not look.musts:
        first = f"requirement-{look.requirements[0].pk}"
        yield Blocker(sentence, links.page(look.evaluation, "requirements", first))


@gate(Stage.REQUIREMENTS, nothing=gate_facts.needs)
def categories_weighted(look: GateContext) -> Iterator[Blocker]:
    """Every category has a weight, agreed before a vendor is seen."""
    categories = {requirement.category for requirement in look.requirements}
    for category in sorted(
        categories, key=lambda category: (category.position, category.name)
    ):
        if category.weight is None:
            yield Blocker(
                f"Category “{category}” has no weight.",
                links.act("weigh-category", category, "id_weight"),
                "Weigh",
            )


@gate(Stage.REQUIREMENTS, nothing=gate_facts.musts)
def must_haves_tied(look: GateContext) -> Iterator[Blocker]:
    """Every must-have moves a business metric, or its excuse is written down."""
    for requirement in look.musts:
        if requirement.metric_id is None and not requirement.metric_excuse.strip():
            yield Blocker(
                f"Must-have {named_ref(requirement.ref, requirement.text)}: it moves "
                "no metric and has no excuse.",
                links.act("change-requirement", requirement, "id_metric"),
            )


@gate(Stage.REQUIREMENTS, signing=True, nothing=gate_facts.signers)
def requirements_signed(look: GateContext) -> Iterator[Blocker]:
    """Every role that was asked has approved these requirements and weights."""
    yield from unsigned(look)


@gate(Stage.RESEARCH, nothing=gate_facts.musts, tells=True)
def must_haves_answered(look: GateContext) -> Iterator[Blocker]:
    """Every shortlisted candidate answered every must-have, or was eliminated."""
    yield from none_shortlisted(look)
    for candidate in look.shortlisted:
        sums = look.ledger.of(candidate).sums
        unstated = sums.musts_where(
            lambda state: not (state.not_applicable or state.is_stated)
        )
        if unstated:
            yield Blocker(
                f"{candidate} has not stated its availability for "
                f"{count_words(len(unstated), 'must-have')}: {named(unstated)}.",
                place_of_answer(look, candidate, unstated[0]),
            )


def none_shortlisted(look: GateContext) -> Iterator[Blocker]:
    evaluation = look.evaluation
    sentence = "No candidate is shortlisted."
    if look.shortlisted:
        return
    first = evaluation.candidates.order_by("name").first()
    if first is None:
        yield Blocker(sentence, links.act("add-candidate", evaluation), "Add candidate")
    else:
        place = links.page(evaluation, "candidates", f"candidate-{first.pk}")
        yield Blocker(sentence, place, "Shortlist")


def place_of_answer(
    look: GateContext, candidate: Candidate, requirement: LedgerRow
) -> str:
    evaluation = look.evaluation
    if candidate.invited_at is not None and evaluation.claims_are_open(look.now):
        return links.page(evaluation, "unanswered", f"candidate-{candidate.pk}")
    return links.cell(candidate, requirement)


@gate(Stage.RESEARCH, nothing=gate_facts.questions)
def no_open_question(look: GateContext) -> Iterator[Blocker]:
    """No question is left without an answer."""
    number = Question.objects.filter(
        evaluation=look.evaluation, answered_at__isnull=True
    ).count()
    if number:
        yield Blocker(
            f"{count_words(number, 'question')} without an answer.",
            links.page(look.evaluation, "questions", "questions"),
            "Answer",
        )


NAMED_ALONE = 3  # so many candidates have each its own line


@gate(Stage.RESEARCH, nothing=gate_facts.shortlist, tells=True)
def cost_coverage_known(look: GateContext) -> Iterator[Blocker]:
    """Every kind of cost of every shortlisted candidate was asked about.

    What a candidate will not state is recorded as not stated. Who quoted was asked
    about all of them; which it priced is sealed.
    """
    lines: dict[object, list[CostLine]] = {}
    for line in CostLine.objects.filter(candidate__in=look.shortlisted):
        lines.setdefault(line.candidate_id, []).append(line)
    quoted = quotes_seen(look.evaluation)
    unasked = {}
    for candidate in look.shortlisted:
        quote = quoted.get(candidate.pk)
        if quote and not quote.is_withdrawn:
            continue
        candidate.evaluation = look.evaluation
        coverage = asked_of(candidate, lines.get(candidate.pk, ()))
        unasked[candidate] = [
            row.kind for row in coverage if not row.states or row.missing
        ]
    missing = {candidate: kinds for candidate, kinds in unasked.items() if kinds}
    if len(missing) > NAMED_ALONE:
        number = len({kind.key for kinds in missing.values() for kind in kinds})
        yield Blocker(
            f"{len(missing)} candidates were not asked about "
            f"{count_words(number, 'kind')} of cost.",
            links.page(look.evaluation, "costs"),
            "Open the grid",
        )
        return
    for candidate, kinds in missing.items():
        names = join_some([kind.name for kind in kinds])
        yield Blocker(
            f"{candidate}: nobody asked about {names}.",
            links.act("set-cost-line", candidate, kind=kinds[0].key),
            "Add cost",
        )


@gate(Stage.RESEARCH)
def claims_closed(look: GateContext) -> Iterator[Blocker]:
    """The answer period has ended."""
    evaluation = look.evaluation
    if evaluation.claims_opened_at is None:
        yield Blocker(
            "Vendors were never able to answer.",
            links.act("open-claims", evaluation),
            "Open answering",
        )
    elif evaluation.claims_are_open(look.now):
        yield Blocker(
            "Vendors can still answer; close answering.",
            links.act("close-claims", evaluation),
            "Close answering",
        )


@gate(Stage.RESEARCH, signing=True, nothing=gate_facts.signers)
def research_signed(look: GateContext) -> Iterator[Blocker]:
    """Every role that was asked has approved the shortlist."""
    yield from unpassed(look)


def count_words(number: int, noun: str) -> str:
    if number == 1:
        return f"{number} {noun}"
    return f"{number} {noun}s"


def named(requirements: Sequence[Requirement | LedgerRow], most: int = 3) -> str:
    return join_some([named_ref(row.ref, row.text) for row in requirements], most)


def join_some(labels: list[str], most: int = 6) -> str:
    rest = len(labels) - most
    tail = f" and {rest} more" if rest > 0 else ""
    return ", ".join(labels[:most]) + tail


@gate(Stage.DEMOS, nothing=gate_facts.musts, tells=True)
def must_haves_judged_in_a_demo(look: GateContext) -> Iterator[Blocker]:
    """Every claimed must-have of each shortlisted candidate was judged in a demo.

    “Not shown” is a judgement too; a must-have that the candidate says it will never
    have needs no demo.
    """
    yield from none_shortlisted(look)
    for candidate in look.shortlisted:
        sums = look.ledger.of(candidate).sums
        unseen = sums.musts_where(lambda state: state.owes_demo)
        if unseen:
            yield Blocker(
                look.evaluation.say(
                    "{}: {} not judged in a demo: {}.",
                    candidate,
                    count_words(len(unseen), "must-have"),
                    named(unseen),
                ),
                links.page(look.evaluation, "demos", f"candidate-{candidate.pk}"),
                menders=menders_of(look.judges),
            )


@gate(Stage.DEMOS)
def scores_locked(look: GateContext) -> Iterator[Blocker]:
    """Everybody who scores has locked their scores."""
    if not scorers(look.evaluation).exists():
        yield Blocker(
            "Nobody is asked to score. Choose who scores.",
            links.act("add-stakeholder", look.evaluation),
            "Add stakeholder",
        )
    for part in unlocked_scorers([look.evaluation]).select_related("user"):
        yield Blocker(
            f"{part.user.name} ({part.get_role_display()}) has not locked their "
            "scores.",
            links.page(look.evaluation, "scores", f"mine-{part.pk}"),
            "Score",
            menders_of([part.user]),
            "scores",
            part.get_role_display(),
        )


def scorers(evaluation: Evaluation) -> QuerySet[Stakeholder]:
    return voices().filter(evaluation=evaluation, scores=True)


@gate(Stage.DEMOS, nothing=gate_facts.scores, tells=True)
def far_apart_scores_settled(look: GateContext) -> Iterator[Blocker]:
    """The meeting has settled the scores that are far apart after the demos."""
    yield from unsettled_scores(look)


@gate(Stage.DEMOS, signing=True, nothing=gate_facts.signers)
def demos_signed(look: GateContext) -> Iterator[Blocker]:
    """Every role that was asked has approved the demos."""
    yield from unpassed(look)


def unsettled_scores(look: GateContext) -> Iterator[Blocker]:
    evaluation = look.evaluation
    if unlocked_scorers([evaluation]).exists():
        return
    disputed = far_apart(evaluation)
    if not disputed:
        return
    number = count_words(len(disputed), "score")
    are = "is" if len(disputed) == 1 else "are"
    if Consensus.objects.filter(evaluation=evaluation).exists():
        sentence = (
            f"{number} {are} far apart and not settled yet: {join_some(disputed)}."
        )
        yield Blocker(sentence, links.page(evaluation, "scores", "settle"), "Settle")
    else:
        sentence = f"{number} {are} far apart; open the consensus and talk about it."
        place = links.act("open-consensus", evaluation)
        yield Blocker(sentence, place, "Open the consensus")


@gate(Stage.TRIALS, tells=True)
def criteria_judged(look: GateContext) -> Iterator[Blocker]:
    """Every criterion has a verdict on its current wording."""
    if not look.trials:
        yield no_trial(look)
    pending: dict[object, list[object]] = defaultdict(list)
    waits = unjudged_criteria().filter(trial__in=look.trials)
    for of, criterion in waits.values_list("trial", "pk"):
        pending[of].append(criterion)
    every = Criterion.objects.filter(trial__in=look.trials).order_by()
    agreed = Counter(every.values_list("trial", flat=True))
    for trial in look.trials:
        if pending[trial.pk] or not agreed[trial.pk]:
            yield unjudged(look, trial, pending[trial.pk], agreed[trial.pk])
        waiting = [gap for gap in trial.gaps.all() if gap.awaits_reply]
        if waiting:
            number = count_words(len(waiting), "finding")
            sentence = "Trial of {}: the vendor may still answer {}."
            yield Blocker(
                look.evaluation.say(sentence, trial.candidate, number),
                links.trial(trial, f"gap-{waiting[0].pk}"),
                menders=(Mender(None, str(trial.candidate)),),
            )


def no_trial(look: GateContext) -> Blocker:
    place = links.page(look.evaluation, "trials")
    if look.shortlisted:
        place = links.act("draw-up-trials", look.evaluation)
    say = look.evaluation.say
    none = say("No shortlisted candidate has a trial.")
    return Blocker(none, place, say("Create trials"))


def unjudged(
    look: GateContext, trial: Trial, pending: list[object], agreed: int
) -> Blocker:
    of = look.evaluation.say("Trial of {}", trial.candidate)
    if not agreed:
        add = links.act("add-criterion", trial)
        return Blocker(f"{of}: no criteria are agreed.", add, "Add criterion")
    is_asked = trial.proposed_at is not None and trial.agreed_at is None
    if awaited := contract_of(trial).awaited if is_asked else []:
        roles = join_some([role.label for role in awaited])
        people = [part.user for role in awaited for part in role.awaited]
        return Blocker(
            f"{of}: the terms still wait for {roles}.",
            links.trial(trial, "contract"),
            "Agree",
            menders_of(people),
            "contract",
            roles if len(awaited) == 1 else "",
        )
    return Blocker(
        f"{of}: {len(pending)} of {agreed} criteria not judged.",
        links.trial(trial, f"criterion-{pending[0]}"),
        "Judge",
        menders_of(look.judges),
        "trial",
        asked=menders_of([trial.lead]),
    )


@gate(Stage.TRIALS, nothing=gate_facts.trials, tells=True)
def no_open_deal_breaker(look: GateContext) -> Iterator[Blocker]:
    """No gap that is a deal-breaker is open on a candidate in the running."""
    for trial in look.trials:
        for gap in trial.gaps.all():
            if gap.severity == Severity.DEAL_BREAKER and gap.closed_at is None:
                yield Blocker(
                    f"Open deal-breaker on {trial.candidate}: {gap.text[:120]}",
                    links.trial(trial, f"gap-{gap.pk}"),
                    menders=menders_of(look.judges),
                )


@gate(Stage.TRIALS, nothing=gate_facts.musts, tells=True)
def must_haves_proven(look: GateContext) -> Iterator[Blocker]:
    """Every must-have of the finalists is proven, knocked out or excused."""
    if not look.shortlisted:
        place = links.page(look.evaluation, "candidates")
        yield Blocker("No candidate is left in the running.", place)
    for candidate in look.shortlisted:
        sums = look.ledger.of(candidate).sums
        unproven = sums.musts_where(lambda state: not state.is_settled)
        if unproven:
            yield Blocker(
                f"{candidate}: {count_words(len(unproven), 'must-have')} not proven: "
                f"{named(unproven)}.",
                links.cell(candidate, unproven[0]),
                menders=menders_of(look.judges),
            )


@gate(Stage.TRIALS, nothing=gate_facts.scores, tells=True)
def late_scores_settled(look: GateContext) -> Iterator[Blocker]:
    """The meeting has settled the scores that are far apart after the trials."""
    yield from unsettled_scores(look)


@gate(Stage.TRIALS, signing=True, nothing=gate_facts.signers)
def trials_signed(look: GateContext) -> Iterator[Blocker]:
    """Every role that was asked has approved the trial results."""
    yield from unsigned(look)


@gate(Stage.DECISION)
def scores_closed(look: GateContext) -> Iterator[Blocker]:
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
def prices_opened(look: GateContext) -> Iterator[Blocker]:
    """Prices were opened by two people: the owner asked, another one confirmed."""
    evaluation = look.evaluation
    if evaluation.prices_opened_at is not None:
        return
    row = opening_of(evaluation)
    people = second_people(evaluation, row)
    if not people:
        place = links.act("add-stakeholder", evaluation, role=Role.LEADERSHIP)
        yield Blocker(
            f"Prices are sealed. {nobody_opens(evaluation)}", place, "Add stakeholder"
        )
    elif row is None:
        yield Blocker(
            "Prices are sealed; ask a second person to open them.",
            links.act("ask-to-open-prices", evaluation),
            "Ask to open prices",
        )
    else:
        names = " or ".join(person.name for person in people)
        yield Blocker(
            f"Prices are sealed; {row.asked_by.name} asked to open them, and {names} "
            "has to confirm.",
            links.act("confirm-price-opening", row),
            "Confirm",
            menders_of(people),
            "open_prices",
        )


@gate(Stage.DECISION, waivable=False, tells=True)
def choice_made(look: GateContext) -> Iterator[Blocker]:
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


@gate(Stage.DECISION, waivable=False, nothing=gate_facts.choice, tells=True)
def choice_not_knocked_out(look: GateContext) -> Iterator[Blocker]:
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


def leaders(look: GateContext) -> list[User]:
    held = voices().filter(evaluation=look.evaluation, role=Role.LEADERSHIP)
    return [part.user for part in held.select_related("user")]


@gate(Stage.DECISION, nothing=gate_facts.costs, tells=True)
def within_budget(look: GateContext) -> Iterator[Blocker]:
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


@gate(Stage.DECISION, nothing=gate_facts.earlier_conditions)
def conditions_closed(look: GateContext) -> Iterator[Blocker]:
    """Every condition of a conditional approval of an earlier stage is closed.

    The memo tells how each was met, so they are closed before it is signed.
    """
    yield from unmet(look, look.open_conditions.exclude(sign_off__visit=look.visit))


@gate(Stage.DECISION, waivable=False, signing=True)
def decision_signed(look: GateContext) -> Iterator[Blocker]:
    """Every role that was asked has approved the memo; nobody decides alone."""
    yield from unsigned(look)


@gate(Stage.DECISION, signing=True, nothing=gate_facts.memo_conditions)
def decision_conditions_closed(look: GateContext) -> Iterator[Blocker]:
    """Every condition of a conditional approval of the memo is closed."""
    yield from unmet(look, look.open_conditions.filter(sign_off__visit=look.visit))


def unmet(look: GateContext, conditions: Iterable[Condition]) -> Iterator[Blocker]:
    for condition in conditions:
        yield Blocker(
            f"Open condition ({condition.owner.name}): {condition.text[:120]}",
            links.page(look.evaluation, "sign_offs", f"condition-{condition.pk}"),
            "Close",
            menders_of([condition.owner, look.evaluation.owner]),
            "condition",
            asked=menders_of([condition.owner]),
        )


def draft(look: GateContext) -> Decision | None:
    return (
        Decision.objects.filter(evaluation=look.evaluation)
        .select_related("candidate")
        .first()
    )


def unjudged_words(look: GateContext) -> Sentence:
    if look.evaluation.stage == Stage.TRIALS:
        whole = look.criteria_in_all
    else:
        whole = Judged()
    are = "is" if whole.open == 1 else "are"
    number = counted_of("judged.open", whole.open, whole.asked)
    if whole.open:
        return say(f"{{}} criteria {are} not judged", number)
    return BLANK


def why_not_half(half: str, verdict: str, *, accepts: bool) -> str:
    """Why trials that are not judged to the end are not approved as if they were.
    `half` is what is not judged; blank if nothing is missing."""
    if half and verdict in APPROVALS and not accepts:
        return f"{half}. Tick the box to approve all the same, or wait until they are."
    return ""
