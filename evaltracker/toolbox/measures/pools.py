"""Runs in pools of one environment and commit: which counts, what each carries."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import NamedTuple, Self

from evaltracker.toolbox.measures.measure import (
    AT_MOST,
    EXACT,
    KEPT,
    NOTHING,
    Measure,
    Proposal,
    Verdict,
    mean_of,
    propose_of,
    propose_of_tests,
    ranks_of,
    verdict_of,
)

EVERY = "*"  # of commits; it joins them
PASSED, FAILED = "passed", "failed"
VERBS = {"holds": "holds", "partly": "holds partly", "fails": "fails"}
# So many files, the largest, are tried for whether they move a verdict.
MOST_TRIED = 200


def pool_name(text: str) -> str:
    return " ".join(text.split())


class Pool(NamedTuple):
    """Where runs come from; as a declaration a blank part is not said."""

    environment: str
    commit: str

    @property
    def words(self) -> str:
        """“m5.large, commit ab12”; what nobody named is not said."""
        commit = f"commit {self.commit}" if self.commit else ""
        commit = "every commit" if self.commit == EVERY else commit
        return ", ".join(filter(None, (self.environment, commit)))


# Nothing is declared, or a report names nothing.
UNSAID = Pool("", "")


@dataclass(frozen=True, slots=True)
class Tally:
    """What runs add up to in the measure's unit; from it their verdict can be told."""

    # Of tests: those that passed.
    numbers: int = 0
    failed: int = 0
    total: Decimal = Decimal(0)
    lowest: Decimal | None = None
    highest: Decimal | None = None
    # How many numbers are no worse than the bound, and than its tolerance.
    holding: int = 0
    tolerated: int = 0

    @property
    def n(self) -> int:
        """A run that failed is a run."""
        return self.numbers + self.failed

    @property
    def mean(self) -> Decimal:
        return KEPT.plus(EXACT.divide(self.total, Decimal(self.numbers)))

    @classmethod
    def of(cls, measure: Measure | None, results: Sequence[str]) -> Self:
        """Of results as they are frozen: a number, “passed” or “failed”."""
        failed = results.count(FAILED)
        if measure is None:
            return cls(len(results) - failed, failed)
        numbers = numbers_in(results)
        verdicts = [verdict_of(measure, number) for number in numbers]
        total = Decimal(0)
        for number in numbers:
            total = EXACT.add(total, number)
        return cls(
            *(len(numbers), failed, total),
            *(min(numbers, default=None), max(numbers, default=None)),
            *(verdicts.count("holds"), len(verdicts) - verdicts.count("fails")),
        )

    def __add__(self, other: "Tally") -> "Tally":
        lows = [low for low in (self.lowest, other.lowest) if low is not None]
        highs = [high for high in (self.highest, other.highest) if high is not None]
        return Tally(
            *(self.numbers + other.numbers, self.failed + other.failed),
            EXACT.add(self.total, other.total),
            *(min(lows, default=None), max(highs, default=None)),
            *(self.holding + other.holding, self.tolerated + other.tolerated),
        )

    def __sub__(self, other: "Tally") -> "Tally":
        """Without some of them; its lowest and highest are not known."""
        return Tally(
            *(self.numbers - other.numbers, self.failed - other.failed),
            EXACT.subtract(self.total, other.total),
            *(None, None),
            *(self.holding - other.holding, self.tolerated - other.tolerated),
        )


def numbers_in(results: Iterable[str]) -> list[Decimal]:
    return [Decimal(text) for text in results if text not in (PASSED, FAILED)]


def places_of(measure: Measure | None, tally: Tally) -> list[int] | None:
    """The places, from 1, among the numbers alone whose mean the statistic is; none
    for the mean of all, None where it falls on a failed run.

    A failed run is beyond every bound: the last for *at most*, the first for *at
    least*; the mean of all falls on each.
    """
    if measure is None or not tally.numbers:
        return None
    ranks = ranks_of(measure.statistic, tally.n)
    if not ranks:
        return None if tally.failed else []
    before = 0 if measure.direction == AT_MOST else tally.failed
    places = [rank - before for rank in ranks]
    return places if places[0] > 0 and places[-1] <= tally.numbers else None


def at_places(
    measure: Measure | None, tally: Tally, ordered: Sequence[Decimal]
) -> list[Decimal]:
    return [ordered[place - 1] for place in places_of(measure, tally) or ()]


