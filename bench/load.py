"""P4: a hundred vendors and twenty members of staff at once, beside four callers.

Each member of staff owns an evaluation that five of the vendors answer, and reads its
pages and *My work*; vendors read what is asked and what they said, answer one by one
and in batches, and hand in. A round has as many calls of each kind however many call at
once. Servers are as deployed, one process for vendors and one for staff, then two for
staff. Goals are told; only a failed call is an error.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import count, cycle, islice
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

from bench.claim import words
from bench.harness import Goal, Size, Wire, alternate, get, place, product, report
from bench.pages import PAGES
from tests.served import VENDORS, Site

if TYPE_CHECKING:
    from bench.harness import Product
    from bench.seeds import Invitation

VENDOR, STAFF, WEB = "vendors", "staff", "evaltracker.settings"
INVITED, RIVALS, ASKED, BATCH = 100, 5, 40, 10
FEW, FEW_AGAIN, SOME, ALL = "4 callers", "4 callers again", "8 callers", "120 callers"
TWO = f"{ALL}, two web processes"
GOALS, MOST_SPREAD = [Goal("P4", FEW, ALL, least=0.8)], 5
GOOD = (200, 201)

# A vendor or a member of staff, and what they ask for next.
type Person = tuple[str, Iterator[bytes]]
type Turns = SimpleQueue[tuple[Person, Wire, int]]


class Call(NamedTuple):
    """What came of a request."""

    kind: str
    status: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Crowd:
    """People who take turns, so many at once; each makes `each` calls a round."""

    people: Sequence[Person]
    sites: Mapping[str, str]
    callers: int
    each: int
    rounds: list[list[Call]] = field(default_factory=list)

    def __call__(self) -> None:
        """One round; its calls are kept in `rounds`."""
        waiting: Turns = SimpleQueue()
        for person in random.sample(self.people, len(self.people)):
            waiting.put((person, Wire(self.sites[person[0]]), self.each))
        with ThreadPoolExecutor(self.callers) as pool:
            callers = [pool.submit(take_turns, waiting) for _ in range(self.callers)]
        self.rounds.append([call for caller in callers for call in caller.result()])

    def calls(self, warm_up: int = 0) -> list[Call]:
        """Those of all rounds after the first."""
        return [call for made in self.rounds[warm_up:] for call in made]


def take_turns(waiting: Turns) -> list[Call]:
    """Make the next call of whoever waits longest until nobody has one left."""
    made: list[Call] = []
    while True:
        try:
            person, wire, left = waiting.get_nowait()
        except Empty:
            return made
        kind, requests = person
        request = next(requests)
        began = time.perf_counter()
        status, _ = wire.send(request)
        made.append(Call(kind, status, time.perf_counter() - began))
        if left > 1:
            waiting.put((person, wire, left - 1))


def main(arguments: Sequence[str]) -> int:
    """0 when no call failed."""
    quick = "--quick" in arguments
    each, size = 2 if quick else 3, Size(blocks=1 if quick else 3, rounds=2, warm_up=1)
    with place() as here, product(here) as ours, ExitStack() as stack:
        people = everybody()
        ours.manage("collectstatic", "--noinput", "-v0")
        vendors = serve(stack, ours, VENDORS)
        web = [serve(stack, ours, WEB, workers) for workers in (1, 2)]
        answer_all(people, vendors.url)
        one, two = ({VENDOR: vendors.url, STAFF: site.url} for site in web)
        many = {FEW: 4, FEW_AGAIN: 4, SOME: 8, ALL: len(people)}
        crowds = {name: Crowd(people, one, most, each) for name, most in many.items()}
        crowds[TWO] = Crowd(people, two, len(people), each)
        race = alternate(crowds, size)
    report("load", race, same=(FEW, FEW_AGAIN), goals=GOALS)
    print(f"  P4   {TWO}: {race.ratio(ALL, TWO)} of the throughput of one")
    for name, crowd in crowds.items():
        rate = len(people) * each / race.tenth(name)
        print(f"  {name:32} {rate:6.1f} calls/s")
        print_times(crowd.calls(size.warm_up), judged=name == SOME)
    calls = [call for crowd in crowds.values() for call in crowd.calls()]
    failed = Counter(call.status for call in calls if call.status not in GOOD)
    print(f"  of {len(calls):,} calls failed, by status: {dict(failed) or 'none'}")
    return 1 if failed else 0


def serve(stack: ExitStack, ours: Product, settings: str, workers: int = 1) -> Site:
    """A server as deployed; no vendor calls too often for it."""
    unlimited = {"VENDOR_CALLS_PER_MINUTE": str(10**9)}
    env = {**ours.env, "DATABASE_URL": ours.app_url, **unlimited}
    site = Site(ours.place.folder, settings, workers, env, probe="healthz")
    stack.callback(site.stop)
    site.start()
    return site


def everybody() -> list[Person]:
    """Vendors, and owners of the evaluations; each begins with another call."""
    # Models can be imported once there is a product.
    from bench.seeds import many_invitations
    from bench.seeds.matrix import session
    from bench.seeds.purchases import starter
    from evaltracker.evaluations.models import Evaluation

    owners = [starter(f"lead{number}") for number in range(INVITED // RIVALS)]
    invited = many_invitations(INVITED, asked=ASKED, rivals=RIVALS, owners=owners)
    people: list[Person] = [
        (VENDOR, vendor_calls(mine, number)) for number, mine in enumerate(invited)
    ]
    for number, where in enumerate(Evaluation.objects.select_related("owner")):
        cookie = f"sessionid={session(where.owner)}"
        people.append((STAFF, staff_calls(where.slug, cookie, number)))
    return people


def answer_all(people: Sequence[Person], site: str) -> None:
    """Let every vendor answer all that is asked."""
    from bench.seeds import settle

    wire = Wire(site)
    for _, requests in people[:INVITED]:
        wire.caller(partial(next, requests), expect=200)()
    settle()


def vendor_calls(mine: Invitation, first: int) -> Iterator[bytes]:
    """All answers; then what a vendor calls over and over, from the first on, each
    answer in new words."""
    numbers = count()

    def claim() -> bytes:
        number = next(numbers)
        key = f"call {number}"
        return mine.post("claims/", words(number, asked=ASKED), Idempotency_Key=key)

    def batch(many: int = BATCH) -> bytes:
        said = [words(next(numbers), asked=ASKED) for _ in range(many)]
        return mine.post("claims/batch/", {"claims": said})

    reads = [partial(mine.get, below) for below in ("", "requirements/", "claims/")]
    hand_in = partial(mine.post, "submission/", {})
    calls: list[Callable[[], bytes]] = [*reads, claim, claim, batch, hand_in]
    yield batch(ASKED)
    for call in islice(cycle(calls), first, None):
        yield call()


def staff_calls(slug: str, cookie: str, first: int) -> Iterator[bytes]:
    """*My work* and each page of an evaluation over and over, from the first on."""
    pages = ["/admin/", *(f"/admin/e/{slug}/{name}" for name in PAGES)]
    for page in islice(cycle(pages), first, None):
        yield get(page, Cookie=cookie)


def print_times(calls: Sequence[Call], *, judged: bool) -> None:
    """How long calls take, by kind and together."""
    for kinds in ((VENDOR,), (STAFF,), (VENDOR, STAFF)):
        times = [call.seconds for call in calls if call.kind in kinds]
        hundredths = statistics.quantiles(times, n=100, method="inclusive")
        p50, p99 = hundredths[49] * 1e3, hundredths[98] * 1e3
        print(f"    {' and '.join(kinds):20} p50 {p50:.0f} ms, p99 {p99:.0f} ms")
    if judged:
        verdict = "ok" if p99 <= MOST_SPREAD * p50 else "not reached"
        print(f"  P4   p99 / p50: {p99 / p50:.1f}  goal ≤ {MOST_SPREAD}  {verdict}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
