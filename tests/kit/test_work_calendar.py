"""Mornings of working days, by weekday and by public holidays of a place."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from evaltracker.toolbox.days import (
    check_place,
    countries,
    is_working_day,
    last_morning,
    next_morning,
)
from evaltracker.toolbox.working_days import monday_to_friday, working_day

D = datetime.date


@pytest.mark.parametrize(
    ("day", "country", "subdivision", "works"),
    [
        (D(2026, 12, 24), "", "", True),
        (D(2026, 12, 26), "", "", False),  # a Saturday
        (D(2026, 12, 25), "", "", True),  # nobody said where
        (D(2026, 12, 25), "DE", "", False),
        (D(2026, 1, 6), "DE", "BY", False),  # Epiphany in Bavaria
        (D(2026, 1, 6), "DE", "BE", True),  # not in Berlin
        (D(2026, 11, 26), "US", "", False),  # Thanksgiving
        (D(2026, 11, 27), "SA", "", False),  # Friday is a day off there
        (D(2026, 11, 29), "SA", "", True),  # Sunday is not
    ],
)
def test_where_people_work_on_which_day(
    day: D, country: str, subdivision: str, works: bool
) -> None:
    assert is_working_day(day, country, subdivision) is works


def test_the_next_morning_skips_weekend_and_holidays_of_the_place() -> None:
    eve = datetime.datetime(2026, 12, 24, 12, tzinfo=datetime.UTC)
    berlin = next_morning(eve, "Europe/Berlin", "DE")
    assert berlin == datetime.datetime(2026, 12, 28, 8, tzinfo=datetime.UTC)
    nowhere = next_morning(eve, "Europe/Berlin")
    assert nowhere == datetime.datetime(2026, 12, 25, 8, tzinfo=datetime.UTC)
    assert last_morning(berlin, "Europe/Berlin", "DE") == berlin
    before = berlin - datetime.timedelta(seconds=1)
    assert last_morning(before, "Europe/Berlin", "DE").date() == eve.date()


def test_countries_are_named() -> None:
    named = dict(countries())
    assert (named["DE"], named["US"]) == ("Germany", "United States")
    assert all(name != code for code, name in named.items())


@pytest.mark.parametrize(
    ("country", "subdivision", "words"),
    [("XX", "", "no country"), ("DE", "XX", "it has"), ("", "BY", "Name the country")],
)
def test_a_place_that_nobody_knows_is_refused(
    country: str, subdivision: str, words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        check_place(country, subdivision)
    check_place("DE", "BY")


@given(
    st.dates(D(1990, 1, 1), D(2100, 1, 1)),
    st.sampled_from((1, -1)),
)
def test_a_proposed_day_is_the_nearest_working_day(day: D, direction: int) -> None:
    near = working_day(day, direction)
    assert monday_to_friday(near)
    assert 0 <= (near - day).days * direction <= 2
    assert near == day or not monday_to_friday(day)
