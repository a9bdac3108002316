"""A measure as one text, for cells of a sheet: it reads the words that it writes."""

import re
from collections.abc import Mapping
from typing import Any

from evaltracker.measures.measure import AT_LEAST, AT_MOST

LIMIT = 200
_SIGNS = {"<=": AT_MOST, "≤": AT_MOST, "at most": AT_MOST}
_SIGNS |= {">=": AT_LEAST, "≥": AT_LEAST, "at least": AT_LEAST}
_SIGN = re.compile(r"<=|>=|≤|≥|\bat most\b|\bat least\b")
_STATISTIC = re.compile(r"mean|median|p\d{1,3}")
_BOUND = re.compile(
    r"(?P<bound>[+-]?[\d.,]+(?:[eE][+-]?\d+)?) ?(?P<unit>[^\s\d.,+-][^,;]*)"
    r"(?:, ?tolerance (?P<tolerance>[^\s,]+)(?: (?P<again>[^,]+))?)?"
    r"(?:, ?over (?P<least_n>\d{1,9}) runs?)?"
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
    sign = _SIGN.search(said)
    found = sign and _BOUND.fullmatch(said[sign.end() :].strip())
    quantity = said[: sign.start()].strip() if sign else ""
    if not sign or not found or not quantity:
        raise ValueError(SYNTAX)
    parts = found.groupdict()
    unit, again = parts["unit"].strip(), parts.pop("again")
    if again is not None and again.strip() != unit:
        raise ValueError("The tolerance of a measure has the unit of its bound.")
    first, _, rest = quantity.partition(" ")
    if rest and _STATISTIC.fullmatch(first):
        parts |= {"statistic": first, "quantity": rest}
    else:
        parts |= {"statistic": None, "quantity": quantity}
    return {**parts, "unit": unit, "direction": _SIGNS[sign[0]]}
