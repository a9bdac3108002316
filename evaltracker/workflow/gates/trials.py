"""What must hold before trials are left."""

from collections import Counter
from collections.abc import Iterator

from evaltracker.evaluations.choices import Stage
from evaltracker.workflow import links
from evaltracker.workflow.gates import nothing
from evaltracker.workflow.gates.demos import unsettled_scores
from evaltracker.workflow.gates.facts import Look
from evaltracker.workflow.gates.research import count_words, listed
from evaltracker.workflow.gates.signing import unsigned
from evaltracker.workflow.gates.table import Blocker, gate
from trials.choices import Severity
from trials.selectors import unjudged_criteria


@gate(Stage.TRIALS)
def criteria_judged(look: Look) -> Iterator[Blocker]:
    """Every criterion is judged on words that stand, and vendors had time to answer."""
    if not look.trials:
        yield Blocker(
            "No shortlisted candidate has a trial.",
            links.page(look.evaluation, "trials"),
        )
    pending = Counter(
        unjudged_criteria()
        .filter(trial__in=look.trials)
        .values_list("trial_id", flat=True)
    )
    for trial in look.trials:
        agreed = len(trial.criteria.all())
        if pending[trial.pk] or not agreed:
            words = f"{pending[trial.pk]} of {agreed} criteria not judged"
            if not agreed:
                words = "no criteria are agreed"
            yield Blocker(f"Trial of {trial.candidate}: {words}.", links.trial(trial))
        waiting = sum(gap.awaits_reply for gap in trial.gaps.all())
        if waiting:
            yield Blocker(
                f"Trial of {trial.candidate}: the vendor may still answer "
                f"{count_words(waiting, 'finding')}.",
                links.trial(trial),
            )


@gate(Stage.TRIALS, nothing=nothing.trials)
def no_open_deal_breaker(look: Look) -> Iterator[Blocker]:
    """No gap that is a deal-breaker is open on a candidate in the running."""
    for trial in look.trials:
        for gap in trial.gaps.all():
            if gap.severity == Severity.DEAL_BREAKER and gap.closed_at is None:
                yield Blocker(
                    f"Open deal-breaker on {trial.candidate}: {gap.text[:120]}",
                    links.trial(trial),
                )


@gate(Stage.TRIALS, nothing=nothing.musts)
def must_haves_proven(look: Look) -> Iterator[Blocker]:
    """Every must-have of the finalists is proven, knocked out or excused."""
    if not look.shortlisted:
        yield Blocker(
            "No candidate is left in the running.",
            links.page(look.evaluation, "candidates"),
        )
    for candidate in look.shortlisted:
        unproven = []
        for requirement in look.musts:
            if not look.ledger.cell(candidate, requirement).state.is_settled:
                unproven.append(requirement.ref)
        if unproven:
            yield Blocker(
                f"{candidate}: {count_words(len(unproven), 'must-have')} not proven: "
                f"{listed(unproven)}.",
                links.page(look.evaluation, "matrix"),
            )


@gate(Stage.TRIALS, nothing=nothing.scores)
def late_scores_settled(look: Look) -> Iterator[Blocker]:
    """The meeting has settled the scores that are far apart after the trials."""
    yield from unsettled_scores(look)


@gate(Stage.TRIALS, signing=True)
def trials_signed(look: Look) -> Iterator[Blocker]:
    """Every role that was asked has approved the trial results."""
    yield from unsigned(look)