def propose_pool(
    measure: Measure | None, tally: Tally, numbers: Sequence[Decimal]
) -> Proposal:
    """The verdict that a pool carries; `numbers` are those at `places_of`."""
    n, failed = tally.n, tally.failed
    if measure is None:
        return replace(propose_of_tests(n, failed), failed=failed)
    if not n:
        return NOTHING
    low, high = tally.lowest, tally.highest
    places = places_of(measure, tally)
    if places is None or low is None or high is None:
        few = n < measure.least_n
        why = f"{n} of the {measure.least_n} runs that {measure.statistic} needs."
        if not few:
            of = "the run" if n == 1 else f"{failed} of {n} runs"
            why = f"{measure.statistic} falls on a failed run: {of} failed."
        verdict: Verdict | None = None if few else "fails"
        return Proposal(verdict, n, None, low, high, why, failed, fell=True)
    value = mean_of(numbers) if places else tally.mean
    proposal = propose_of(measure, n, value, low, high)
    why = f"{proposal.why} {failed} of them failed." if failed else proposal.why
    return replace(proposal, why=why, failed=failed)


def verdict_by_count(
    measure: Measure | None, tally: Tally, exact: Callable[[], Verdict | None]
) -> Verdict | None:
    """The same verdict without the numbers; where the two middle ones of a median lie
    on both sides of a bound it is `exact`."""
    n = tally.n
    if measure is None:
        return propose_of_tests(n, tally.failed).verdict
    if n < measure.least_n:
        return None
    ranks = ranks_of(measure.statistic, n)
    if not ranks:
        return "fails" if tally.failed else verdict_of(measure, tally.mean)
    at_most = measure.direction == AT_MOST
    from_best = [rank if at_most else n + 1 - rank for rank in ranks]
    verdicts: set[Verdict] = {
        "holds"
        if place <= tally.holding
        else "partly"
        if place <= tally.tolerated
        else "fails"
        for place in from_best
    }
    if max(from_best) > tally.numbers:
        return "fails"
    return verdicts.pop() if len(verdicts) == 1 else exact()


@dataclass(frozen=True, slots=True)
class FileOfRuns:
    """The runs that one file has for a criterion: those that count, and those that
    were left out."""

    key: str
    environment: str
    commit: str
    counted: Tally
    out: Tally = field(default_factory=Tally)


def sort_into_pools(
    declared: Pool, files: Iterable[FileOfRuns]
) -> tuple[dict[Pool, list[FileOfRuns]], Pool | None, str]:
    """The files by pool, the pool that proposes, and else what has to be declared."""
    declared = Pool(*map(pool_name, declared))
    pools: dict[Pool, list[FileOfRuns]] = {}
    for file in files:
        commit = EVERY if declared.commit == EVERY else pool_name(file.commit)
        pools.setdefault(Pool(pool_name(file.environment), commit), []).append(file)
    if all(declared):
        return pools, declared, ""
    fitting = [
        pool
        for pool in pools
        if all(said in ("", has) for said, has in zip(declared, pool, strict=True))
    ]
    for name in Pool._fields:
        if len({getattr(pool, name) for pool in fitting}) > 1:
            return pools, None, name
    return pools, fitting[0] if fitting else None, ""


@dataclass(frozen=True, slots=True)
class PoolCount:
    """What the runs of one pool come to, if it were to propose."""

    pool: Pool
    files: Sequence[FileOfRuns]
    counted: Tally
    out: Tally
    proposal: Proposal

    @classmethod
    def of(
        cls, measure: Measure | None, pool: Pool, files: Sequence[FileOfRuns]
    ) -> "PoolCount":
        """Its proposal waits for the numbers."""
        counted = sum((file.counted for file in files), Tally())
        out = sum((file.out for file in files), Tally())
        return cls(pool, files, counted, out, NOTHING)

    def without(self, key: str) -> list[FileOfRuns]:
        return [file for file in self.files if file.key != key]


class Move(NamedTuple):
    """A file without which another verdict comes out."""

    key: str
    without: Verdict


@dataclass(frozen=True, slots=True)
class Pooled:
    """All pools of a criterion, the proposing one first, then by their size."""

    measure: Measure | None
    pools: Sequence[PoolCount] = ()
    # None: nothing is proposed; `asks` says what has to be declared, if anything.
    proposing: PoolCount | None = None
    asks: str = ""
    with_left_out: Proposal = NOTHING
    moves: Sequence[Move] = ()
    # Why its runs cannot be counted: the measure has another unit since.
    mismatch: str = ""

    @property
    def proposal(self) -> Proposal:
        if self.proposing is not None:
            return self.proposing.proposal
        if not self.asks:
            return replace(NOTHING, why=self.mismatch or NOTHING.why)
        several = f"Runs of several {self.asks}s came in; say which {self.asks} counts."
        return replace(NOTHING, why=several)

    @property
    def missing(self) -> int | None:
        least = self.measure.least_n if self.measure else 1
        return None if self.asks else max(least - self.proposal.n, 0)

    @property
    def left_out(self) -> int:
        return self.proposing.out.n if self.proposing else 0

    @property
    def files(self) -> list[FileOfRuns]:
        """Those that count in the proposing pool, the largest first."""
        return largest_first(self.proposing.files) if self.proposing else []

    def share(self, file: FileOfRuns) -> Fraction:
        return Fraction(file.counted.n, self.proposal.n)

    @property
    def turned_by_left_out(self) -> bool:
        """Whether the verdict is another one than with all runs."""
        both = (self.proposal.verdict, self.with_left_out.verdict)
        return bool(self.left_out and self.proposal.verdict) and both[0] != both[1]

    @property
    def needs_reason(self) -> bool:
        return bool(self.moves) or self.turned_by_left_out

    @property
    def turned_words(self) -> list[str]:
        """“Without laptop-warmup it fails.”, and what all runs would carry."""
        words = [f"Without {move.key} it {VERBS[move.without]}." for move in self.moves]
        verdict = self.with_left_out.verdict
        if self.turned_by_left_out and verdict:
            words.append(f"With what was left out it {VERBS[verdict]}.")
        return words

    @property
    def seen(self) -> str:
        """What a page showed of it, to tell later whether it is still the same."""
        shown = (self.proposal, self.with_left_out, self.left_out, list(self.moves))
        pool = self.proposing and tuple(self.proposing.pool)
        return sha256(repr((pool, shown)).encode()).hexdigest()[:16]


