"""How far the weights of roles are apart, and on what, and how many people can sign
for them: exact, without Django."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

# Two people who weigh at random are a third apart on average (0.32 to 0.36 for 3 to 20
# categories; a test draws it). Roles that are further apart than that agree on less
# than chance would have them agree on.
CONFLICT = Fraction(1, 3)
# One role decides by it, another does not care.
DECIDES = 8
HARDLY = 2


def shares[K: Hashable](weights: Mapping[K, int]) -> dict[K, Fraction]:
    """Weights as shares of their sum; empty if everything weighs nothing."""
    whole = sum(weights.values())
    if whole:
        return {key: Fraction(weight, whole) for key, weight in weights.items()}
    return {}


def distance[K: Hashable](
    pair: Mapping[K, int], other: Mapping[K, int]
) -> Fraction | None:
    """How far two weightings are apart: half the sum of the differences of shares.

    0 is the same shares, 1 has nothing in common; ``None`` if one of them says
    nothing. Shares are compared, so that somebody who weighs everything high is not
    far from somebody who weighs everything low. It reads as the share of the weight
    that one role would have to move to agree with the other.

    It is the total variation distance of two distributions (Levin, Peres and Wilmer,
    *Markov Chains and Mixing Times*, chapter 4), known in the social sciences as the
    index of Loosemore and Hanby (*British Journal of Political Science* 1, 1971).
    """
    first = shares(pair)
    second = shares(other)
    if not first or not second:
        return None
    nothing = Fraction(0)
    difference = sum(
        (
            abs(first.get(key, nothing) - second.get(key, nothing))
            for key in first.keys() | second.keys()
        ),
        nothing,
    )
    return difference / 2


@dataclass(frozen=True, slots=True)
class Divide[R, K]:
    about: K
    apart: Fraction
    most: R
    least: R


def dividing[R, K: Hashable](
    weightings: Mapping[R, Mapping[K, Fraction]],
) -> list[Divide[R, K]]:
    """What divides the roles, the widest first; `weightings` are shares by role.

    What all weigh alike is left out.
    """
    about = dict.fromkeys(key for weighting in weightings.values() for key in weighting)
    divides = []
    for key in about:
        weights = {
            role: weighting.get(key, Fraction(0))
            for role, weighting in weightings.items()
        }
        most = max(weights, key=lambda role: weights[role])
        least = min(weights, key=lambda role: weights[role])
        if weights[most] > weights[least]:
            divides.append(Divide(key, weights[most] - weights[least], most, least))
    return sorted(divides, key=lambda divide: divide.apart, reverse=True)


@dataclass(frozen=True, slots=True)
class Clash[R, K]:
    one: R
    other: R
    apart: Fraction
    # What one weighs 8 or more and the other 2 or less, with both weights; else that on
    # which they are furthest apart.
    about: tuple[tuple[K, int, int], ...]


def clashes[R, K: Hashable](
    weightings: Mapping[R, Mapping[K, int]],
) -> list[Clash[R, K]]:
    """Pairs of roles to talk before demos, the furthest apart first.

    A pair conflicts if it is more than `CONFLICT` apart, or if one says 8 or more
    where the other says 2 or less. Compared is what both have weighed.
    """
    pairs = []
    for (combination, first), (other, second) in combinations(weightings.items(), 2):
        both = [key for key in first if key in second]
        difference = distance(
            {key: first[key] for key in both}, {key: second[key] for key in both}
        )
        about = tuple(
            (key, first[key], second[key])
            for key in both
            if max(first[key], second[key]) >= DECIDES
            and min(first[key], second[key]) <= HARDLY
        )
        if difference is not None and (difference > CONFLICT or about):
            widest = max(both, key=lambda key: abs(first[key] - second[key]))
            about = about or ((widest, first[widest], second[widest]),)
            pairs.append(Clash(combination, other, difference, about))
    return sorted(pairs, key=lambda clash: clash.apart, reverse=True)


def most_people(seats: Sequence[set[int]]) -> int:
    """How many different people can sign at most, if each seat is signed by one of
    those named for it (Kuhn, *Naval Research Logistics Quarterly* 2, 1955)."""
    taken: dict[int, int] = {}

    def finds(seat: int, tried: set[int]) -> bool:
        for person in seats[seat] - tried:
            tried.add(person)
            if person not in taken or finds(taken[person], tried):
                taken[person] = seat
                return True
        return False

    return sum(finds(seat, set()) for seat in range(len(seats)))
