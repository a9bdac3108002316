"""How an effort is read: what “yes” costs in days, and whose; a pure module."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

TOLD = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
# The JSON schema of an effort, and what may be wrong with one, by name.
SCHEMA: dict[str, Any] = TOLD["schema"]
SENTENCES: dict[str, str] = TOLD["sentences"]
HOWS, (*BYS, _) = (SCHEMA["properties"][name]["enum"] for name in ("how", "by"))
OUT_OF_BOX, CONFIGURE, CUSTOMISE, BUILD = HOWS
VENDOR, BUYER, THIRD_PARTY = BYS
DAYS = (*SCHEMA["properties"]["days"]["properties"],)
# Availabilities with which an effort goes.
OFFERED = ("now", "beta", "planned", "on_request")
MOST_DAYS = 2000
NUMBER = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,2})?")

# `{"how", "days": {"low", "likely", "high"}, "by"}`; without days, or by whom, null.
type Effort = dict[str, Any]


def read_effort(
    sent: Any, availability: str, *, is_sold: bool = True, is_asked: bool = True
) -> Effort | None:
    """An effort, whole, as it is sent.

    Raises:
        ValueError: the sentence that says how to mend it.
    """
    if sent is None and is_asked:
        return None
    values: Any = sent if isinstance(sent, dict) else {}
    how, days, by = (values.get(name) for name in ("how", "days", "by"))
    wrong = {
        "unasked": not is_asked,
        "how": how not in HOWS,
        "not offered": availability not in OFFERED,
        "no days": how == OUT_OF_BOX and (days, by) != (None, None),
        "by": by not in (None, *BYS),
        "nobody sells": by == VENDOR and not is_sold,
    }
    for name, is_so in wrong.items():
        if is_so:
            raise ValueError(SENTENCES[name])
    return {"how": how, "days": None if days is None else _days(days), "by": by}


def _days(sent: Any) -> dict[str, str]:
    if isinstance(sent, dict) and sent.keys() == {"likely"}:
        sent = dict.fromkeys(DAYS, sent["likely"])
    if not isinstance(sent, dict) or sent.keys() != {*DAYS}:
        raise ValueError(SENTENCES["days"])
    low, likely, high = days = [half_days(sent[name]) for name in DAYS]
    if not 0 < low <= likely <= high:
        raise ValueError(SENTENCES["days"])
    return dict(zip(DAYS, map(written, days), strict=True))


def half_days(sent: Any) -> Fraction:
    """Days in halves, of a text or a whole number.

    Raises:
        ValueError: anything else.
    """
    is_number = isinstance(sent, str | int) and NUMBER.fullmatch(str(sent))
    if not is_number or Fraction(sent) > MOST_DAYS or Fraction(sent) * 2 % 1:
        raise ValueError(SENTENCES["days"])
    return Fraction(sent)


def written(days: Fraction) -> str:
    """Days as people write them: “7.5”, “15”."""
    return f"{Decimal(days.numerator) / days.denominator:f}"


def effort_in(row: Mapping[str, Any]) -> Effort:
    """The effort of a row, which has a column for each number of days."""
    days = {name: written(Fraction(row[name])) for name in DAYS if row[name]}
    return {"how": row["how"], "days": days or None, "by": row["by"] or None}
