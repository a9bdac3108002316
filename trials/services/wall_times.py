"""A day, a time and a zone as a person typed them, read as an instant."""

import datetime
from zoneinfo import ZoneInfoNotFoundError

from evaltracker.errors import Invalid
from evaltracker.kit.clock import instant_of, today_in
from evaltracker.kit.work_calendar import is_working_day
from evaltracker.kit.zones import unknown_zone

# Days on which somebody at the vendor works: enough to look, too few to rebuild.
REPLY_DAYS = 3


def reply_deadline(zone: str) -> datetime.datetime:
    """Until when a vendor may answer a finding: the end of the third working day.

    Working days are Monday to Friday, since a vendor's holidays are not known.
    """
    day, left = today_in(zone), REPLY_DAYS
    while left:
        day += datetime.timedelta(days=1)
        left -= is_working_day(day)
    return instant_of(day + datetime.timedelta(days=1), datetime.time(), zone)


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
        sentence = unknown_zone(zone)
        raise Invalid(sentence, errors={"zone": [sentence]}) from error
    except OverflowError as error:
        sentence = f"{day} is too far away."
        raise Invalid(sentence, errors={"day": [sentence]}) from error
