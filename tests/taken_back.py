"""A case of many in one test: it finds what the test made, and leaves nothing behind.

With `subtests`, each case still fails by its own name:

    for case in cases():
        with subtests.test(case["name"]), taken_back():
            check(case)
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from tests.journal_coverage import assert_rows_are_told
from tests.lock_order import around_tests, assert_locks_in_order


@contextmanager
def taken_back() -> Iterator[None]:
    """Take back what a case writes; what the watchers saw in it fails the case."""
    with around_tests():
        yield
        transaction.set_rollback(True)
    assert_rows_are_told()
    assert_locks_in_order()
