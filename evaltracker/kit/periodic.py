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

from evaltracker.kit.registry import Registry


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to do about every `every`, in one transaction of its own."""

    name: str
    every: datetime.timedelta
    work: Callable[[], None]


CHORES: Registry[str, Chore] = Registry("chore")


def register_chore(
    *, name: str, every: datetime.timedelta, work: Callable[[], None]
) -> None:
    """Make a chore known; an app does so when it is ready.

    `work` may be called at any time, by any process, and again after a crash.

    Raises:
        TypeError: the name is too long.
        ImproperlyConfigured: it is taken by other work.

    """
    if not name or len(name) > 40:
        raise TypeError("a chore needs a name of at most 40 letters")
    CHORES.register(name, Chore(name, every, work))
