"""Contenders weighed as agreed, and what the one behind would have to prove."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trials.facts import TODAY, cell, fit, found, shares
from trials.scoring import CellFacts, ScoreFacts, people_score, total
from trials.scoring.fit import Contender, contender, proofs_to_lead, total_of


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 5)), min_size=1, max_size=4),
    shares,
)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_fewest_proofs_that_would_put_it_ahead",
)
def test_weighed_as_agreed_it_is_the_total_of_the_formulas(
    rows: list[tuple[int, int]], share: Decimal
) -> None:
    names = {f"R{place}": "AB"[place % 2] for place in range(len(rows))}
    weights = {ref: Decimal(rows[place][0]) for place, ref in enumerate(names)}
    cells: dict[str, CellFacts] = {"R0": cell("now", found("demo", "holds"))}
    result = fit(weights, cells, TODAY)
    people = people_score(
        [ScoreFacts("AB"[place % 2], row[1]) for place, row in enumerate(rows)],
        {"A": Decimal(3), "B": Decimal(4)},
    )
    one: Contender = contender("x", ("A", "B"), result.rows, names, people.rows)
    assert (
        total_of(one, Fraction(share)) == total(result.value, people.value, share).value
    )


def test_the_fewest_proofs_that_would_put_it_ahead() -> None:
    weights = {"R1": Decimal(2), "R2": Decimal(5), "R3": Decimal(3), "R4": Decimal(9)}
    cells = {
        "R1": cell("now"),
        "R2": cell("planned", on=date(2027, 1, 1)),
        "R3": cell("beta", found("demo", "holds")),
        "R4": cell("never"),
    }
    rows = fit(weights, cells, TODAY).rows
    held, whole = Decimal(1), Fraction(1)
    # What each may still gain, of 19: 1, 4 and 0.75; a never may gain nothing.
    assert proofs_to_lead(rows, Fraction(3, 19), whole, held) == ("R2",)
    assert proofs_to_lead(rows, Fraction(4, 19), whole, held) == ("R2", "R1")
    assert proofs_to_lead(rows, Fraction(3, 19), whole / 2, held) is None
    assert proofs_to_lead(rows, Fraction(5, 19), whole, held) == ("R2", "R1", "R3")
    assert proofs_to_lead(rows, Fraction(6, 19), whole, held) is None
