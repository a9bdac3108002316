"""What waits on a person, over all of their evaluations."""

from collections.abc import Callable, Iterator

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.workflow.inbox import (
    after,
    demos,
    imports,
    interests,
    kinds,
    mentions,
    next_tests,
    opening,
    scores,
    sent,
    sign_offs,
    trials,
    waivers,
)
from evaltracker.workflow.inbox.items import Desk, WorkItem

KINDS: tuple[Callable[[Desk], Iterator[WorkItem]], ...] = (
    sign_offs.sign_offs,
    interests.interests,
    interests.clearings,
    opening.openings,
    waivers.waivers,
    trials.contracts,
    demos.demos,
    next_tests.led_trials,
    kinds.conditions,
    kinds.milestones,
    scores.scores,
    scores.far_apart_scores,
    kinds.weights,
    kinds.next_steps,
    kinds.questions,
    kinds.proposals,
    sent.sent,
    kinds.unclear_notices,
    imports.imports,
)
# What goes on once an evaluation has ended.
AFTER: tuple[Callable[[Desk], Iterator[WorkItem]], ...] = (
    after.checks,
    after.contracts,
    after.letters,
    mentions.mentions,
)


def my_work(user: User, evaluation: Evaluation | None = None) -> list[WorkItem]:
    """What waits on `user`, the most urgent first; of one evaluation if given.

    Each kind takes a fixed number of queries, however many evaluations there are.
    What takes a close look, the next step and whether words have changed, is read
    from the last one, and looked at again for the first few that moved since.
    """
    if not user.is_active:
        return []
    desk = Desk(user, evaluation)
    kinds_of_work = (*KINDS, *AFTER) if desk.evaluations else AFTER
    items = [item for kind in kinds_of_work for item in kind(desk)]
    # The next step may be what another kind says more exactly, of the same place.
    apart = ("next_step", "milestone")
    said = {item.link for item in items if item.kind not in apart}
    return sorted(
        (
            item
            for item in items
            if item.kind != "next_step"
            or item.link.partition("#criterion-")[0] not in said
        ),
        key=lambda item: item.order,
    )
