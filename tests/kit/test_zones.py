"""A time zone is known by its name, and by its place where that says enough."""

import pytest

from evaltracker.toolbox.days import read_zone


@pytest.mark.parametrize(
    ("told", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("UTC", "UTC"),
    ],
)
def test_what_people_type_is_found(told: str, zone: str) -> None:
    assert read_zone(told) == zone


def test_a_place_that_is_nowhere_or_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="“Mars” is not a known time zone"):
        read_zone("Mars")
    with pytest.raises(ValueError, match="choose one of them"):
        read_zone("Louisville")
