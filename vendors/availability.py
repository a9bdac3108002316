"""Which availability may be said with which date; a pure module."""

import datetime
from collections.abc import Container

from vendors.choices import STATED, Availability

# What is there now, or never will be, has no date from which it is there.
DATED = (Availability.PLANNED, Availability.BETA, Availability.ON_REQUEST)
LONGEST_PLAN = datetime.timedelta(days=20 * 366)


def availability_error(
    availability: object,
    available_from: datetime.date | None,
    *,
    today: datetime.date | None = None,
    known: Container[str] = STATED,
) -> tuple[str, str] | None:
    """The field that is wrong and the sentence that says so; None if both fit.

    `today` makes a past plan wrong.
    """
    if not isinstance(availability, str) or availability not in known:
        names = ", ".join(each for each in Availability if each in known)
        return "availability", f"“{availability}” is not one of: {names}."
    if availability == Availability.PLANNED and available_from is None:
        return "available_from", "A plan needs the date from which it is there."
    if available_from is None:
        return None
    if availability not in DATED:
        return "available_from", "Only planned, beta and on_request carry a date."
    if today is not None and available_from < today:
        return "available_from", "The date is past; say now, or a new date."
    if today is not None and available_from > today + LONGEST_PLAN:
        return "available_from", "The date is over 20 years away."
    return None
