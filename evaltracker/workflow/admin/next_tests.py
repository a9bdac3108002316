"""What to test next, on the page of trials."""

from collections.abc import Iterator
from typing import Any

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.kit.text import named_ref
from evaltracker.pages.panels import register_panel
from evaltracker.workflow import links
from evaltracker.workflow.memo.certainty_words import NONE_DECIDES, idle_line, next_line
from evaltracker.workflow.selectors.next_tests import LISTED, NextTests, next_tests
from trials.selectors.runs_owed import RunsOwed, running_trials_of, runs_owed


def to_test_next(user: User, evaluation: Evaluation) -> dict[str, Any] | None:
    """The first ten open verdicts, and the first ten criteria that wait for runs.

    Nothing before anything was drawn and while no run is waited for, or at the end.
    """
    if not evaluation.is_open:
        return None
    drawn = next_tests([evaluation]).get(evaluation.pk)
    decisive = drawn if drawn and drawn.open else None
    owed: list[RunsOwed] = []
    if evaluation.stage == Stage.TRIALS:
        owed = runs_owed(running_trials_of(evaluation))
    if decisive is None and not owed:
        return None
    return {
        "drawn": decisive is not None,
        "as_of": decisive.as_of if decisive else None,
        "rows": list(decisive_rows(decisive)) if decisive else [],
        "idle": idle_line(decisive.idle) if decisive and decisive.tests else "",
        "none": NONE_DECIDES,
        "owed": [owed_row(each) for each in owed[:LISTED]],
        "more": max(len(owed) - LISTED, 0),
    }


def decisive_rows(found: NextTests) -> Iterator[tuple[str, str]]:
    """Where each verdict is judged, and how often it decides."""
    for test in found.tests:
        yield (
            links.cell(test.candidate, test.requirement),
            next_line(
                test.requirement.ref,
                test.requirement.text,
                test.candidate.name,
                test.chance,
            ),
        )


def owed_row(owed: RunsOwed) -> tuple[str, str]:
    """Where the criterion stands, and what it waits for."""
    criterion = owed.criterion
    need = named_ref(criterion.requirement.ref, criterion.requirement.text)
    return (
        links.trial(criterion.trial, f"criterion-{criterion.pk}"),
        f"{need}, {criterion.trial.candidate}: {owed.words}",
    )


register_panel("trials", 10, "workflow/parts/next_tests.html", to_test_next)
