"""How certain the first place is, and how little would have to change to turn it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import lcm, sumprod
from random import Random

from trials.scoring.fit import Contender, Field, Part, joined, ratio, total_of
from trials.scoring.open_cells import OpenCell, PendingVerdicts, VerdictPrior, cell_rng

# Who comes first, counting the trial verdicts that nobody has given yet.
#
# The weightings are those of `draws`; in each of them every open cell is drawn, too,
# and whoever fails a must-have is out of that draw. Exact, so that a tie is a tie,
# and replayable after years.

# Which candidate wins when all agreed weights are drawn anew, ten thousand times.
#
# Exact, so that a tie is a tie, and replayable: of the random module nothing is used
# but the seed and `random()`, whose sequence Python promises never to change.

DRAWS = 10_000
SEED = 20_261_124
# A drawn weight is 500 to 1500 thousandths of the agreed one.
LEAST = 500
STEPS = 1001


@lru_cache(maxsize=64)
def winning_shares(
    field: Field, draws: int = DRAWS, seed: int = SEED
) -> Mapping[str, Fraction]:
    """Share of random weightings that each contender wins; 1 in sum.

    1. In each draw every category's weight is the agreed one times a factor between
       0.5 and 1.5, each thousandth equally likely, each category on its own.
    2. Fit and people's score are added up anew, exactly, and joined as agreed.
    3. Several that are level at the top share the draw in equal parts.
    """
    wins = dict.fromkeys((contender.key for contender in field.contenders), Fraction(0))
    if not field.contenders:
        return wins
    counted: dict[tuple[int, ...], int] = {}
    for firsts in _firsts(Scales.of(field), draws, seed):
        counted[firsts] = counted.get(firsts, 0) + 1
    for firsts, times in counted.items():
        for place in firsts:
            wins[field.contenders[place].key] += Fraction(times, len(firsts) * draws)
    return wins


def drawn_weights(categories: int, draws: int, seed: int) -> Iterator[list[int]]:
    """Each draw's factors in thousandths, one per category in the field's order."""
    random = Random(seed).random  # noqa: S311
    columns = range(categories)
    for _ in range(draws):
        yield [LEAST + int(random() * STEPS) for _ in columns]


@dataclass(frozen=True, slots=True)
class Scales:
    """A field in whole numbers, on one scale for evidence and one for people.

    Candidates for whom the same applies have the same weights, which are added up once
    in a draw: `weights` are the different ones, a row names its two by place. `grain`
    is how many whole numbers one point of evidence is.
    """

    weights: list[list[int]]
    rows: list[tuple[list[int], int, list[int], int]]
    share: tuple[int, int]
    categories: int
    grain: int

    @classmethod
    def of(cls, field: Field, steps: Iterable[Fraction] = ()) -> "Scales":
        """Scale the field; on the grain of evidence each of `steps` is whole, too."""
        weights: list[list[int]] = []

        def place_of(row: list[int]) -> int:
            if row not in weights:
                weights.append(row)
            return weights.index(row)

        evidence = [contender.evidence for contender in field.contenders]
        people = [contender.people for contender in field.contenders]
        grain = lcm(_grain(evidence), *(step.denominator for step in steps))
        sides = [_whole(evidence, grain), _whole(people, _grain(people))]
        rows = [
            (points, place_of(weight), votes, place_of(by))
            for (points, weight), (votes, by) in zip(*sides, strict=True)
        ]
        share = (field.share.numerator, field.share.denominator - field.share.numerator)
        return cls(weights, rows, share, len(field.categories), grain)


def _grain(sides: list[tuple[Part, ...]]) -> int:
    grain = 1
    for side in sides:
        for part in side:
            grain = lcm(grain, *(share.denominator for share in part))
    return grain


def _whole(
    sides: list[tuple[Part, ...]], scale: int
) -> list[tuple[list[int], list[int]]]:
    scaled = []
    for side in sides:
        points = [int(points * scale) for points, _ in side]
        weights = [int(weight * scale) for _, weight in side]
        scaled.append((points, weights))
    return scaled


def _firsts(scales: Scales, draws: int, seed: int) -> Iterator[tuple[int, ...]]:
    """Who is first in each draw, by place; several where they are level."""
    evidence, people = scales.share
    for drawn in drawn_weights(scales.categories, draws, seed):
        sums = [int(sumprod(row, drawn)) for row in scales.weights]
        best = -1
        of = 1
        firsts = []
        for place, (points, by, votes, among) in enumerate(scales.rows):
            # share * points / weight + (1 - share) * votes / weight, over one line.
            fit_of = sums[by] or 1
            said_of = sums[among] or 1
            value = evidence * said_of * int(sumprod(points, drawn))
            if people:
                value += people * fit_of * int(sumprod(votes, drawn))
            whole = fit_of * said_of
            ahead = value * of - best * whole
            if ahead > 0:
                best = value
                of = whole
                firsts = [place]
            elif ahead == 0:
                firsts.append(place)
        yield tuple(firsts)


# One candidate's open cells, drawn again and again from its urn, in whole numbers.
#
# All open cells start at *holds*, and the few other verdicts take off what they lose:
# the common case costs one random number, one product and one comparison.

# The random numbers of a cell, the sum of the urn before it, its place, its column,
# what *partly* and *fails* lose against *holds*, their swings, whether it knocks out.
type Die = tuple[Callable[[], float], int, int, int, list[int], list[int], bool]

NOTHING = VerdictPrior(0, 0, 0, 0)


class VerdictDraws:
    """A candidate in one draw after another.

    After `draw`: `value` over `whole` is its total, `knocks` by how many verdicts it is
    out, `knocked_by` the place of the last of them among `cells`, and `swings` what
    each cell's category would gain if that verdict were left out.
    """

    def __init__(
        self, field: Field, place: int, owed: PendingVerdicts, scales: Scales, seed: int
    ) -> None:
        key = field.contenders[place].key
        self.cells = owed.cells_of(key)
        self.columns = [field.categories.index(cell.category) for cell in self.cells]
        self.always_out = any(cell.knocks_out for cell in owed.taken_of(key))
        self._grain = scales.grain
        self._evidence, self._people = scales.share
        points, self._by, self._said, self._among = scales.rows[place]
        self._urn = owed.urn_of(key) if self.cells else NOTHING
        self._if_held = [self._swing(cell, cell.holds) for cell in self.cells]
        self._dice = [self._die(number, seed) for number in range(len(self.cells))]
        self._points = points.copy()
        for column, swing in zip(self.columns, self._if_held, strict=True):
            self._points[column] -= swing
        for taken in owed.taken_of(key):
            column = field.categories.index(taken.category)
            self._points[column] += int(taken.change * scales.grain)
        self.value = 0
        self.whole = 1
        self.unit = 0
        self.knocks = 0
        self.knocked_by = 0
        self.swings: list[int] = []

    def draw(self, drawn: Sequence[int], sums: Sequence[int]) -> None:
        """Draw a verdict for each open cell and add up the total.

        `drawn` are the categories' weights of this draw, `sums` all weights together.
        """
        lost = self._draw_verdicts(drawn)
        fit_of = sums[self._by] or 1
        said_of = sums[self._among] or 1
        self.unit = self._evidence * said_of
        self.value = self.unit * (int(sumprod(self._points, drawn)) - lost)
        if self._people:
            self.value += self._people * fit_of * int(sumprod(self._said, drawn))
        self.whole = fit_of * said_of

    def _draw_verdicts(self, drawn: Sequence[int]) -> int:
        """What the verdicts lose against *holds* everywhere."""
        step = self._urn.step
        fails = self._urn.fails
        either = fails + self._urn.partly
        lost = 0
        self.knocks = int(self.always_out)
        self.swings = self._if_held.copy()
        for random, total, place, column, losses, swings, knocks_out in self._dice:
            x = random() * total
            if x >= either:
                continue
            either += step
            failed = x < fails
            if failed:
                fails += step
                if knocks_out:
                    self.knocks += 1
                    self.knocked_by = place
            lost += losses[failed] * drawn[column]
            self.swings[place] = swings[failed]
        return lost

    def _die(self, place: int, seed: int) -> Die:
        cell = self.cells[place]
        held = self._if_held[place]
        swings = [self._swing(cell, credit) for credit in (cell.partly, cell.fails)]
        return (
            cell_rng(cell, seed).random,
            self._urn.total + place * self._urn.step,
            place,
            self.columns[place],
            [swing - held for swing in swings],
            swings,
            cell.knocks_out,
        )

    def _swing(self, cell: OpenCell, credit: Decimal) -> int:
        """What the category would gain if `credit` gave way to that of today."""
        return int((cell.points(cell.today) - cell.points(credit)) * self._grain)


# Which single verdicts decide a draw: without them somebody else would be first.

HEAVIEST = LEAST + STEPS - 1


def deciding(
    sides: Sequence[VerdictDraws], firsts: Sequence[int], drawn: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Candidate and cell, by place, of each verdict that decides this draw.

    Only one verdict changes at a time, so only its own candidate moves: in again, up to
    the best, or down to the second.
    """
    for place, side in enumerate(sides):
        if not side.cells:
            continue
        if side.knocks:
            cells = _back_in(side, sides, firsts, drawn)
        elif place not in firsts:
            need = _points_behind(side, sides[firsts[0]])
            cells = _reaching(side, need, drawn, 1)
        elif len(firsts) > 1:
            cells = _moving(side)
        else:
            cells = _reaching(side, _lead(side, sides), drawn, -1)
        for cell in cells:
            yield place, cell


