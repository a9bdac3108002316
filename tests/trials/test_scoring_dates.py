"""The story of a planned date: promised, moved, dropped, and how late that was said."""

from datetime import date

from evaltracker.enumerations import Availability
from trials.scoring.promise import SaidOn, Turn, promised_dates

MARCH, JUNE, AUGUST = date(2026, 3, 1), date(2026, 6, 1), date(2026, 8, 1)


def said_on(word: str, on: date, until: date | None = None) -> SaidOn:
    return SaidOn(Availability(word), until, on)


def test_what_was_never_planned_has_no_story() -> None:
    assert promised_dates([]) == ()
    day = date(2026, 1, 1)
    assert promised_dates([said_on("now", day), said_on("beta", day, MARCH)]) == ()


def test_every_move_tells_by_how_much_and_whether_it_was_too_late() -> None:
    steps = promised_dates(
        [
            said_on("unstated", date(2025, 12, 1)),
            said_on("planned", date(2026, 1, 1), MARCH),
            # Other words for the same date are no turn.
            said_on("planned", date(2026, 1, 5), MARCH),
            said_on("planned", date(2026, 2, 1), JUNE),
            said_on("planned", date(2026, 6, 2), AUGUST),
            said_on("planned", date(2026, 7, 1), JUNE),
        ]
    )
    assert [
        (step.turn, step.date, step.days, step.after_it_passed) for step in steps
    ] == [
        (Turn.PROMISED, MARCH, 0, False),
        (Turn.MOVED, JUNE, 92, False),
        (Turn.MOVED, AUGUST, 61, True),
        (Turn.MOVED, JUNE, -61, False),
    ]
    assert [step.size for step in steps] == [0, 92, 61, 61]


def test_on_the_day_itself_it_is_not_too_late() -> None:
    steps = promised_dates(
        [said_on("planned", date(2026, 1, 1), MARCH), said_on("planned", MARCH, JUNE)]
    )
    assert not steps[-1].after_it_passed


def test_what_is_no_plan_any_more_is_dropped_once_and_may_be_planned_again() -> None:
    steps = promised_dates(
        [
            said_on("planned", date(2026, 1, 1), MARCH),
            said_on("now", date(2026, 2, 1)),
            said_on("beta", date(2026, 2, 2)),
            said_on("planned", date(2026, 2, 3), MARCH),
            said_on("withdrawn", date(2026, 4, 1)),
        ]
    )
    assert [
        (step.turn, step.date, step.days, step.after_it_passed) for step in steps
    ] == [
        (Turn.PROMISED, MARCH, 0, False),
        (Turn.DROPPED, None, 0, False),
        (Turn.MOVED, MARCH, 0, False),
        (Turn.DROPPED, None, 0, True),
    ]
