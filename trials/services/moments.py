"""A day, a time and a zone as a person typed them, read as an instant."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfoNotFoundError

from evaltracker.evaluations.clock import instant_of

if TYPE_CHECKING:
    import datetime

    from evaltracker.evaluations.text import Inputs


def read_moment(
    inputs: Inputs, day: datetime.date, time: datetime.time, zone: str
) -> datetime.datetime | None:
    """The instant; None with a sentence in `inputs` if there is no such time."""
    try:
        return instant_of(day, time, zone)
    except (ZoneInfoNotFoundError, ValueError):
        inputs.refuse(
            "zone", f"“{zone}” is not a known time zone; write it like Europe/Berlin."
        )
    except OverflowError:
        inputs.refuse("due_on", f"{day} is too far away.")
    return None
