"""What follows when requirements are added, or change after they were published.

Who has answered a requirement stands on a higher floor, which registers here what has
to happen in the very transaction of the change.
"""

from collections.abc import Collection
from typing import Protocol

from evaltracker.evaluations.models import Evaluation, Requirement


class Follower(Protocol):
    """Hears of requirements that are new, and of new revisions of others."""

    def __call__(
        self,
        evaluation: Evaluation,
        *,
        added: Collection[Requirement],
        changed: Collection[Requirement],
    ) -> None: ...


_FOLLOWERS: list[Follower] = []


def register_follower(follower: Follower) -> None:
    """Let `follower` hear of every change; once, however often it is registered."""
    if follower not in _FOLLOWERS:
        _FOLLOWERS.append(follower)


def tell_followers(
    evaluation: Evaluation,
    *,
    added: Collection[Requirement] = (),
    changed: Collection[Requirement] = (),
) -> None:
    """Call every follower, in the transaction of the caller."""
    if added or changed:
        for follower in _FOLLOWERS:
            follower(evaluation, added=added, changed=changed)
