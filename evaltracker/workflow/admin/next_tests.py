"""What to test next, on the page of trials."""

from typing import Any

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.panels import register_panel
from evaltracker.workflow import links
from evaltracker.workflow.memo.certainty_words import NONE_DECIDES, idle_line, next_line
from evaltracker.workflow.selectors.next_tests import next_tests


def to_test_next(user: User, evaluation: Evaluation) -> dict[str, Any] | None:
    """The first ten open verdicts; nothing before anything was drawn, or at the end."""
    found = next_tests([evaluation]).get(evaluation.pk) if evaluation.is_open else None
    if found is None or not found.open:
        return None
    return {
        "as_of": found.as_of,
        "rows": [
            (
                links.cell(test.candidate, test.requirement),
                next_line(
                    test.requirement.ref,
                    test.requirement.text,
                    test.candidate.name,
                    test.chance,
                ),
            )
            for test in found.tests
        ],
        "idle": idle_line(found.idle) if found.tests else "",
        "none": NONE_DECIDES,
    }


register_panel("trials", 10, "workflow/parts/next_tests.html", to_test_next)
