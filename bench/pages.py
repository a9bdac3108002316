"""P1 to P3: every page of an evaluation as its owner reads it, beside the frame page.

The frame is the brief: navigation, tabs, the rights of the reader, and nothing counted.
It runs twice (A/A), and once more as of an older revision from a worktree of its own,
unless `--without-old`. Purchases are 5 × 40 and 20 × 500, in the middle of their
trials; the second is there twice, once quiet and once with an entry before each read.
Whoever runs 5 and 200 small evaluations reads *My work*, also when a day has just begun
in all of them. Claims that arrive are told by the p95 over all pages read in turns.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from bench.harness import Goal, Size, Wire, alternate, get, place, product, report
from bench.harness.arriving import p95_beside_claims
from bench.harness.old_frame import OLD, old_frame

if TYPE_CHECKING:
    from bench.seeds.purchases import Purchase

FRAME, AGAIN = "frame", "frame again"
PAGES = (
    *("", "requirements/", "stakeholders/", "candidates/", "invitations/", "sent/"),
    *("matrix/", "demos/", "trials/", "scores/", "sign-offs/", "costs/"),
    *("comparison/", "decision/", "journal/", "notices/", "unanswered/"),
    *("promised/", "buy-in/"),
)
WORK, DAY_BEGINS = "my work", ", a day begins"
MOST_BYTES = 300_000
SMALL, LARGE, QUICK = (5, 40), (20, 500), (10, 120)
EVALUATIONS, FEW_EVALUATIONS = (5, 200), (5, 40)


def main(arguments: Sequence[str]) -> int:
    """Measure; 0 when the goals are reached."""
    quick = "--quick" in arguments
    size = Size(blocks=2, rounds=3, warm_up=1) if quick else Size(rounds=4, warm_up=2)
    evaluations = FEW_EVALUATIONS if quick else EVALUATIONS
    with place() as here, product(here) as ours:
        # Models can be imported once there is a product.
        from bench.seeds import settle
        from bench.seeds.purchases import a_day_begins, owner_of, purchase
        from evaltracker.workflow.services.sign_offs import look_at_what_moved

        large = QUICK if quick else LARGE
        few, many, busy = purchase(*SMALL), purchase(*large), purchase(*large)
        deciding = purchase(*large, stage="decision")
        owners = {number: owner_of(number) for number in evaluations}
        settle()
        look_at_what_moved()  # as the worker does
        site = ours.serve()
        calls: dict[str, Callable[[], bytes]] = {
            FRAME: reader(site, many, "brief/"),
            AGAIN: reader(site, many, "brief/"),
            **pages_of(site, many),
            **pages_of(site, few, ", 5 × 40"),
            **pages_of(site, deciding, ", to decide", ("sign-offs/", "decision/")),
        }
        entries = pages_of(site, busy, ", after an entry")
        work = {f"{WORK} of {number}": key for number, key in owners.items()}
        calls |= entries | {
            name: Wire(site).caller(partial(home, cookie), expect=200)
            for name, cookie in work.items()
        }
        most = f"{WORK} of {evaluations[1]}"
        calls[f"{most}{DAY_BEGINS}"] = calls[most]
        if "--without-old" not in arguments:
            calls[OLD] = old_frame(here, *large)
        numbers = iter(range(10**9))
        before = dict.fromkeys(entries, lambda: busy.answer(next(numbers)))
        before[f"{most}{DAY_BEGINS}"] = a_day_begins
        race = alternate(calls, size, before=before)
        wanted = [*goals(calls, list(entries)), *goals_of_work(*evaluations)]
        code = report("pages", race, same=(FRAME, AGAIN), goals=wanted)
        fine = sizes(calls)
        arrive = pages_of(site, busy)
        quiet = p95_beside_claims(arrive, busy.answer, seconds=10 if quick else 60)
    if OLD not in calls:
        print(f"  The {OLD} was left out.")
    return max(code, 0 if fine and quiet else 1)


def home(cookie: str) -> bytes:
    """The request of *My work*."""
    return get("/admin/", Cookie=cookie)


def reader(site: str, of: Purchase, name: str) -> Callable[[], bytes]:
    """Reads one page of a purchase as its owner, over a connection of its own."""
    request = get(of.page(name), Cookie=of.cookie)
    return Wire(site).caller(lambda: request, expect=200)


def pages_of(
    site: str, of: Purchase, said: str = "", names: Sequence[str] = PAGES
) -> dict[str, Callable[[], bytes]]:
    """A reader of each page; `said` ends their names."""
    calls = {
        f"{name.rstrip('/') or 'overview'}{said}": reader(site, of, name)
        for name in names
    }
    if names is PAGES:
        calls[f"{WORK}{said}"] = Wire(site).caller(partial(home, of.cookie), expect=200)
    return calls


def goals(calls: Mapping[str, object], entries: Sequence[str]) -> list[Goal]:
    """P1 and P3 for whatever is read."""
    found = []
    for name in calls:
        base, _, said = name.partition(", ")
        if name in entries:
            found.append(Goal("P1", name, FRAME, most=12))
        elif said == "5 × 40":
            found.append(Goal("P1", name, FRAME, most=3))
            found.append(Goal("P3", base, name, most=4))
        elif not name.startswith((FRAME, OLD, f"{WORK} of")):
            found.append(Goal("P1", name, FRAME, most=6))
    if OLD in calls:
        found.append(Goal("P1", FRAME, OLD, most=1.25))
    return found


def goals_of_work(few: int, many: int) -> list[Goal]:
    """P2: *My work* of whoever runs many evaluations, beside that of few."""
    names = f"{WORK} of {many}", f"{WORK} of {many}{DAY_BEGINS}"
    return [
        Goal("P2", name, f"{WORK} of {few}", most=most)
        for name, most in zip(names, (3, 6), strict=True)
    ]


def sizes(calls: Mapping[str, Callable[[], bytes]]) -> bool:
    """Print what pages weigh when compressed; whether none weighs too much."""
    weights = {name: len(gzip.compress(call())) for name, call in calls.items()}
    heaviest = sorted(weights, key=lambda name: -weights[name])
    for name in heaviest[:8]:
        fine = "ok" if weights[name] <= MOST_BYTES else "not reached"
        print(f"  P3   {name}: {weights[name] / 1e3:.0f} kB compressed  {fine}")
    return weights[heaviest[0]] <= MOST_BYTES


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
