"""Which criterion the name of a test speaks of: “test_c2_restores” of criterion 2."""

import re

# At the beginning, or where a runner has put a path or a class before it.
_NAMED = re.compile(
    r"(?:^|::|[./])\s*(?:test[ _-]*)?c(\d{1,4})(?![0-9A-Za-z])", re.IGNORECASE
)


def criterion_in(name: str) -> str:
    """The number that stands at the beginning of a test's name; blank if none does."""
    found = _NAMED.findall(name.partition("[")[0])
    return str(int(found[-1])) if found else ""
