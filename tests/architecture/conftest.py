"""Every module is parsed once for all tests of the architecture."""

from collections.abc import Iterator

import pytest

from tests.architecture.source import parsed, trees


@pytest.fixture(scope="package", autouse=True)
def _parsed() -> Iterator[None]:
    """The trees that these tests read; a fixture of the package keeps its tests with
    one worker (tests.order), which then parses alone."""
    trees()
    yield
    trees.cache_clear()
    parsed.cache_clear()
