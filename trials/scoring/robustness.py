"""How small a change of the agreed weights would put another candidate first.

A category's weight is changed as a whole, in the evidence and in people's scores
alike; requirements keep their relation inside it. All of it is exact, so that a tie is
a tie.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from trials.scoring.fit import Contender, Field, Part, joined, ratio, total_of


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
        """How much of all weight changes its place."""
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
    found = [
        Flip(key, way.category, way.before, way.before + (way.after - way.before) * far)
        for way in _ways(field)
        if (far := _overtakes(mine, starts, way.ends)) is not None
    ]
    return min(found, key=lambda flip: flip.moved, default=None)


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
    low, high = Fraction(0), Fraction(1)
    for start, end in zip(starts, ends, strict=True):
        lead, last = starts[mine] - start, ends[mine] - end
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
        return ratio(parts) if value is None else value

    total = joined(part(contender.evidence), part(contender.people), field.share)
    return Fraction(0) if total is None else total
