"""The same inputs on another day."""

import datetime

from evaltracker.decision.memo.record import on_day, planned_dates
from evaltracker.decision.memo.results import compute_results
from tests.workflow.counted import claim, inputs

MARCH = datetime.date(2027, 3, 1)
PLANNED = claim(availability="planned", on="2027-03-01")
TRIED = claim("holds", availability="planned", on="2027-03-01")


def standing(day: datetime.date, *, kept: bool = False) -> tuple[str, str | None]:
    moved = on_day(inputs({"R1": PLANNED}, {"R2": claim()}), day, kept=kept)
    result = compute_results(moved)["0"]
    return result["standings"]["R1"], result["fit"]


def test_a_planned_date_slips_once_it_has_passed() -> None:
    # Weight 3 of 10, planned 0.2, slipped 0, available but only claimed 0.5.
    assert standing(MARCH) == ("claimed", "0.0600")
    assert standing(MARCH + datetime.timedelta(days=1)) == ("slipped", "0.0000")


def test_if_promises_are_kept_it_is_available_and_still_only_claimed() -> None:
    before = MARCH - datetime.timedelta(days=1)
    assert standing(before, kept=True) == ("claimed", "0.0600")
    assert standing(MARCH, kept=True) == ("claimed", "0.1500")


def test_what_was_found_does_not_move_and_nothing_is_written_over() -> None:
    given = inputs({"R1": TRIED}, {"R1": claim(availability="planned")})
    later = datetime.date(2028, 1, 1)
    moved = on_day(given, later, kept=True)
    assert moved["candidates"] == given["candidates"]
    assert (moved["as_of"], given["as_of"]) == ("2028-01-01", "2026-11-24")


def test_the_dates_ahead_are_counted_for_those_still_in_the_choice() -> None:
    early = claim(availability="planned", on="2026-12-24")
    given = inputs(
        {"R1": PLANNED, "R2": early, "R3": TRIED},
        {"R1": PLANNED, "R2": claim(availability="planned", on="2026-11-23")},
        {"R1": PLANNED},
    )
    given["candidates"][2]["state"] = "eliminated"
    assert planned_dates(given) == [(datetime.date(2026, 12, 24), 1), (MARCH, 2)]
