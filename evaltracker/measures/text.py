"""A measure as one text, for cells of a sheet: it reads the words that it writes."""

import re
from collections.abc import Mapping
from typing import Any

from evaltracker.measures.measure import AT_LEAST, AT_MOST

LIMIT = 200
_SIGNS = {"<=": AT_MOST, "≤": AT_MOST, "at most": AT_MOST}
_SIGNS |= {">=": AT_LEAST, "≥": AT_LEAST, "at least": AT_LEAST}
_MEASURE = re.compile(
    r"(?:(?P<statistic>mean|median|p\d{1,3})\s+)?"
    r"(?P<quantity>[^<>=≤≥,;]+?)\s*"
    r"(?P<sign><=|>=|≤|≥|\bat most\b|\bat least\b)\s*"
    r"(?P<bound>[+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*(?P<unit>[^\s\d.,+-][^,;]*)"
    r"(?:,\s*tolerance\s+(?P<tolerance>[^\s,]+)(?:\s+(?P<again>[^,]+))?)?"
    r"(?:,\s*over\s+(?P<least_n>\d{1,9})\s+runs?)?"
)
SYNTAX = "Write a measure as “p95 latency at most 20 ms, tolerance 2 ms”."


def read_measure(text: str) -> Mapping[str, Any]:
    """The parts that a text says, for `kept_measure`, which checks them.

    Raises:
        ValueError: with the sentence.

    """
    said = " ".join(text.split()) if len(text) <= LIMIT else ""
    if not said and not text.strip():
        return {}
    found = _MEASURE.fullmatch(said)
    if found is None:
        raise ValueError(SYNTAX)
    parts = found.groupdict()
    unit, again = parts["unit"].strip(), parts.pop("again")
    if again is not None and again.strip() != unit:
        raise ValueError("The tolerance of a measure has the unit of its bound.")
    direction = _SIGNS[parts.pop("sign")]
    return {**parts, "unit": unit, "direction": direction}
