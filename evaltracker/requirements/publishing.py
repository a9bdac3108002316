"""What follows when requirements are added, or change after they were published.

Who has answered a requirement stands on a higher floor, which registers here what has
to happen in the very transaction of the change.
"""

from collections.abc import Collection
from typing import Protocol

from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.kit.registry import Registry


class Follower(Protocol):
    """Hears of requirements that are new, and of new revisions of others."""

    def __call__(
        self,
        evaluation: Evaluation,
        *,
        added: Collection[Requirement],
        changed: Collection[Requirement],
    ) -> None: ...


FOLLOWERS: Registry[Follower, Follower] = Registry("follower")


def tell_followers(
    evaluation: Evaluation,
    *,
    added: Collection[Requirement] = (),
    changed: Collection[Requirement] = (),
) -> None:
    """Call every follower, in the transaction of the caller."""
    if added or changed:
        for follower in FOLLOWERS:
            follower(evaluation, added=added, changed=changed)
