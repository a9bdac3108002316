"""What the sign-off gates of all stages share."""

from collections.abc import Iterator

from evaltracker.workflow import links
from evaltracker.workflow.gates.facts import Look
from evaltracker.workflow.gates.table import Blocker


def unsigned(look: Look) -> Iterator[Blocker]:
    """A blocker for every rule that has not passed, or for having no rule."""
    if not look.tallies:
        yield Blocker(
            "Nobody is asked to sign this stage; say which roles must.",
            links.page(look.evaluation, "sign_offs"),
        )
    yield from unpassed(look)


def unpassed(look: Look) -> Iterator[Blocker]:
    """A blocker for every rule that has not passed."""
    for tally in look.tallies:
        if not tally.passed:
            yield Blocker(tally.sentence, links.page(look.evaluation, "sign_offs"))
