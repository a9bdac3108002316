"""The least change of one weight that puts another first, against brute force."""

from fractions import Fraction

import pytest
from hypothesis import given, settings

from tests.trials.fields import field, fields
from trials.scoring.certainty import nearest_flip, ranking, smallest_flip
from trials.scoring.fit import Field, Part

CLOSE = field([[(5, 8), (5, 4)], [(5, 5), (5, 6)]])
A_LITTLE = Fraction(1, 10**9)


def test_where_two_lines_cross_is_exact() -> None:
    # 0.8 a + 0.4 (1 - a) = 0.5 a + 0.6 (1 - a) at a = 2/5, and a is a half.
    flip = smallest_flip(CLOSE)
    assert flip is not None
    assert (flip.key, flip.before) == ("y", Fraction(1, 2))
    assert {flip.category: flip.after} in (
        {"A": Fraction(2, 5)},
        {"B": Fraction(3, 5)},
    )
    assert flip.moved == Fraction(1, 10)


def test_a_candidate_that_is_better_in_everything_is_never_passed() -> None:
    made = field([[(5, 8), (5, 4)], [(5, 7), (5, 3)]])
    assert smallest_flip(made) is None
    assert nearest_flip(made, "y") is None
    assert nearest_flip(made, "x") is None


def test_touching_in_the_end_is_no_victory() -> None:
    assert smallest_flip(field([[(5, 8), (5, 4)], [(5, 8), (5, 3)]])) is None


def test_equal_totals_share_their_rank() -> None:
    made = field([[(1, 5)], [(1, 7)], [(1, 7)], [(1, 2)]])
    assert [
        (candidate_row.key, candidate_row.rank) for candidate_row in ranking(made)
    ] == [
        ("y", 1),
        ("z", 1),
        ("x", 3),
        ("u", 4),
    ]


@settings(max_examples=150)
@given(fields)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_candidate_that_is_better_in_everything_is_never_passed",
)
def test_no_smaller_change_of_one_weight_changes_the_winner(made: Field) -> None:
    firsts = {
        candidate_row.key for candidate_row in ranking(made) if candidate_row.rank == 1
    }
    if len(firsts) > 1:
        return
    (first,) = firsts
    flip = smallest_flip(made)
    room = flip.moved if flip else Fraction(1)
    for place, before in enumerate(made.decides):
        for step in range(1, 12):
            for after in (before - room * step / 12, before + room * step / 12):
                if 0 <= after <= 1:
                    totals = weighed(made, place, after)
                    assert totals[first] == max(totals.values())
    if flip:
        place = made.categories.index(flip.category)
        beyond = flip.after + (flip.after - flip.before) * A_LITTLE
        assert weighed(made, place, flip.after)[flip.key] == max(
            weighed(made, place, flip.after).values()
        )
        if 0 <= beyond <= 1:
            totals = weighed(made, place, beyond)
            assert totals[flip.key] == max(totals.values()) > totals[first]


@settings(max_examples=100)
@given(fields)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_candidate_that_is_better_in_everything_is_never_passed",
)
def test_whom_a_change_puts_first_is_first_there_and_not_before(made: Field) -> None:
    for contender in made.contenders:
        flip = nearest_flip(made, contender.key)
        if flip is None:
            continue
        place = made.categories.index(flip.category)
        totals = weighed(made, place, flip.after)
        assert totals[contender.key] == max(totals.values())
        for step in range(8):
            after = flip.before + (flip.after - flip.before) * step / 8
            totals = weighed(made, place, after)
            assert totals[contender.key] < max(totals.values())


def weighed(made: Field, place: int, after: Fraction) -> dict[str, Fraction]:
    """Totals with every category's share of the weight written out anew."""
    before = made.decides[place]
    up = after > before
    far = (after - before) / (1 - before) if up else (before - after) / (before or 1)

    def side(parts: tuple[Part, ...]) -> Fraction:
        weight = sum(of for _, of in parts)
        old = [of / weight if weight else Fraction(0) for _, of in parts]
        if up and not parts[place][1]:
            new = old
        elif up:
            new = [(1 - far) * share for share in old]
            new[place] += far
        elif old[place] == 1:
            new = old
        else:
            # What is taken from it goes to the others by what they have.
            new = [(1 - far + far / (1 - old[place])) * share for share in old]
            new[place] = (1 - far) * old[place]
        return sum(
            (
                share * points / of
                for share, (points, of) in zip(new, parts, strict=True)
                if of
            ),
            Fraction(0),
        )

    return {
        contender.key: made.share * side(contender.evidence)
        + (1 - made.share) * side(contender.people)
        for contender in made.contenders
    }
