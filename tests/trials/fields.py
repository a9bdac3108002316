"""Fields of contenders for the tests of robustness."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from trials.scoring.fit import Contender, Field, Part, field_of

NAMES = "ABCD"
Sides = list[list[tuple[int, int]]]


def parts(side: list[tuple[int, int]]) -> tuple[Part, ...]:
    """Weights with credits in tenths, as points and weight."""
    return tuple((Fraction(w * tenths, 10), Fraction(w)) for w, tenths in side)


def field(
    evidence: Sides, people: Sides | None = None, share: Decimal = Decimal(1)
) -> Field:
    """Contenders x, y, z…; categories A, B, C… weighed as they are for the first."""
    names = NAMES[: len(evidence[0])]
    said = people if people is not None else [[(0, 0) for _ in names]] * len(evidence)
    return field_of(
        [
            Contender(key, parts(pair), parts(other))
            for key, pair, other in zip("xyzuvw", evidence, said, strict=False)
        ],
        {name: Decimal(w) for name, (w, _) in zip(names, evidence[0], strict=True)},
        {name: Decimal(w) for name, (w, _) in zip(names, said[0], strict=True)},
        share,
    )


def _sides(size: int, candidates: int) -> st.SearchStrategy[Sides]:
    one = st.tuples(st.integers(0, 9), st.integers(0, 10))
    column = st.lists(one, min_size=size, max_size=size)
    return st.lists(column, min_size=candidates, max_size=candidates)


fields = (
    st.tuples(st.integers(1, 4), st.integers(1, 4))
    .flatmap(
        lambda sizes: st.builds(
            field, _sides(*sizes), _sides(*sizes), st.decimals(0, 1, places=1)
        )
    )
    .filter(lambda made: len(made.contenders) > 0)
)
