"""The plan drawn back from the date it must run."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltracker.requirements.plan import STEPS, Plan, VisitFacts, draw_plan
from evaltracker.toolbox.days import everybody_works
from evaltracker.toolbox.working_days import working_days_between

MONDAY = date(2026, 11, 23)
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
weeks = st.dictionaries(st.sampled_from(STEPS), st.integers(1, 12))


def plan(
    must_run_by: date,
    *,
    today: date = MONDAY,
    stage: str = "requirements",
    visits: tuple[VisitFacts, ...] = (),
) -> Plan:
    return draw_plan(
        must_run_by=must_run_by,
        started=MONDAY,
        today=today,
        stage=stage,
        visits=visits,
    )


def test_seventeen_weeks_are_just_enough_and_a_day_less_is_already_late() -> None:
    friday = MONDAY + timedelta(weeks=17, days=-3)
    just = plan(friday)
    assert (just.days_late, just.days_to_spare) == (0, 0)
    assert just.sentence.startswith("In time with nothing to spare")
    assert [(row.start, row.end) for row in just.rows] == [
        (row.latest_start, row.latest_end) for row in just.rows
    ]
    late = plan(friday - timedelta(days=1))
    assert late.already_late
    assert late.days_late == 1
    assert late.sentence == (
        "Already late: even the shortest plan runs on "
        "19 March 2027, 1 working day after 18 March 2027."
    )
    assert all(row.state == "late" for row in late.rows)


def test_a_weekend_is_no_working_day() -> None:
    friday = MONDAY + timedelta(weeks=17, days=-3)
    for extra in (1, 2):
        assert plan(friday + timedelta(days=extra)).days_to_spare == 0
    assert plan(friday + timedelta(days=3)).days_to_spare == 1
    every = [day for row in plan(friday).rows for day in (row.start, row.end)]
    assert all(day.weekday() < 5 for day in every)


def test_finished_stages_show_what_happened_and_the_current_one_runs_on() -> None:
    visits = (
        VisitFacts("requirements", MONDAY, date(2026, 12, 9)),
        VisitFacts("research", date(2026, 12, 9)),
    )
    drawn = plan(
        date(2027, 6, 1), today=date(2027, 2, 1), stage="research", visits=visits
    )
    done, now, ahead = drawn.rows[:3]
    assert (done.state, now.state, ahead.state) == ("done", "now", "ahead")
    assert (done.start, done.end) == (MONDAY, date(2026, 12, 9))
    assert now.current
    # Three weeks are long over, so it ends today at the soonest.
    assert (now.start, now.end) == (date(2026, 12, 9), date(2027, 2, 1))
    assert ahead.start == date(2027, 2, 2)


def test_a_stage_sent_back_counts_from_its_newest_visit() -> None:
    visits = (
        VisitFacts("requirements", MONDAY, date(2026, 12, 7)),
        VisitFacts("research", date(2026, 12, 7), date(2026, 12, 14)),
        VisitFacts("requirements", date(2026, 12, 14)),
    )
    drawn = plan(date(2027, 6, 1), today=date(2026, 12, 15), visits=visits)
    assert drawn.rows[0].start == date(2026, 12, 14)
    assert drawn.rows[1].state == "ahead"
    assert drawn.rows[1].start > drawn.rows[0].end


def test_lengths_and_stages_that_make_no_sense_are_refused() -> None:
    for lengths, stage in (({"demo": 2}, "demos"), ({"demos": 0}, "demos"), ({}, "x")):
        with pytest.raises(ValueError, match=r"stage|length"):
            draw_plan(
                must_run_by=MONDAY,
                started=MONDAY,
                today=MONDAY,
                stage=stage,
                lengths=lengths,
            )
    with pytest.raises(ValueError, match="out of range"):
        plan(date.min)


@given(days, days, days, st.sampled_from(STEPS), weeks)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_holidays_make_the_plan_longer_by_just_as_many_days",
)
def test_every_plan_is_in_order_and_says_one_thing(
    must: date,
    started: date,
    today: date,
    stage: str,
    lengths: dict[str, int],
) -> None:
    drawn = draw_plan(
        must_run_by=must,
        started=started,
        today=today,
        stage=stage,
        lengths=lengths,
    )
    assert [row.stage for row in drawn.rows] == list(STEPS)
    for before, after in pairwise(drawn.rows):
        assert before.start <= before.end <= after.start
        assert before.latest_start <= before.latest_end < after.latest_start
    assert drawn.rows[-1].latest_end <= must
    assert drawn.already_late == (drawn.runs_on > must) == (drawn.days_late > 0)
    assert not (drawn.days_late and drawn.days_to_spare)
    assert drawn.runs_on >= today


@given(days, st.integers(-40, 40))
def test_working_days_are_counted_one_by_one(after: date, count: int) -> None:
    until = after + timedelta(days=count)
    span = [after + timedelta(days=each) for each in range(1, count + 1)]
    assert working_days_between(after, until) == sum(day.weekday() < 5 for day in span)


BERLIN = frozenset({("DE", "BE")})


def test_a_public_holiday_of_anybody_involved_is_no_working_day() -> None:
    christmas, new_year = date(2026, 12, 25), date(2027, 1, 1)
    assert not everybody_works(christmas, BERLIN)
    assert everybody_works(date(2026, 12, 24), BERLIN)
    assert everybody_works(christmas, frozenset())
    # Thanksgiving is one in New York, not in Berlin.
    thanks = date(2026, 11, 26)
    assert everybody_works(thanks, BERLIN)
    assert not everybody_works(thanks, BERLIN | {("US", "NY")})
    assert not everybody_works(new_year, BERLIN)


def test_holidays_make_the_plan_longer_by_just_as_many_days() -> None:
    soon = MONDAY + timedelta(weeks=17, days=-3)
    drawn = draw_plan(
        must_run_by=soon,
        started=MONDAY,
        today=MONDAY,
        stage="requirements",
        works=lambda day: everybody_works(day, BERLIN),
    )
    # Christmas Day, New Year and Women's Day fall on working days; the 26th does not.
    assert drawn.days_late == 3


def test_a_calendar_without_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="no working days"):
        draw_plan(
            must_run_by=MONDAY,
            started=MONDAY,
            today=MONDAY,
            stage="requirements",
            works=lambda day: False,
        )
