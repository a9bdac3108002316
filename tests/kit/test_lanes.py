"""Lanes as geometry: bars as long as their amounts, no words on others or outside."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltracker.toolbox.charts import (
    NARROW,
    SMALL,
    WIDE,
    Axis,
    Lane,
    LaneMark,
    Span,
    both,
    draw_lanes,
)
from evaltracker.toolbox.charts.lanes import Form, LaneLabel, Lanes
from evaltracker.toolbox.charts.scatter import meets

FORMS = (WIDE, SMALL, NARROW)
words = st.text("abcm WÄ評%·", max_size=60)
amounts = st.floats(0, 10)
any_lane = st.builds(
    Lane,
    words,
    words,
    spans=st.lists(st.builds(Span, amounts, amounts), max_size=3).map(tuple),
    marks=st.lists(st.builds(LaneMark, amounts, st.integers(1, 12)), max_size=4).map(
        tuple
    ),
    cells=st.tuples(words, words),
    note=words,
    heading=st.sampled_from(("", "On the longlist")),
)
AXIS = Axis(
    10.0,
    ticks=((0.0, "0"), (5.0, "5k"), (10.0, "10k")),
    limit=(9.5, "budget 9.5k"),
    heads=("Fit", "People", "Price"),
    rooms=(44, 52, 96),
)


def all_texts(chart: Lanes) -> list[LaneLabel]:
    return [*chart.texts, *(text for row in chart.rows for text in row.texts)]


@settings(max_examples=60)
@given(st.lists(any_lane, min_size=1, max_size=8), st.sampled_from(FORMS))
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_phone_reads_below_its_bar_what_a_desk_reads_beside_it",
)
def test_no_words_stand_on_others_or_leave_the_drawing(
    given_lanes: list[Lane], form: Form
) -> None:
    axis = AXIS if form is not SMALL else Axis(10.0, heads=("Fit",), rooms=(44,))
    chart = draw_lanes("Cost", given_lanes, axis, form)
    texts = [text for text in all_texts(chart) if text.words.strip()]
    for text in texts:
        left, right, upper, lower = text.box
        assert -0.1 <= left <= right <= form.width + 0.1, text
        assert 0 <= upper <= lower <= chart.height + 2, text
    for text, other in combinations(texts, 2):
        assert not meets(text.box, [other.box]), (text, other)


@settings(max_examples=60)
@given(st.lists(any_lane, min_size=1, max_size=8), st.sampled_from(FORMS))
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_phone_reads_below_its_bar_what_a_desk_reads_beside_it",
)
def test_no_mark_leaves_its_track(given_lanes: list[Lane], form: Form) -> None:
    axis = AXIS if form is not SMALL else Axis(10.0)
    chart = draw_lanes("Cost", given_lanes, axis, form)
    for row in chart.rows:
        for dot in row.dots:
            assert chart.left <= dot.x - dot.radius
            assert dot.x + dot.radius <= chart.right + 0.1
        for bar in row.bars:
            assert chart.left <= bar.x <= chart.right


@pytest.mark.parametrize("form", FORMS)
def test_a_bar_is_as_long_as_its_amount(form: Form) -> None:
    half = Lane("Acme", "50", spans=(Span(0, 5), Span(5, 10, "unknown")))
    chart = draw_lanes("Cost", [half, Lane("Nil", "–")], Axis(10.0), form)
    known, unknown = chart.rows[0].bars
    assert known.width == pytest.approx(chart.track / 2, abs=0.1)
    assert (known.kind, unknown.kind) == ("bar", "unknown")
    assert unknown.x == pytest.approx(known.x + known.width, abs=0.1)
    assert chart.rows[1].bars == ()


def test_a_drawing_says_itself_in_words() -> None:
    one = Lane("Acme", "62%", cells=("70%", "96k"), note="leads")
    two = Lane("Build", "31%", note="knocked out by R3")
    assert draw_lanes("Stand", [one, two], AXIS, WIDE).words == (
        "Stand: Acme: 62%, 70%, 96k, leads; Build: 31%, knocked out by R3."
    )


def test_few_dots_of_one_place_stand_side_by_side_and_many_are_numbered() -> None:
    three, many = LaneMark(5, 3), LaneMark(5, 9)
    row = draw_lanes("S", [Lane("A", "5", marks=(three,))], Axis(5.0)).rows[0]
    assert len({dot.x for dot in row.dots}) == 3
    assert {dot.label for dot in row.dots} == {""}
    (dot,) = draw_lanes("S", [Lane("A", "5", marks=(many,))], Axis(5.0)).rows[0].dots
    assert dot.label == "×9"


def test_a_phone_reads_below_its_bar_what_a_desk_reads_beside_it() -> None:
    one = Lane("Acme", "62%", cells=("70%", "96k"), heading="Out")
    wide, narrow = both("Stand", [one], AXIS)
    cells = [text.words for text in narrow.rows[0].texts if text.kind == "cell"]
    assert cells == ["people 70% · price 96k"]
    assert [text.words for text in wide.texts if text.kind == "head"] == [
        *("Fit", "People", "Price")
    ]
    assert "Out" in [text.words for text in narrow.texts]
