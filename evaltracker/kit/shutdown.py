"""Being asked to stop: said once, heard by every process of a worker.

A worker's children do not get the signal that it gets. So the word stands in a piece of
memory that they share with it since they were forked.
"""

import mmap

_asked = mmap.mmap(-1, 1)


def ask_to_stop() -> None:
    """Let sweeps end after the mail in hand; safe in a signal handler."""
    _asked[0] = 1


def asked_to_stop() -> bool:
    """Whether a sweep should end now."""
    return bool(_asked[0])


def forget() -> None:
    """Go on as if nobody had asked."""
    _asked[0] = 0
