"""A day, a time and a zone as a person typed them, read as an instant."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfoNotFoundError

from evaltracker.errors import Invalid
from evaltracker.evaluations.clock import instant_of

if TYPE_CHECKING:
    import datetime


def read_moment(
    day: datetime.date, time: datetime.time, zone: str
) -> datetime.datetime:
    """The instant that is meant.

    Raises:
        Invalid: there is no such zone, or the day is beyond all calendars.

    """
    try:
        return instant_of(day, time, zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        sentence = f"“{zone}” is not a known time zone; write it like Europe/Berlin."
        raise Invalid(sentence, errors={"zone": [sentence]}) from error
    except OverflowError as error:
        sentence = f"{day} is too far away."
        raise Invalid(sentence, errors={"day": [sentence]}) from error
