"""What must hold before trials are left."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from evaltracker.decision import links
from evaltracker.evaluations.choices import Stage
from evaltracker.workflow.gates import table as nothing
from evaltracker.workflow.gates.demos import unsettled_scores
from evaltracker.workflow.gates.research import count_words, named
from evaltracker.workflow.gates.table import (
    Blocker,
    Look,
    Mender,
    gate,
    menders_of,
    unsigned,
)
from trials.choices import Severity
from trials.models import Criterion, Trial
from trials.selectors import unjudged_criteria


@gate(Stage.TRIALS, tells=True)
def criteria_judged(look: Look) -> Iterator[Blocker]:
    """Every criterion is judged on words that stand, and vendors had time to answer."""
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
            yield Blocker(
                f"Trial of {trial.candidate}: the vendor may still answer "
                f"{count_words(len(waiting), 'finding')}.",
                links.trial(trial, f"gap-{waiting[0].pk}"),
                menders=(Mender(None, str(trial.candidate)),),
            )


def no_trial(look: Look) -> Blocker:
    """Where they are drawn up; without a shortlist there is nobody to try."""
    place = links.page(look.evaluation, "trials")
    if look.shortlisted:
        place = links.act("draw-up-trials", look.evaluation)
    return Blocker("No shortlisted candidate has a trial.", place, "Draw up trials")


def unjudged(look: Look, trial: Trial, pending: list[object], agreed: int) -> Blocker:
    """At the first criterion that waits, by its id; without any, where to add one."""
    of = f"Trial of {trial.candidate}"
    if not agreed:
        add = links.act("add-criterion", trial)
        return Blocker(f"{of}: no criteria are agreed.", add, "Add criterion")
    return Blocker(
        f"{of}: {len(pending)} of {agreed} criteria not judged.",
        links.trial(trial, f"criterion-{pending[0]}"),
        "Judge",
        menders_of(look.judges),
    )


@gate(Stage.TRIALS, nothing=nothing.trials, tells=True)
def no_open_deal_breaker(look: Look) -> Iterator[Blocker]:
    """No gap that is a deal-breaker is open on a candidate in the running."""
    for trial in look.trials:
        for gap in trial.gaps.all():
            if gap.severity == Severity.DEAL_BREAKER and gap.closed_at is None:
                yield Blocker(
                    f"Open deal-breaker on {trial.candidate}: {gap.text[:120]}",
                    links.trial(trial, f"gap-{gap.pk}"),
                    menders=menders_of(look.judges),
                )


@gate(Stage.TRIALS, nothing=nothing.musts, tells=True)
def must_haves_proven(look: Look) -> Iterator[Blocker]:
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


@gate(Stage.TRIALS, nothing=nothing.scores, tells=True)
def late_scores_settled(look: Look) -> Iterator[Blocker]:
    """The meeting has settled the scores that are far apart after the trials."""
    yield from unsettled_scores(look)


@gate(Stage.TRIALS, signing=True)
def trials_signed(look: Look) -> Iterator[Blocker]:
    """Every role that was asked has approved the trial results."""
    yield from unsigned(look)
