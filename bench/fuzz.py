"""T35: schemathesis with the tokens of two rivals against the deployed vendor process.

All phases and checks; no answer may be a 5xx, differ from the description, come without
a token, or hold a word of a rival or of the house. SECONDS of time for each token.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.harness import place, product
from tests.served import VENDORS, Site
from tests.vendors.api.fuzzing import fuzz

if TYPE_CHECKING:
    from tests.vendors.isolation.world import Party

SECONDS = int(os.environ.get("SECONDS", "100"))
LEAST = 10_000
RIVALS = ("Acme", "Globex")


def main(arguments: Sequence[str]) -> int:
    """0 when all cases are as described, and there were enough of them."""
    seconds = 15 if "--quick" in arguments else SECONDS
    with place() as here, product(here) as ours:
        from tests.vendors.isolation.world import build_world

        parties = build_world().parties
        env = {**ours.env, "VENDOR_CALLS_PER_MINUTE": str(10**9)}
        env["CALLS_WITHOUT_TOKEN_PER_MINUTE"] = str(10**9)
        site = Site(folder=here.folder, settings=VENDORS, workers=2, env=env)
        site.start()
        before = site.memory()
        told = [
            try_as(site, parties[name], here.folder / name, seconds) for name in RIVALS
        ]
        grown = (site.memory() - before) / 1024 / 1024
        alive = len(site.processes()) == 3
        site.stop()
    cases = sum(cases for cases, _ in told)
    print(f"\n{cases:,} cases; memory of three processes grew by {grown:.0f} MB")
    enough = cases >= LEAST or "--quick" in arguments
    return 0 if enough and alive and all(good for _, good in told) else 1


def try_as(site: Site, party: Party, folder: Path, seconds: int) -> tuple[int, bool]:
    """How many cases there were with this vendor's token, and whether all were good."""
    from tests.vendors.isolation.marks import HOUSE, mark_of

    done = fuzz(
        site.url,
        party.token,
        folder,
        f"--max-time={seconds}",
        "--workers=2",
        invitation=str(party.candidate.pk),
        ref="R1",
        file=party.file,
        gap=party.gap,
    )
    foreign = [mark_of(name) for name in ("Acme", "Globex", "Initech")]
    foreign = [*(text for text in foreign if text != party.mark), HOUSE]
    heard = done.heard.read_bytes().lower()
    leaks = {
        text: heard.count(text.encode()) for text in foreign if text.encode() in heard
    }
    entries = json.loads(heard)["log"]["entries"]
    by_status = Counter(entry["response"]["status"] for entry in entries)
    broken = sum(count for status, count in by_status.items() if status >= 500)
    print(f"\n{party.name}: {done.cases:,} cases, {len(entries):,} calls")
    print(
        "  "
        + ", ".join(f"{value} × {by_status[value]:,}" for value in sorted(by_status))
    )
    print(f"  {broken} × 5xx; foreign words: {leaks or 'none'}")
    if done.code:
        print(done.said[-20_000:])
    return done.cases, done.code == 0 and not broken and not leaks


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
