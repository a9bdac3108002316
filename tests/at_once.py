"""Starting real threads together, for races on PostgreSQL."""

import threading
from collections.abc import Callable

from django.db import close_old_connections, connection

from evaltracker.errors import Problem


def at_once(
    count: int, work: Callable[[int], object], *, within: float = 60
) -> list[object]:
    """What `work` gave or refused in each of `count` threads started together.

    None of whatever is not done `within` so many seconds.
    """
    results: list[object] = [None] * count
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        close_old_connections()
        gate.wait()
        try:
            results[number] = work(number)
        except Problem as problem:
            results[number] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=within)
    return results
