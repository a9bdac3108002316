"""Ten thousand weightings: exact, shared at a tie, and the same for ever."""

import csv
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trials.fields import field, fields
from tests.trials.test_scoring_people import NOT_CRITERIA, ORACLE
from trials.scoring import ScoreFacts, people_score
from trials.scoring.certainty import LEAST, STEPS, ranking, winning_shares
from trials.scoring.fit import Contender, Field, contender, field_of

CLOSE = field([[(4, 8), (3, 5), (3, 6)], [(4, 6), (3, 9), (3, 5)]])


def test_the_seeded_result_is_the_same_for_ever() -> None:
    assert winning_shares(CLOSE) == {
        "x": Fraction(8_247, 20_000),
        "y": Fraction(11_753, 20_000),
    }


def test_who_is_level_shares_the_draw() -> None:
    same = [(4, 8), (3, 5)]
    assert winning_shares(field([same, same, [(4, 1), (3, 1)]]), 100) == {
        "x": Fraction(1, 2),
        "y": Fraction(1, 2),
        "z": 0,
    }


@settings(max_examples=60)
@given(fields, st.integers(0, 99))
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_who_is_level_shares_the_draw",
)
def test_it_is_what_counting_by_hand_gives(made: Field, seed: int) -> None:
    draws, random, wins = 12, Random(seed), dict.fromkeys("xyzuvw", Fraction(0))
    for _ in range(draws):
        drawn = [LEAST + int(random.random() * STEPS) for _ in made.categories]
        totals = {
            contender.key: by_hand(contender, made, drawn)
            for contender in made.contenders
        }
        best = [key for key, total in totals.items() if total == max(totals.values())]
        for key in best:
            wins[key] += Fraction(1, len(best) * draws)
    shares = winning_shares(made, draws, seed)
    assert shares == {
        contender.key: wins[contender.key] for contender in made.contenders
    }
    assert sum(shares.values()) == 1


def by_hand(contender: Contender, made: Field, drawn: list[int]) -> Fraction:
    def side(parts: tuple[tuple[Fraction, Fraction], ...]) -> Fraction:
        weight = sum(f * w for f, (_, w) in zip(drawn, parts, strict=True))
        points = sum(f * p for f, (p, _) in zip(drawn, parts, strict=True))
        return Fraction(points) / weight if weight else Fraction(0)

    return made.share * side(contender.evidence) + (1 - made.share) * side(
        contender.people
    )


def test_the_published_scores_are_led_by_two() -> None:
    rows = list(csv.DictReader(ORACLE.read_text("utf-8").splitlines()))
    names = [name for name in rows[0] if name not in NOT_CRITERIA]
    equal = dict.fromkeys(names, Decimal(1))
    scored = [
        contender(
            row["platform"],
            names,
            [],
            {},
            people_score(
                [ScoreFacts(name, int(row[name])) for name in names], equal, top=3
            ).rows,
        )
        for row in rows
    ]
    made = field_of(scored, equal, equal, Decimal(0))
    points = {
        candidate_row.key: candidate_row.total * 3 * len(names)
        for candidate_row in ranking(made)
    }
    assert [points[row["platform"]] for row in rows] == [18, 15, 12, 18, 17, 17, 16]
    assert [(candidate_row.key, candidate_row.rank) for candidate_row in ranking(made)][
        :4
    ] == [
        ("Neuro Platform", 1),
        ("Azure Machine Learning", 1),
        ("FloydHub", 3),
        ("Paperspace Gradient", 3),
    ]
