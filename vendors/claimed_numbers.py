"""The number that an answer claims for the measure of its requirement; pure."""

from collections.abc import Mapping
from typing import Any

from evaltracker.measures import Measure, Reading, check_same_kind
from evaltracker.measures.reading import refused

NOT_ASKED = "This requirement asks for no number; say it in the statement."


def claimed_number(said: Any, measure: Mapping[str, Any]) -> dict[str, str]:
    """What is kept of a number that was said for a measure; {} of none.

    Raises:
        Invalid: at `number`: none is asked, it is not whole, or another kind of unit.

    """
    reading = Reading.from_json(said)
    if reading is None:
        return {}
    asked = Measure.from_json(measure)
    if asked is None:
        raise refused(NOT_ASKED)
    try:
        check_same_kind(reading.unit, asked.unit)
    except ValueError as error:
        raise refused(str(error)) from error
    return reading.as_json()
