"""What the sign-off gates of all stages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaltracker.workflow import links
from evaltracker.workflow.gates.table import Blocker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evaltracker.workflow.gates.look import Look


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
    for one in look.tallies:
        if not one.passed:
            yield Blocker(one.sentence, links.page(look.evaluation, "sign_offs"))
