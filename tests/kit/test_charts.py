"""Charts as geometry: nothing leaves the drawing, no label hides another."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltracker.toolbox.charts import Point, cut, draw_scatter, scale, short, width_of
from evaltracker.toolbox.charts.scatter import (
    BOTTOM,
    LEFT,
    MARK,
    RIGHT,
    TOP,
    WITHIN,
    meets,
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
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_scatter_says_itself_in_words",
)
def test_everything_stands_within_the_plot(
    given_points: list[Point], limit: float | None
) -> None:
    chart = draw_scatter("Cost", given_points, limit, "EUR")
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
    dots = draw_scatter("Cost", same, None, "EUR").dots
    assert {(dot.x, dot.true_y) for dot in dots} == {(dots[0].x, dots[0].true_y)}
    for dot, other in combinations(dots, 2):
        assert abs(dot.y - other.y) >= MARK


def test_what_is_marked_says_so_in_words() -> None:
    first = Point("Acme", "buy", 1, 2, 3, 0.5, whole=True, out=False, mark="first")
    assert "Acme (first): 50% fit" in draw_scatter("Cost", [first], None, "EUR").words


@settings(max_examples=150)
@given(st.lists(points, min_size=1, max_size=20), st.none() | st.floats(0, 9_000_000))
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_scatter_says_itself_in_words",
)
def test_no_label_meets_another_or_leaves_the_picture(
    given_points: list[Point], limit: float | None
) -> None:
    chart = draw_scatter("Cost", given_points, limit, "EUR")
    boxes = [dot.box for dot in chart.dots if dot.box]
    for box, other in combinations(boxes, 2):
        assert not meets(box, [other])
    left, right, upper, lower = WITHIN
    for box in boxes:
        assert left <= box[0] <= box[1] <= right
        assert upper <= box[2] <= box[3] <= lower
    assert len(boxes) + len(chart.unnamed) == len(given_points)
    assert chart == draw_scatter("Cost", given_points, limit, "EUR")


@settings(max_examples=60)
@given(st.lists(points, min_size=1, max_size=6))
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_scatter_says_itself_in_words",
)
def test_few_are_all_named_beside_their_marks(given_points: list[Point]) -> None:
    chart = draw_scatter("Cost", given_points, None, "EUR")
    assert chart.unnamed == []
    for dot in chart.dots:
        marks = [(one.x - 5, one.x + 5, one.y - 5, one.y + 5) for one in chart.dots]
        assert dot.box is not None
        assert not meets(dot.box, marks)


def test_a_label_far_from_its_mark_is_led_to() -> None:
    crowd = [point(f"Candidate {n}", 50_000, 0.8) for n in range(12)]
    dots = draw_scatter("Cost", crowd, None, "EUR").dots
    assert any(dot.lead for dot in dots)
    alone = draw_scatter("Cost", crowd[:1], None, "EUR").dots
    assert [dot.lead for dot in alone] == [""]


def test_a_scatter_says_itself_in_words() -> None:
    open_end = Point("Build", "build", 10, 90, 95, 0.5, whole=False, out=False)
    chart = draw_scatter("Cost", [point("Acme", 40, 0.9), open_end], 60, "EUR")
    assert chart.words == (
        "Acme: 90% fit for 40 EUR. Build: 50% fit for at least 90 EUR, over the budget."
    )
    assert chart.limit is not None
    assert chart.limit.label == "budget 60"


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


def test_a_long_name_is_cut_and_still_says_what_sets_it_apart() -> None:
    long = "Inside Passage Laboratories of the North"
    gone = point(long, 50, 0.5, out=True)
    first = Point(long, "buy", 1, 2, 3, 0.5, whole=True, out=False, mark="first")
    labels = [
        dot.label for dot in draw_scatter("Cost", [gone, first], None, "EUR").dots
    ]
    assert sorted(label.split("…")[1] for label in labels) == [" (out)", " · first"]


def test_wide_letters_take_more_room_and_combining_ones_none() -> None:
    assert width_of("WWW") > width_of("nnn") > width_of("lll")
    assert width_of("e\u0301") == width_of("e")
    assert width_of("評価") == 2 * width_of("W")
    assert cut("Azure", 200) == "Azure"
    assert width_of(cut("評価評価評価評価", 40)) <= 40
