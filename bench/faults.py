"""T1 to T7, T10 and T11 in full size; with --quick as the tests run them."""

import sys
from collections.abc import Sequence

from tests.faults.notices.run import main as run


def main(arguments: Sequence[str]) -> int:
    """0 when all passed."""
    return run(list(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
