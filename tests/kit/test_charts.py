"""Charts as geometry: nothing leaves the drawing, no label hides another."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from evaltracker.kit.charts import Dot, Point, Row, bars, label_of, scatter, short
from evaltracker.kit.charts.bars import BAR_LEFT, BAR_RIGHT
from evaltracker.kit.charts.scatter import (
    BOTTOM,
    LEFT,
    LETTER,
    MARK,
    RIGHT,
    TOP,
    scale,
    span,
)


def point(name: str, amount: float, share: float, *, out: bool = False) -> Point:
    low, high = amount * 0.8, amount * 1.3
    return Point(name, "buy", low, amount, high, share, whole=True, out=out)


points = st.builds(
    point,
    st.text("abc ", min_size=1, max_size=30),
    st.floats(0, 5_000_000),
    st.floats(0, 1),
    out=st.booleans(),
)


@settings(max_examples=80)
@given(st.lists(points, min_size=1, max_size=20), st.none() | st.floats(0, 9_000_000))
def test_everything_stands_within_the_plot(
    given_points: list[Point], limit: float | None
) -> None:
    chart = scatter("Cost", given_points, limit, "EUR")
    assert len(chart.dots) == len(given_points)
    for dot in chart.dots:
        assert LEFT <= dot.low <= dot.x <= dot.high <= RIGHT + 0.1
        assert TOP <= dot.y <= BOTTOM
    for tick in chart.across:
        assert LEFT <= tick.at <= RIGHT
    assert 2 <= len(chart.across) <= 8
    assert 4 <= len(chart.up) <= 11
    assert chart.limit is None or LEFT <= chart.limit.at <= RIGHT


def test_marks_that_would_cover_each_other_stand_apart() -> None:
    same = [point(f"Candidate {n}", 50_000, 0.8) for n in range(6)]
    dots = scatter("Cost", same, None, "EUR").dots
    assert {(dot.x, dot.true_y) for dot in dots} == {(dots[0].x, dots[0].true_y)}
    for dot, other in combinations(dots, 2):
        assert abs(dot.y - other.y) >= MARK


def test_what_is_marked_says_so_in_words() -> None:
    first = Point("Acme", "buy", 1, 2, 3, 0.5, whole=True, out=False, mark="first")
    assert "Acme (first): 50 % fit" in scatter("Cost", [first], None, "EUR").words


def test_no_label_hides_another_of_five_that_stand_close() -> None:
    close = [point(f"Candidate {n}", 50_000 + n, 0.8) for n in range(5)]
    for combination, other in combinations(scatter("Cost", close, None, "EUR").dots, 2):
        assert apart(combination, other)


def apart(dot: Dot, other: Dot) -> bool:
    width = (len(dot.label) + len(other.label)) * LETTER / 2
    across = abs(dot.label_x - other.label_x) >= width
    return across or abs(dot.label_y - other.label_y) >= 11


def test_a_scatter_says_itself_in_words() -> None:
    open_end = Point("Build", "build", 10, 90, 95, 0.5, whole=False, out=False)
    chart = scatter("Cost", [point("Acme", 40, 0.9), open_end], 60, "EUR")
    assert chart.words == (
        "Acme: 90 % fit for 40 EUR. "
        "Build: 50 % fit for at least 90 EUR, over the budget."
    )
    assert chart.limit is not None
    assert chart.limit.label == "budget 60"


def test_a_bar_is_as_long_as_its_share_and_absent_without_one() -> None:
    chart = bars("Security", [Row("Acme", 0.5), Row("None", None), Row("Nil", 0.0)])
    assert [bar.width for bar in chart.bars] == [(BAR_RIGHT - BAR_LEFT) / 2, None, 0]
    assert chart.words == "Security: Acme 50 %, None –, Nil 0 %."


def test_axes_are_round() -> None:
    assert scale(0) == (1, 4)
    assert scale(47_500) == (10_000, 50_000)
    assert scale(1_234_567) == (250_000, 1_250_000)
    assert span([0.82, 1.0]) == (0.7, 1.0)
    assert span([0.0]) == (0.0, 0.3)
    assert span([0.31, 0.68]) == (0.3, 0.7)
    assert [short(name) for name in (950, 25_000, 1_250_000, 3e9)] == [
        "950",
        "25k",
        "1.25M",
        "3bn",
    ]


def test_a_long_name_is_cut_and_still_said_to_be_out() -> None:
    assert (
        label_of("Inside Passage Laboratories", out=True) == "Inside Passage L… (out)"
    )
    assert label_of("Azure Machine Learning", out=False) == "Azure Machine Learning"
