"""Runs in pools of one environment and commit: which counts, what each carries."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from itertools import chain
from typing import Any, NamedTuple, Self

from evaltracker.toolbox.measures.measure import (
    AT_MOST,
    EXACT,
    KEPT,
    NOTHING,
    Measure,
    ProposedVerdict,
    Verdict,
    mean_of,
    propose_of,
    propose_of_tests,
    ranks_of,
    too_few,
    written,
)

EVERY = "*"  # of commits; it joins them
PASSED = "passed"
FAILED = "failed"
VERBS = {"holds": "holds", "partly": "holds partly", "fails": "fails"}
# So many files, the largest, are tried for whether they move a verdict.
MOST_TRIED = 200


class Pool(NamedTuple):
    """Where runs come from; as a declaration a blank part is not said."""

    environment: str = ""
    commit: str = ""

    @property
    def words(self) -> str:
        """“m5.large, commit ab12”; what nobody named is not said."""
        if self.commit == EVERY:
            commit = "every commit"
        elif self.commit:
            commit = f"commit {self.commit}"
        else:
            commit = ""
        return ", ".join(filter(None, (self.environment, commit)))


UNSAID = Pool()


def pool_name(text: str) -> str:
    return " ".join(text.split())


@dataclass(frozen=True)
class Results:
    """Runs of one criterion: their numbers in order, or how many tests passed, and how
    many failed, whose numbers count nowhere."""

    numbers: Sequence[Decimal] = ()
    passed: int = 0
    failed: int = 0

    @classmethod
    def of(cls, frozen: Sequence[str]) -> Self:
        """Of runs as they are frozen: a number each, “passed” or “failed”."""
        numbers = (Decimal(text) for text in frozen if text not in (PASSED, FAILED))
        return cls(sorted(numbers), frozen.count(PASSED), frozen.count(FAILED))

    def frozen(self) -> list[str]:
        numbers = [written(number) for number in self.numbers]
        return [*numbers, *[PASSED] * self.passed, *[FAILED] * self.failed]

    @property
    def n(self) -> int:
        """A run that failed is a run."""
        return len(self.numbers) + self.passed + self.failed

    @cached_property
    def total(self) -> Decimal:
        with localcontext(EXACT):
            return sum(self.numbers, Decimal(0))


NONE = Results()


def sum_of(parts: Iterable[Results]) -> Results:
    rows = list(parts)
    return Results(
        sorted(chain.from_iterable(row.numbers for row in rows)),
        sum(row.passed for row in rows),
        sum(row.failed for row in rows),
    )


def propose_results(
    measure: Measure | None, runs: Results, less: Results = NONE
) -> ProposedVerdict:
    """The verdict of runs without those of `less`; one that failed is beyond every
    bound. Where the statistic falls on it, or is a mean with it, the verdict is
    *fails*.
    """
    n = runs.n - less.n
    failed = runs.failed - less.failed
    if measure is None:
        return replace(propose_of_tests(n, failed), failed=failed)
    if not n:
        return NOTHING
    low, high = (runs.numbers[0], runs.numbers[-1]) if runs.numbers else (None, None)
    if measure.direction == AT_MOST:
        before = 0
    else:
        before = failed
    places = [rank - before for rank in ranks_of(measure.statistic, n)]
    if places:
        known = all(0 < place <= n - failed for place in places)
    else:
        known = not failed
    if low is None or high is None or not known:
        few = n < measure.least_n
        falls = f"{measure.statistic} falls on a failed run: {failed} of {n} failed."
        why = too_few(measure, n) if few else falls
        return ProposedVerdict(
            None if few else "fails", n, None, low, high, why, failed, fell=True
        )
    if places:
        value = mean_of([_number_at(place, runs, less) for place in places])
    else:
        total = EXACT.subtract(runs.total, less.total)
        value = KEPT.plus(EXACT.divide(total, Decimal(n)))
    proposal = propose_of(measure, n, value, low, high)
    if failed:
        why = f"{proposal.why} {failed} of them failed."
    else:
        why = proposal.why
    return replace(proposal, why=why, failed=failed)


def _number_at(place: int, runs: Results, less: Results) -> Decimal:
    """The number at that place, from 1, once those of `less` are away."""

    def up_to(number: Decimal) -> int:
        return bisect_right(runs.numbers, number) - bisect_right(less.numbers, number)

    return runs.numbers[bisect_left(runs.numbers, place, key=up_to)]


class FileOfRuns(NamedTuple):
    """The runs of one report for a criterion: those that count, and those left out."""

    key: str
    environment: str
    commit: str
    counted: Results
    out: Results = NONE


class FileShare(NamedTuple):
    key: str
    n: int
    share: Fraction


class Move(NamedTuple):
    """A file without which another verdict comes out."""

    key: str
    without: Verdict


@dataclass(frozen=True, slots=True)
class PoolCount:
    """What the runs of one pool come to, if it were to propose."""

    pool: Pool
    proposal: ProposedVerdict
    left_out: int = 0
    # Those that count, the largest first; `keys` are all of them.
    files: Sequence[FileShare] = ()
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pooled:
    """All pools of a criterion, the proposing one first, then by their size."""

    measure: Measure | None
    pools: Sequence[PoolCount] = ()
    # None: nothing is proposed; `asks` says what has to be declared, if anything.
    proposing: PoolCount | None = None
    asks: str = ""
    with_left_out: ProposedVerdict = NOTHING
    moves: Sequence[Move] = ()
    # Why its runs cannot be counted: the measure has another unit since.
    mismatch: str = ""

    @property
    def proposal(self) -> ProposedVerdict:
        if self.proposing is not None:
            return self.proposing.proposal
        several = f"Runs of several {self.asks}s came in; say which {self.asks} counts."
        if self.asks:
            why = several
        else:
            why = self.mismatch
        return replace(NOTHING, why=why or NOTHING.why)

    @property
    def missing(self) -> int | None:
        if self.measure:
            least = self.measure.least_n
        else:
            least = 1
        if self.asks:
            return None
        return max(least - self.proposal.n, 0)

    @property
    def left_out(self) -> int:
        if self.proposing:
            return self.proposing.left_out
        return 0

    @property
    def files(self) -> Sequence[FileShare]:
        if self.proposing:
            return self.proposing.files
        return ()

    @property
    def turned_by_left_out(self) -> bool:
        verdict = self.proposal.verdict
        return bool(verdict and self.left_out) and verdict != self.with_left_out.verdict

    @property
    def needs_reason(self) -> bool:
        return bool(self.moves) or self.turned_by_left_out

    @property
    def turned_words(self) -> list[str]:
        """“Without laptop-warmup it fails.”, and what all runs would carry."""
        sentences = [
            f"Without {key} it {VERBS[verdict]}." for key, verdict in self.moves
        ]
        verdict = self.with_left_out.verdict
        if self.turned_by_left_out and verdict:
            sentences.append(f"With what was left out it {VERBS[verdict]}.")
        return sentences

    @property
    def seen(self) -> str:
        """What a page showed of it, to tell later whether it is still the same."""
        pool = self.proposing and tuple(self.proposing.pool)
        shown: Any = (pool, self.left_out, [tuple(move) for move in self.moves])
        for proposal in (self.proposal, self.with_left_out):
            shown += (proposal.n, proposal.verdict, proposal.value)
        return sha256(repr(shown).encode()).hexdigest()[:16]


def count_pools(
    measure: Measure | None, declared: Pool, files: Iterable[FileOfRuns]
) -> Pooled:
    """What the runs of a criterion come to where the contract declares that pool."""
    declared = Pool(*map(pool_name, declared))
    by_pool: dict[Pool, list[FileOfRuns]] = {}
    for file in files:
        if declared.commit == EVERY:
            commit = EVERY
        else:
            commit = pool_name(file.commit)
        by_pool.setdefault(Pool(pool_name(file.environment), commit), []).append(file)
    chosen, asks = _choose(declared, by_pool)
    if chosen is not None:
        by_pool.setdefault(chosen, [])
    pools = [_count(measure, pool, rows) for pool, rows in by_pool.items()]
    pools.sort(key=lambda count: (count.pool != chosen, -count.proposal.n, count.pool))
    if chosen is None:
        return Pooled(measure, pools, None, asks)
    first = pools[0]
    rows = by_pool[chosen]
    counted = sum_of(file.counted for file in rows)
    whole = first.proposal
    if first.left_out:
        everything = sum_of([counted, *(file.out for file in rows)])
        whole = propose_results(measure, everything)
    moves = _moves(measure, first.proposal.verdict, counted, rows)
    return Pooled(measure, pools, first, "", whole, moves)


def _choose(declared: Pool, pools: Iterable[Pool]) -> tuple[Pool | None, str]:
    if all(declared):
        return declared, ""
    fitting = [
        pool
        for pool in pools
        if all(part in ("", has) for part, has in zip(declared, pool, strict=True))
    ]
    for name in Pool._fields:
        if len({getattr(pool, name) for pool in fitting}) > 1:
            return None, name
    return (fitting[0] if fitting else None), ""


def _count(
    measure: Measure | None, pool: Pool, files: Sequence[FileOfRuns]
) -> PoolCount:
    proposal = propose_results(measure, sum_of(file.counted for file in files))
    counting = [
        FileShare(file.key, n, Fraction(n, proposal.n))
        for file in files
        if (n := file.counted.n)
    ]
    return PoolCount(
        pool,
        proposal,
        sum(file.out.n for file in files),
        sorted(counting, key=lambda share: (-share.n, share.key)),
        frozenset(file.key for file in files),
    )


def _moves(
    measure: Measure | None,
    verdict: Verdict | None,
    whole: Results,
    files: Sequence[FileOfRuns],
) -> list[Move]:
    """The files without which there is another verdict, the largest first."""
    counted = {file.key: file.counted for file in files if file.counted.n}
    if verdict is None or len(counted) < 2:
        return []
    moves = []
    for key in sorted(counted, key=lambda key: (-counted[key].n, key))[:MOST_TRIED]:
        without = propose_results(measure, whole, less=counted[key]).verdict
        if without not in (None, verdict):
            moves.append(Move(key, without))
    return moves