def largest_first(files: Iterable[FileOfRuns]) -> list[FileOfRuns]:
    counting = [file for file in files if file.counted.n]
    return sorted(counting, key=lambda file: (-file.counted.n, file.key))


def pools_of(
    measure: Measure | None, declared: Pool, files: Iterable[FileOfRuns]
) -> Pooled:
    """The pools without proposals, which `propose_pools` makes of their numbers."""
    sorted_files, chosen, asks = sort_into_pools(declared, files)
    if chosen is not None:
        sorted_files.setdefault(chosen, [])
    pools = [PoolCount.of(measure, pool, rows) for pool, rows in sorted_files.items()]
    pools.sort(key=lambda one: (one.pool != chosen, -one.counted.n, one.pool))
    return Pooled(measure, pools, pools[0] if chosen else None, asks)


def propose_pools(
    pooled: Pooled,
    numbers: Mapping[Pool, Sequence[Decimal]],
    numbers_with_out: Sequence[Decimal],
    exact_without: Callable[[str], Verdict | None],
) -> Pooled:
    """What each pool carries, and what moves the verdict of the one that proposes."""
    measure = pooled.measure
    pools = [
        replace(
            one,
            proposal=propose_pool(measure, one.counted, numbers.get(one.pool, ())),
        )
        for one in pooled.pools
    ]
    if pooled.proposing is None:
        return replace(pooled, pools=pools)
    first = pools[0]
    whole = first.counted + first.out
    return replace(
        pooled,
        pools=pools,
        proposing=first,
        with_left_out=propose_pool(measure, whole, numbers_with_out)
        if first.out.n
        else first.proposal,
        moves=moves_of(measure, first, exact_without),
    )


def moves_of(
    measure: Measure | None,
    count: PoolCount,
    exact_without: Callable[[str], Verdict | None],
) -> list[Move]:
    verdict = count.proposal.verdict
    if verdict is None:
        return []
    moves = []
    for file in largest_first(count.files)[:MOST_TRIED]:
        rest, key = count.counted - file.counted, file.key
        without = verdict_by_count(measure, rest, lambda key=key: exact_without(key))  # type: ignore[misc]
        if without not in (None, verdict):
            moves.append(Move(key, without))
    return moves


def exact_verdict(
    measure: Measure | None, files: Iterable[FileOfRuns], ordered: Sequence[Decimal]
) -> Verdict | None:
    """The verdict of files whose numbers these are."""
    tally = sum((file.counted for file in files), Tally())
    return propose_pool(measure, tally, at_places(measure, tally, ordered)).verdict


def propose_frozen(
    measure: Measure | None,
    declared: Pool,
    files: Sequence[tuple[FileOfRuns, Sequence[str], Sequence[str]]],
) -> Pooled:
    """The same of files with all their results: those that count, those left out."""
    pooled = pools_of(measure, declared, (file for file, *_ in files))
    results = {file.key: (counted, out) for file, counted, out in files}

    def numbers(of: Iterable[FileOfRuns], *, with_out: bool = False) -> list[Decimal]:
        texts = (results[file.key][: 1 + with_out] for file in of)
        return sorted(
            number for pair in texts for some in pair for number in numbers_in(some)
        )

    def exact_without(key: str) -> Verdict | None:
        return exact_verdict(measure, first.without(key), numbers(first.without(key)))

    first = pooled.proposing or PoolCount(UNSAID, (), Tally(), Tally(), NOTHING)
    places = {
        one.pool: at_places(measure, one.counted, numbers(one.files))
        for one in pooled.pools
    }
    everything = numbers(first.files, with_out=True)
    with_out = at_places(measure, first.counted + first.out, everything)
    return propose_pools(pooled, places, with_out, exact_without)
