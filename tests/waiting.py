"""Waiting for a state, never for a while.

`until` is for whatever a test or a program of the tests waits for: it looks, and looks
again, and goes on as soon as it is so. Its limit only guards against waiting for ever,
so it is generous. A page is waited for by Playwright's `expect` and `wait_for`.
"""

import time
from collections.abc import Callable

WITHIN = 30.0
BETWEEN_LOOKS = 0.03


class NeverCame(AssertionError):
    """What was waited for did not come in time."""


def until[Value](
    condition: Callable[[], Value | None],
    within: float = WITHIN,
    *,
    what: str | Callable[[], str] = "",
) -> Value:
    """Wait until the condition holds; what it gave then.

    It says `what` was waited for if that does not come within so many seconds; a
    function is asked then, for what can only be told afterwards, such as a log.

    Raises:
        NeverCame: it did not hold in time.

    """
    ends = time.monotonic() + within
    while True:
        late = time.monotonic() > ends
        # Once more after the end: a busy machine may not have let it look before.
        value = condition()
        if value:
            return value
        if late:
            raise NeverCame(f"not within {within:g} s: {_name(condition, what)}")
        time.sleep(BETWEEN_LOOKS)


def comes(condition: Callable[[], object], within: float = WITHIN) -> bool:
    """Whether it holds in time, for who counts what did not come among other faults."""
    try:
        until(condition, within)
    except NeverCame:
        return False
    return True


def _name(condition: Callable[[], object], what: str | Callable[[], str]) -> str:
    """What was waited for, in words if there are any."""
    if callable(what):
        return what()
    if what:
        return what
    # Of a `partial`, what it calls; its own docstring is that of its class.
    inner = getattr(condition, "func", condition)
    words = inner.__doc__ or getattr(inner, "__qualname__", "") or repr(inner)
    return str(words).strip().splitlines()[0]