def _back_in(
    side: VerdictDraws,
    sides: Sequence[VerdictDraws],
    firsts: Sequence[int],
    drawn: Sequence[int],
) -> list[int]:
    """The one cell that knocks it out, if it came first or level without it."""
    cell = side.knocked_by
    if side.knocks > 1 or side.always_out:
        return []
    if not firsts:
        return [cell]
    need = _points_behind(side, sides[firsts[0]])
    if side.unit:
        gained = side.swings[cell] * drawn[side.columns[cell]]
    else:
        gained = 0
    if need is not None and gained >= need:
        return [cell]
    return []


def _reaching(
    side: VerdictDraws, need: int | None, drawn: Sequence[int], sign: int
) -> list[int]:
    """Cells that move it by `need` points or more, up or down by `sign`."""
    if sign > 0:
        extreme = max(side.swings)
    else:
        extreme = -min(side.swings)
    if need is None or extreme * HEAVIEST < need:
        return []
    return [
        cell
        for cell, (swing, column) in enumerate(
            zip(side.swings, side.columns, strict=True)
        )
        if sign * swing * drawn[column] >= need
    ]


def _moving(side: VerdictDraws) -> list[int]:
    if not side.unit:
        return []
    return [cell for cell, swing in enumerate(side.swings) if swing]


