"""T32: eight writers append 500 entries each to one chain, a tenth of them in vain.

The chain must hold, at least a hundred entries a second must stay, and each of six
falsifications must be found, the last two with an anchor kept elsewhere.
"""

import sys
import time
from collections.abc import Sequence

from bench.harness import place, product

WRITERS, EACH, AT_LEAST = 8, 500, 100


def main(arguments: Sequence[str]) -> int:
    """0 when the chain holds, it was quick enough, and nothing false went unseen."""
    each = EACH // 10 if "--quick" in arguments else EACH
    with place() as here, product(here):
        from evaltracker.evaluations.models import Entry
        from evaltracker.evaluations.verifying import find_break
        from tests.at_once import at_once
        from tests.evaluations.tampering import TAMPERINGS, found
        from tests.evaluations.writing import write_entries
        from tests.factories import common

        where = common.evaluation()
        before = Entry.objects.count()
        began = time.monotonic()
        kept = at_once(
            WRITERS, lambda number: write_entries(where, number, each), within=600
        )
        took = time.monotonic() - began
        written = sum(int(str(value)) for value in kept)
        rate, broken = written / took, find_break(where)
        whole = Entry.objects.count() - before == written and broken is None
        print(f"\n{WRITERS} writers × {each}, one chain: {written} kept, {rate:.0f}/s")
        print(f"  broken links: {broken or 0}")
        told = {name: found(where, name) for name in TAMPERINGS}
        for name, words in told.items():
            print(f"  {name}: {words or 'NOT FOUND'}")
    return 0 if whole and rate >= AT_LEAST and all(told.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
