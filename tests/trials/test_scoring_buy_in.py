"""One evidence, several weights: whom each would pick."""

from decimal import Decimal
from fractions import Fraction

from tests.trials.facts import TODAY, cell, fit, found
from trials.scoring.promise import fit_by_category, own_fit, picks

CATEGORY_OF = {"R1": "A", "R2": "A", "R3": "B"}


def test_a_category_fits_by_its_own_requirements() -> None:
    weights = {"R1": Decimal(3), "R2": Decimal(1), "R3": Decimal(0)}
    held = cell("now", found("trial", "holds"))
    rows = fit(weights, {"R1": held}, TODAY).rows
    assert fit_by_category(rows, CATEGORY_OF) == {"A": Fraction(3, 4)}


def test_the_role_says_how_much_each_category_counts() -> None:
    fits = {"A": Fraction(1), "B": Fraction(1, 2)}
    assert own_fit(fits, {"A": 1, "B": 1}) == Fraction(3, 4)
    assert own_fit(fits, {"A": 9, "B": 1, "C": 10}) == Fraction(19, 20)
    assert own_fit(fits, {"C": 10}) is None
    assert own_fit({}, {"A": 1}) is None


def test_roles_pick_differently_from_the_same_evidence() -> None:
    candidates = {
        "Acme": {"A": Fraction(9, 10), "B": Fraction(2, 10)},
        "Globex": {"A": Fraction(3, 10), "B": Fraction(8, 10)},
    }
    first, second = picks(candidates, {"A": 8, "B": 2})
    assert (first.key, second.key) == ("Acme", "Globex")
    assert picks(candidates, {"A": 2, "B": 8})[0].key == "Globex"
    assert picks(candidates, {"A": 0, "B": 0}) == []