def _points_behind(side: VerdictDraws, best: VerdictDraws) -> int | None:
    """The fewest points of evidence by which it reaches `best`; None if none would."""
    gap = best.value * side.whole - side.value * best.whole
    return _fewest(gap, side.unit * best.whole)


def _lead(side: VerdictDraws, sides: Sequence[VerdictDraws]) -> int | None:
    """The fewest points of evidence without which somebody is level with it; None:
    without rivals it is first whatever it loses."""
    needs = (
        _fewest(
            side.value * rival.whole - rival.value * side.whole, side.unit * rival.whole
        )
        for rival in sides
        if rival is not side and not rival.knocks
    )
    return min((need for need in needs if need is not None), default=None)


def _fewest(gap: int, worth: int) -> int | None:
    """The least whole number that times `worth` reaches `gap`; None if none does."""
    if worth:
        return -(-gap // worth)
    return 0 if gap <= 0 else None


@dataclass(frozen=True, slots=True)
class Chance:
    """The share of draws in which somebody else is first without this verdict."""

    candidate: str
    ref: str
    weight: Decimal
    share: Fraction


@dataclass(frozen=True, slots=True)
class Certainty:
    """Shares of the draws; those of `wins` and `nobody` are 1 in sum.

    `chances` are all open cells, those first that are most worth a test.
    """

    wins: Mapping[str, Fraction]
    nobody: Fraction
    knocked_out: Mapping[str, Fraction]
    chances: tuple[Chance, ...]


def count_certainty(
    field: Field, owed: PendingVerdicts, draws: int = DRAWS, seed: int = SEED
) -> Certainty:
    """Draw weights and open verdicts together.

    1. The weights come alone from the seed, as in `winning_shares`.
    2. Each candidate's open cells are drawn from its urn by ref, each with dice of its
       own.
    3. The best who are not knocked out share the draw; if nobody is left it goes to
       nobody.
    4. A verdict decides a draw if somebody else is first once it is left out: its cell
       then earns what it earns today and knocks nobody out.
    """
    count = _Count(field, owed, seed)
    for firsts in count.firsts(draws):
        count.wins[firsts] = count.wins.get(firsts, 0) + 1
    return count.result(draws)


class _Count:
    def __init__(self, field: Field, owed: PendingVerdicts, seed: int) -> None:
        self.scales = Scales.of(field, owed.steps())
        self.seed = seed
        self.keys = [contender.key for contender in field.contenders]
        self.sides = [
            VerdictDraws(field, place, owed, self.scales, seed)
            for place in range(len(self.keys))
        ]
        self.wins: dict[tuple[int, ...], int] = {}
        self.out = [0] * len(self.sides)
        self.decided = [[0] * len(side.cells) for side in self.sides]

    def firsts(self, draws: int) -> Iterator[tuple[int, ...]]:
        """Who is first in each draw, by place; nobody where all are knocked out."""
        for drawn in drawn_weights(self.scales.categories, draws, self.seed):
            sums = [int(sumprod(row, drawn)) for row in self.scales.weights]
            for place, side in enumerate(self.sides):
                side.draw(drawn, sums)
                if side.knocks:
                    self.out[place] += 1
            firsts = best_of(self.sides)
            for place, cell in deciding(self.sides, firsts, drawn):
                self.decided[place][cell] += 1
            yield tuple(firsts)

    def result(self, draws: int) -> Certainty:
        wins = dict.fromkeys(self.keys, Fraction(0))
        for firsts, times in self.wins.items():
            for place in firsts:
                wins[self.keys[place]] += Fraction(times, len(firsts) * draws)
        chances = [
            Chance(cell.candidate, cell.ref, cell.weight, Fraction(times, draws))
            for side, decided in zip(self.sides, self.decided, strict=True)
            for cell, times in zip(side.cells, decided, strict=True)
        ]
        return Certainty(
            wins=wins,
            nobody=Fraction(self.wins.get((), 0), draws),
            knocked_out={
                key: Fraction(times, draws)
                for key, times in zip(self.keys, self.out, strict=True)
            },
            chances=tuple(sorted(chances, key=_order)),
        )


def best_of(sides: Sequence[VerdictDraws]) -> list[int]:
    """Places of the best who are not knocked out; several where they are level."""
    best = -1
    of = 1
    firsts = list[int]()
    for place, side in enumerate(sides):
        if side.knocks:
            continue
        ahead = side.value * of - best * side.whole
        if ahead > 0:
            best = side.value
            of = side.whole
            firsts = [place]
        elif ahead == 0:
            firsts.append(place)
    return firsts


def _order(chance: Chance) -> tuple[Fraction, Decimal, str, str]:
    return -chance.share, -chance.weight, chance.candidate, chance.ref


# How small a change of the agreed weights would put another candidate first.
#
# A category's weight is changed as a whole, in the evidence and in people's scores
# alike; requirements keep their relation inside it. All of it is exact, so that a tie
# is a tie.


@dataclass(frozen=True, slots=True)
class Placed:
    """A contender with its total as agreed; rank 1 is first, equal totals share it."""

    key: str
    total: Fraction
    rank: int


@dataclass(frozen=True, slots=True)
class Flip:
    """The change of one category's weight from which on another candidate is first.

    `before` and `after` are the parts of the total that the category decides; on the
    value itself the two are level.
    """

    key: str
    category: str
    before: Fraction
    after: Fraction

    @property
    def moved(self) -> Fraction:
        return abs(self.after - self.before)


def ranking(field: Field) -> list[Placed]:
    """Contenders, the best first; equal ones keep their order and share a rank."""
    totals = [
        (contender.key, _total(contender, field)) for contender in field.contenders
    ]
    totals.sort(key=lambda pair: pair[1], reverse=True)
    return [
        Placed(key, total, 1 + sum(other > total for _, other in totals))
        for key, total in totals
    ]


def nearest_flip(field: Field, key: str) -> Flip | None:
    """The least change of one category's weight from which on `key` is first.

    Weight moves to the category from all others in proportion, until it alone counts,
    or from it to all others, until it does not count. On both ways every total is a
    straight line, so where two cross is solved and not searched. None: no change of
    one weight does it, or it is first already.
    """
    mine = [contender.key for contender in field.contenders].index(key)
    starts = [_total(contender, field) for contender in field.contenders]
    if starts[mine] == max(starts):
        return None
    flips = [
        Flip(key, way.category, way.before, way.before + (way.after - way.before) * far)
        for way in _ways(field)
        if (far := _overtakes(mine, starts, way.ends)) is not None
    ]
    return min(flips, key=lambda flip: flip.moved, default=None)


def smallest_flip(field: Field) -> Flip | None:
    """The least change of one category's weight that puts another candidate first.

    None if no change of one weight does. Where the first place is shared already,
    there is no single winner to change; callers ask `ranking` first.
    """
    flips = [nearest_flip(field, contender.key) for contender in field.contenders]
    return min(
        (flip for flip in flips if flip), key=lambda flip: flip.moved, default=None
    )


def _total(contender: Contender, field: Field) -> Fraction:
    total = total_of(contender, field.share)
    if total is None:
        raise ValueError(
            f"{contender.key} has no total and does not belong in the field."
        )
    return total


@dataclass(frozen=True, slots=True)
class _Way:
    """All weight moved to or from one category, and every total at the end of it."""

    category: str
    before: Fraction
    after: Fraction
    ends: tuple[Fraction, ...]


@lru_cache(maxsize=64)
def _ways(field: Field) -> tuple[_Way, ...]:
    return tuple(
        _Way(
            name,
            before,
            Fraction(int(alone)),
            tuple(
                _end(contender, field, place, alone=alone)
                for contender in field.contenders
            ),
        )
        for place, (name, before) in enumerate(
            zip(field.categories, field.decides, strict=True)
        )
        for alone in (True, False)
        if before != int(alone)
    )


def _overtakes(
    mine: int, starts: Sequence[Fraction], ends: Sequence[Fraction]
) -> Fraction | None:
    """The part of the way after which `mine` is ahead of or level with everybody.

    It has to stay so for some of the way: touching in a single point is no victory.
    """
    low = Fraction(0)
    high = Fraction(1)
    for start, end in zip(starts, ends, strict=True):
        lead = starts[mine] - start
        last = ends[mine] - end
        if lead < 0 <= last:
            low = max(low, lead / (lead - last))
        elif last < 0 <= lead:
            high = min(high, lead / (lead - last))
        elif lead < 0:
            return None
    return low if low < high else None


def _end(contender: Contender, field: Field, place: int, *, alone: bool) -> Fraction:
    """The total if the category alone counts, or if it does not count at all.

    Where a candidate has nothing at that end, its own sum stays as it is: what is not
    applicable or not scored never moves a total.
    """

    def part(parts: Sequence[Part]) -> Fraction | None:
        rest = [*parts[:place], *parts[place + 1 :]]
        value = ratio(parts[place : place + 1] if alone else rest)
        if value is None:
            return ratio(parts)
        return value

    total = joined(part(contender.evidence), part(contender.people), field.share)
    if total is None:
        return Fraction(0)
    return total
