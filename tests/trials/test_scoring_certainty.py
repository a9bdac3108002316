"""Who is first, counting open verdicts: exact, and what counting by hand gives."""

from decimal import Decimal
from fractions import Fraction as F
from random import Random

import pytest

from tests.trials.certain_by_hand import Found, enumerated, word_for_word
from tests.trials.certain_worlds import World, world
from tests.trials.fields import field
from trials.scoring.certainty import SEED, Certainty, count_certainty, winning_shares
from trials.scoring.fit import Contender, Field, field_of
from trials.scoring.open_cells import (
    DEFAULT_PRIOR,
    OpenCell,
    PendingVerdicts,
    RecordedCell,
    TrialRecord,
    cell_rng,
    prior_of,
    urn_of,
)

FAILED = RecordedCell(
    "A", "R1", "all", Decimal(1), Decimal("0.75"), Decimal(0), knocks_out=True
)
# Of each: the world, the shares in its order, and the cells' chances where told.
EXAMPLES: dict[int, tuple[World, list[F], list[F]]] = {
    1: (world("h .75", "h p"), [F(1), F(0)], []),
    2: (world("h ?.75", "h p"), [F(9, 11), F(2, 11)], [F(3, 11)]),
    3: (world("h !?.75", "h !fx"), [F(10, 11), F(1, 11)], [F(1, 11)]),
    4: (
        world("!?.75 !?.75", "!fx !fx"),
        [F(9, 11), F(2, 11)],
        [F(9, 110), F(9, 110)],
    ),
    5: (world("!?.5", "!?.5"), [F(99, 200)] * 2, [F(33, 50)] * 2),
    6: (world("?.75", "p", "p"), [F(23, 30), F(7, 60), F(7, 60)], []),
    7: (
        world("?.75", "p", prior=prior_of(TrialRecord(24, 3, 3))),
        [F(17, 20), F(3, 20)],
        [],
    ),
    8: (
        world("?.75", "p", prior=prior_of(TrialRecord(24, 3, 2))),
        [F(4, 5), F(1, 5)],
        [],
    ),
    9: (world("h h h h ?.75", "h h h h p"), [F(6, 7), F(1, 7)], [F(3, 14)]),
    10: (
        world("?.75", "h", people=(".8", ".4"), share="0.6"),
        [F(7, 10), F(3, 10)],
        [],
    ),
    11: (
        world("?.5", "p", weakest={"A R1": "0.5"}),
        [F(9, 20), F(11, 20)],
        [F(1, 10)],
    ),
    12: (world("!.75", "!.4x", recorded=[FAILED]), [F(0), F(1)], []),
}


@pytest.mark.parametrize("number", EXAMPLES)
def test_the_worked_examples_hold(number: int) -> None:
    made, shares, chances = EXAMPLES[number]
    exact = enumerated(made.field, made.owed)
    assert list(exact.wins.values()) == shares
    assert exact.nobody == 1 - sum(shares)
    assert not chances or list(exact.chances.values()) == chances
    assert furthest(count_certainty(made.field, made.owed), exact) < F(3, 200)


@pytest.mark.nightly(
    reason="races by hand, with exact shares, run in each push",
    short="::test_the_worked_examples_hold[4]",
)
def test_generated_races_come_within_two_points() -> None:
    random = Random(12)
    for _ in range(50):
        made = generated(random)
        exact = enumerated(made.field, made.owed)
        assert furthest(count_certainty(made.field, made.owed), exact) < F(1, 50)


def generated(random: Random) -> World:
    """One category, two to four candidates, up to six open cells."""
    size, left, rows = random.randrange(1, 5), 6, []
    for _ in range(random.randrange(2, 5)):
        row = []
        for _ in range(size):
            mark = random.choice(["h", "p", ".75", ".5", "?.75", "?.5", "?.3"])
            if mark.startswith("?"):
                left -= 1
                mark = mark if left >= 0 else mark[1:]
            row.append(random.choice(["", "", "!"]) + mark)
        rows.append(" ".join(row))
    return world(*rows)


@pytest.mark.parametrize("number", range(12))
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[10]"
)
def test_it_is_the_rule_word_for_word(number: int) -> None:
    made, owed = in_categories(Random(number))
    draws, seed = 60, 20_261_124 + number
    found = count_certainty(made, owed, draws, seed)
    by_hand = word_for_word(made, owed, draws, seed)
    assert furthest(found, by_hand) == 0
    assert sum(found.wins.values()) + found.nobody == 1
    ordered = [(-c.share, -c.weight, c.candidate, c.ref) for c in found.chances]
    assert ordered == sorted(ordered)


def in_categories(random: Random) -> tuple[Field, PendingVerdicts]:
    """Three categories, up to four candidates, some cells open, some recorded."""
    names, credits = ("A", "B", "C"), [Decimal(n) / 20 for n in range(21)]
    keys, cells, recorded = "xyzu"[: random.randrange(1, 5)], [], []
    weights = [(random.choice(names), Decimal(random.randrange(5))) for _ in range(12)]
    contenders = []
    for key in keys:
        sums = {name: (F(0), F(0)) for name in names}
        for number, (name, weight) in enumerate(weights):
            today, kind = random.choice(credits), random.randrange(8)
            points, of = sums[name]
            sums[name] = (points + F(weight) * F(today), of + F(weight))
            where = (key, f"R{number}", name, weight, today)
            if kind < 4:
                low, mid, high = sorted(random.choices(credits, k=3))
                cells.append(OpenCell(*where, high, mid, low, knocks_out=not kind))
            elif kind == 4:
                out = random.random() < 0.2
                recorded.append(RecordedCell(*where, random.choice(credits), out))
        said = tuple((F(random.randrange(6), 5), F(1)) for _ in names)
        contenders.append(Contender(key, tuple(sums.values()), said))
    share = random.choice([Decimal(0), Decimal("0.6"), Decimal(1)])
    evidence = {
        name: sum((w for n, w in weights if n == name), Decimal(0)) for name in names
    }
    made = field_of(contenders, evidence, dict.fromkeys(names, Decimal(1)), share)
    urn = urn_of(DEFAULT_PRIOR, TrialRecord(random.randrange(4), 1, 0))
    return made, PendingVerdicts(
        tuple(cells), tuple(recorded), tuple((key, urn) for key in keys)
    )


def furthest(found: Certainty, by_hand: Found) -> F:
    """The widest difference of any share."""
    chances = {(each.candidate, each.ref): each.share for each in found.chances}
    assert chances.keys() == by_hand.chances.keys()
    pairs = [(found.nobody, by_hand.nobody)]
    for some, others in (
        (found.wins, by_hand.wins),
        (found.knocked_out, by_hand.out),
        (chances, by_hand.chances),
    ):
        pairs += [(some[key], others[key]) for key in others]  # type: ignore[index]
    return max(abs(one - other) for one, other in pairs)


def test_with_nothing_open_it_is_the_share_of_weightings() -> None:
    made = field([[(4, 8), (3, 5), (3, 6)], [(4, 6), (3, 9), (3, 5)]])
    found = count_certainty(made, PendingVerdicts())
    assert found.wins == winning_shares(made)
    assert found.nobody == 0
    assert set(found.knocked_out.values()) == {0}


def test_each_open_cell_has_dice_of_its_own() -> None:
    cell = world("h ?.75").owed.cells[0]
    # SHA-256 of "20261124", "A" and "R2", a line each.
    digest = 0xA39F63B7C26F1455BC84A96FF780EDD1A2F0164A2C331F7A36050126F2402C63
    assert (
        cell_rng(cell, SEED).random() == Random(digest).random() == 0.6697349576015795
    )
