"""Certainty counted slowly: every verdict there can be, and each draw word for word."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from itertools import product
from random import Random

from trials.scoring.fit import Field
from trials.scoring.open_cells import OpenCell, PendingVerdicts

VERDICTS = ("holds", "partly", "fails")
Verdicts = Mapping[OpenCell, str]


@dataclass
class Found:
    """Shares by candidate, of nobody, of being knocked out, and of each open cell."""

    wins: dict[str, Fraction]
    nobody: Fraction
    out: dict[str, Fraction]
    chances: dict[tuple[str, str], Fraction]


def firsts_of(
    field: Field, owed: PendingVerdicts, verdicts: Verdicts, factors: Sequence[int]
) -> tuple[frozenset[str], frozenset[str]]:
    """Who is first and who is knocked out; a cell that is not in `verdicts` stays."""
    totals, out = {}, set()
    for contender in field.contenders:
        key = contender.key
        gained = dict.fromkeys(field.categories, Fraction(0))
        for noted in owed.taken_of(key):
            gained[noted.category] += noted.change
            out |= {key} if noted.knocks_out else set()
        for cell, verdict in verdicts.items():
            if cell.candidate == key:
                credit = getattr(cell, verdict)
                gained[cell.category] += Fraction(cell.weight) * Fraction(
                    credit - cell.today
                )
                if verdict == "fails" and cell.knocks_out:
                    out.add(key)
        evidence = side(
            [
                (points + gained[name], weight)
                for (points, weight), name in zip(
                    contender.evidence, field.categories, strict=True
                )
            ],
            factors,
        )
        totals[key] = field.share * evidence + (1 - field.share) * side(
            contender.people, factors
        )
    left = {key: total for key, total in totals.items() if key not in out}
    best = max(left.values(), default=None)
    return frozenset(key for key in left if left[key] == best), frozenset(out)


def side(
    parts: Sequence[tuple[Fraction, Fraction]], factors: Sequence[int]
) -> Fraction:
    """Points by weight, both by the factors drawn."""
    weight = sum(f * w for f, (_, w) in zip(factors, parts, strict=True))
    points = sum(f * p for f, (p, _) in zip(factors, parts, strict=True))
    return Fraction(points) / weight if weight else Fraction(0)


def gather(
    field: Field,
    owed: PendingVerdicts,
    cases: Iterator[tuple[Fraction, Verdicts, Sequence[int]]],
) -> Found:
    """Add up cases by how likely each is, leaving every verdict out in turn."""
    keys = [contender.key for contender in field.contenders]
    found = Found(
        dict.fromkeys(keys, Fraction(0)),
        Fraction(0),
        dict.fromkeys(keys, Fraction(0)),
        {(cell.candidate, cell.ref): Fraction(0) for cell in owed.cells},
    )
    seen: dict[object, tuple[frozenset[str], frozenset[str]]] = {}

    def look(
        verdicts: Verdicts, factors: Sequence[int]
    ) -> tuple[frozenset[str], frozenset[str]]:
        said = {(cell.candidate, cell.ref, verdicts[cell]) for cell in verdicts}
        key = frozenset(said), tuple(factors)
        if key not in seen:
            seen[key] = firsts_of(field, owed, verdicts, factors)
        return seen[key]

    for likely, verdicts, factors in cases:
        firsts, out = look(verdicts, factors)
        for key in firsts:
            found.wins[key] += likely / len(firsts)
        for key in out:
            found.out[key] += likely
        found.nobody += likely * (not firsts)
        for cell in verdicts:
            rest = {each: said for each, said in verdicts.items() if each is not cell}
            if look(rest, factors)[0] != firsts:
                found.chances[cell.candidate, cell.ref] += likely
    return found


def enumerated(field: Field, owed: PendingVerdicts) -> Found:
    """Every way in which the open verdicts can fall, with the weights as agreed."""

    def cases() -> Iterator[tuple[Fraction, Verdicts, Sequence[int]]]:
        for said in product(VERDICTS, repeat=len(owed.cells)):
            verdicts = dict(zip(owed.cells, said, strict=True))
            yield chance_of(owed, verdicts), verdicts, [1] * len(field.categories)

    return gather(field, owed, cases())


def chance_of(owed: PendingVerdicts, verdicts: Verdicts) -> Fraction:
    """How likely just these verdicts are, each candidate's from its own urn."""
    likely = Fraction(1)
    for key, urn in owed.urns:
        balls = {verdict: Fraction(getattr(urn, verdict)) for verdict in VERDICTS}
        for cell in sorted(verdicts, key=lambda cell: cell.ref):
            if cell.candidate == key:
                likely *= balls[verdicts[cell]] / sum(balls.values())
                balls[verdicts[cell]] += urn.step
    return likely


def word_for_word(field: Field, owed: PendingVerdicts, draws: int, seed: int) -> Found:
    """Each draw as the rule says it, in fractions."""
    weights = Random(seed)
    dice: dict[OpenCell, Callable[[], float]] = {}
    for cell in owed.cells:
        text = f"{seed}\n{cell.candidate}\n{cell.ref}".encode()
        dice[cell] = Random(int(sha256(text).hexdigest(), 16)).random

    def cases() -> Iterator[tuple[Fraction, Verdicts, Sequence[int]]]:
        for _ in range(draws):
            factors = [500 + int(weights.random() * 1001) for _ in field.categories]
            verdicts: dict[OpenCell, str] = {}
            for key, urn in owed.urns:
                balls = {v: getattr(urn, v) for v in VERDICTS}
                mine = [cell for cell in owed.cells if cell.candidate == key]
                for cell in sorted(mine, key=lambda cell: cell.ref):
                    x = dice[cell]() * sum(balls.values())
                    verdict = "holds"
                    if x < balls["fails"]:
                        verdict = "fails"
                    elif x < balls["fails"] + balls["partly"]:
                        verdict = "partly"
                    verdicts[cell] = verdict
                    balls[verdict] += urn.step
            yield Fraction(1, draws), verdicts, factors

    return gather(field, owed, cases())
