"""What only the passing of time calls for: each app registers what it has to do.

Nobody's change causes that a milestone is overdue or that a signature has waited for
three days, so nobody's transaction can write the notice. A chore looks at the facts
and owes what is owed by now; what is owed already is not owed twice, so it may run
as often as it likes. Any waker does them (services/chores.py): beat, or the timer of
the system.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to do about every `every`, in one transaction of its own."""

    name: str
    every: datetime.timedelta
    work: Callable[[], None]


_CHORES: dict[str, Chore] = {}


def register_chore(
    *, name: str, every: datetime.timedelta, work: Callable[[], None]
) -> None:
    """Make a chore known; an app does so when it is ready.

    `work` may be called at any time, by any process, and again after a crash.

    Raises:
        TypeError: the name is too long, or taken by other work.

    """
    if not name or len(name) > 40:
        raise TypeError("a chore needs a name of at most 40 letters")
    if name in _CHORES and _CHORES[name].work is not work:
        raise TypeError(f"two chores are called “{name}”")
    _CHORES[name] = Chore(name, every, work)


def registered_chores() -> dict[str, Chore]:
    """All chores by name."""
    return dict(_CHORES)
