"""Open verdicts in the trials that a person leads, by what they may change."""

import uuid
from collections.abc import Iterator

from evaltracker.kit.text import listed
from evaltracker.workflow import links
from evaltracker.workflow.inbox.items import Desk, WorkItem
from evaltracker.workflow.memo.certainty_words import of_100
from evaltracker.workflow.selectors.next_tests import NextTest, next_tests
from trials.models import Trial


def tests_to_run(desk: Desk) -> Iterator[WorkItem]:
    """Of the verdicts that are most worth a test, those of the person's own trials."""
    led = Trial.objects.filter(
        lead=desk.user,
        closed_at__isnull=True,
        candidate__evaluation__in=[
            key for key in desk.evaluations if not desk.keeps_out(key)
        ],
    )
    trials = {trial.candidate_id: trial for trial in led.select_related("candidate")}
    where = {trial.candidate.evaluation_id for trial in trials.values()}
    if not where:
        return
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


def chance_of(test: NextTest) -> str:
    """“T8 in 27 of 100 cases”."""
    return f"{test.requirement.ref} in {of_100(test.chance)} cases"
