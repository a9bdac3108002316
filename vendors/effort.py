"""How an effort is read: what “yes” costs in days, and whose; a pure module."""

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

OUT_OF_BOX, CONFIGURE, CUSTOMISE, BUILD = HOWS = (
    *("out_of_box", "configure", "customise", "build"),
)
VENDOR, BUYER, THIRD_PARTY = BYS = ("vendor", "buyer", "third_party")
# Availabilities with which an effort goes.
OFFERED = ("now", "beta", "planned", "on_request")
MOST_DAYS = 2000
NUMBER = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,2})?")
# What is wrong with an effort, by name.
SENTENCES: dict[str, str] = json.loads(
    Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
)["sentences"]

# Low, likely, high.
type Days = tuple[Fraction, Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Effort:
    how: str
    days: Days | None = None
    by: str = ""

    @property
    def is_stated(self) -> bool:
        return self.how == OUT_OF_BOX or bool(self.days and self.by)

    @property
    def said(self) -> dict[str, Any]:
        """As it is sent, whole; without days, or by whom, null."""
        numbers = map(written, self.days or ())
        days = zip(("low", "likely", "high"), numbers, strict=bool(self.days))
        return {"how": self.how, "days": dict(days) or None, "by": self.by or None}

    @property
    def likely(self) -> Fraction:
        return self.days[1] if self.days else Fraction(0)


def read_effort(
    sent: Any, availability: str, *, is_sold: bool, is_asked: bool = True
) -> Effort | None:
    """An effort as it is sent: `{"how", "days": {"low", "likely", "high"}, "by"}`.

    Raises:
        ValueError: the sentence that says how to mend it.
    """
    if not is_asked:
        raise ValueError(SENTENCES["unasked"])
    if sent is None:
        return None
    if not isinstance(sent, dict) or sent.get("how") not in HOWS:
        raise ValueError(SENTENCES["how"])
    how, days, by = sent["how"], sent.get("days"), sent.get("by")
    if availability not in OFFERED:
        raise ValueError(SENTENCES["not offered"])
    if how == OUT_OF_BOX and (days, by) != (None, None):
        raise ValueError(SENTENCES["no days"])
    if by is not None and by not in BYS:
        raise ValueError(SENTENCES["by"])
    if by == VENDOR and not is_sold:
        raise ValueError(SENTENCES["nobody sells"])
    return Effort(how, None if days is None else _days(days), by or "")


def _days(sent: Any) -> Days:
    names = ("low", "likely", "high")
    if not isinstance(sent, dict) or not sent.keys() <= {*names} or not sent:
        raise ValueError(SENTENCES["days"])
    if sent.keys() == {"likely"}:
        sent = dict.fromkeys(names, sent["likely"])
    low, likely, high = (half_days(sent.get(name)) for name in names)
    if not Fraction(1, 2) <= low <= likely <= high:
        raise ValueError(SENTENCES["days"])
    return low, likely, high


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
