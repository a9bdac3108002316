"""The trials that a person leads: what decides most in them, and what is left."""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from evaltracker.evaluations.choices import Stage
from evaltracker.kit.text import listed
from evaltracker.workflow import links
from evaltracker.workflow.inbox.items import Desk, WorkItem
from evaltracker.workflow.memo.certainty_words import of_100
from evaltracker.workflow.selectors.next_tests import NextTest, next_tests
from trials.models import Trial
from trials.selectors import unjudged_criteria
from trials.selectors.runs_owed import RunsOwed, runs_owed
from vendors.choices import CandidateState

SAID = 3


def led_trials(desk: Desk) -> Iterator[WorkItem]:
    """What decides most in the person's own trials; of the others, what is left."""
    led = Trial.objects.filter(
        lead=desk.user,
        closed_at__isnull=True,
        candidate__evaluation__in=[
            key for key in desk.evaluations if not desk.keeps_out(key)
        ],
    )
    led = led.exclude(candidate__state=CandidateState.ELIMINATED)
    led = led.select_related("candidate").only(
        *("agreed_at", "ends_on", "candidate__name", "candidate__evaluation")
    )
    trials = {trial.candidate_id: trial for trial in led}
    if not trials:
        return
    decisive = list(_decisive(desk, trials))
    yield from decisive
    said = {item.link for item in decisive}
    yield from _left(
        desk, [trial for trial in trials.values() if links.trial(trial) not in said]
    )


def _decisive(desk: Desk, trials: dict[uuid.UUID, Trial]) -> Iterator[WorkItem]:
    """The verdicts that may change who is first, trial by trial."""
    where = {trial.candidate.evaluation_id for trial in trials.values()}
    found = next_tests([desk.evaluations[key] for key in where])
    for key, tests in found.items():
        by_candidate: dict[uuid.UUID, list[NextTest]] = {}
        for test in tests.tests:
            by_candidate.setdefault(test.candidate.pk, []).append(test)
        for candidate, listed_tests in by_candidate.items():
            trial = trials.get(candidate)
            if trial is not None:
                refs = listed([test.requirement.ref for test in listed_tests])
                yield desk.item(
                    "test_next",
                    desk.evaluations[key],
                    f"Test next on {trial.candidate}: {refs}",
                    f"Left untested, they would change who is first: "
                    f"{listed([chance_of(test) for test in listed_tests])}.",
                    links.trial(trial),
                    trial.ends_on,
                )


def _left(desk: Desk, trials: Iterable[Trial]) -> Iterator[WorkItem]:
    """How much is still to be judged in a trial under way, or that it can be closed."""
    running = [
        trial
        for trial in trials
        if trial.agreed_at
        and desk.evaluations[trial.candidate.evaluation_id].stage == Stage.TRIALS
    ]
    open_criteria = unjudged_criteria().filter(trial__in=running).order_by()
    left = Counter(open_criteria.values_list("trial", flat=True))
    waiting: dict[uuid.UUID, list[RunsOwed]] = {}
    for owed in runs_owed(running) if running else ():
        waiting.setdefault(owed.criterion.trial_id, []).append(owed)
    for trial in running:
        number = left[trial.pk]
        to_go = f"{number} criteri{'on' if number == 1 else 'a'} to go"
        yield desk.item(
            "trial",
            desk.evaluations[trial.candidate.evaluation_id],
            f"Judge the trial of {trial.candidate}: {to_go}"
            if number
            else f"Close the trial of {trial.candidate}",
            f"You lead it.{waits_for(waiting.get(trial.pk, []))}"
            if number
            else "You lead it, and everything is judged.",
            links.trial(trial),
            trial.ends_on,
        )


def waits_for(owed: Sequence[RunsOwed]) -> str:
    """“ R1: no run yet; R2: 12 of 20 runs.”, of the first; blank if nothing waits."""
    lines = [f"{each.criterion.requirement.ref}: {each.words}" for each in owed[:SAID]]
    more = [f"{len(owed) - SAID} more"] if len(owed) > SAID else []
    return f" {'; '.join([*lines, *more])}." if lines else ""


def chance_of(test: NextTest) -> str:
    """“T8 in 27 of 100 cases”."""
    return f"{test.requirement.ref} in {of_100(test.chance)} cases"
