"""T1 to T7, T10 and T11 in full size; with --quick as the tests run them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.faults.notices.run import main as run

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """0 when all passed."""
    return run(list(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
