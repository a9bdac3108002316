"""The tiers of the tests: each push runs all but what is marked `nightly`.

A test waits for the night only with a reason that says what of it stays in each push.
"""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a `nightly` without its reason."""
    for item in items:
        for mark in item.iter_markers("nightly"):
            if mark.args or len(str(mark.kwargs.get("reason", "")).split()) < 4:
                raise pytest.UsageError(
                    f'{item.nodeid}: say nightly(reason="..."), and what stays.'
                )
