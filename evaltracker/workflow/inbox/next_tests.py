"""Open verdicts in the trials that a person leads, by what they may change."""

from collections.abc import Iterator

from evaltracker.workflow import links
from evaltracker.workflow.inbox.items import Desk, WorkItem
from evaltracker.workflow.memo.certainty_words import of_100
from evaltracker.workflow.selectors.next_tests import next_tests
from trials.models import Trial
from vendors.models import Conflict


def tests_to_run(desk: Desk) -> Iterator[WorkItem]:
    """Of the verdicts that are most worth a test, those of the person's own trials."""
    led = Trial.objects.filter(
        lead=desk.user,
        closed_at__isnull=True,
        candidate__evaluation__in=list(desk.evaluations),
    ).exclude(
        candidate__in=Conflict.objects.barring().of(desk.user).values("candidate")
    )
    trials = {trial.candidate_id: trial for trial in led.select_related("candidate")}
    where = {trial.candidate.evaluation_id for trial in trials.values()}
    if not where:
        return
    found = next_tests([desk.evaluations[key] for key in where])
    for key, tests in found.items():
        for test in tests.tests:
            trial = trials.get(test.candidate.pk)
            if trial is None:
                continue
            yield desk.item(
                "test_next",
                desk.evaluations[key],
                f"Test {test.requirement.ref} of {test.candidate}",
                f"Without this verdict somebody else would be first in "
                f"{of_100(test.chance)} cases.",
                links.trial(trial) + "#criteria",
                trial.ends_on,
            )
