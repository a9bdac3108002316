"""What a newer revision of a claim changed, as a buyer reads it; a pure module."""

import datetime
from enum import StrEnum
from typing import NamedTuple

from vendors.choices import Availability

# How much is there; a plan and an offer at cost are worth the same.
RANK = {
    Availability.NOW: 4,
    Availability.BETA: 3,
    Availability.PLANNED: 2,
    Availability.ON_REQUEST: 2,
    Availability.NEVER: 1,
}


class Change(StrEnum):
    """One way in which a claim is another than it was."""

    NEW = "new"
    UPGRADED = "upgraded"
    DOWNGRADED = "downgraded"
    RESTATED = "restated"
    LATER = "later"
    EARLIER = "earlier"
    WITHDRAWN = "withdrawn"
    CONFIRMED = "confirmed"
    REWORDED = "reworded"


class Said(NamedTuple):
    """What a revision says, without its words."""

    availability: str
    available_from: datetime.date | None
    requirement_revision: int
    by_vendor: bool


def changes_between(former: Said | None, newer: Said) -> tuple[Change, ...]:
    """Everything that changed; *reworded* if it is the words alone.

    What the buyer noted and what was withdrawn is no answer of the vendor, so the
    answer after it is new.
    """
    if newer.availability == Availability.WITHDRAWN:
        return (Change.WITHDRAWN,)
    if (
        former is None
        or not former.by_vendor
        or former.availability == Availability.WITHDRAWN
    ):
        return (Change.NEW,)
    found = [*_of_status(former, newer), *_of_date(former, newer)]
    if newer.requirement_revision > former.requirement_revision:
        found.append(Change.CONFIRMED)
    return tuple(found) or (Change.REWORDED,)


def days_moved(former: Said | None, newer: Said) -> int:
    """By how many days the date moved, forward or back; 0 without two dates."""
    if former is None or former.available_from is None or newer.available_from is None:
        return 0
    return (newer.available_from - former.available_from).days


def _of_status(former: Said, newer: Said) -> list[Change]:
    if former.availability == newer.availability:
        return []
    before = RANK[Availability(former.availability)]
    after = RANK[Availability(newer.availability)]
    if after == before:
        return [Change.RESTATED]
    return [Change.UPGRADED if after > before else Change.DOWNGRADED]


def _of_date(former: Said, newer: Said) -> list[Change]:
    days = days_moved(former, newer)
    if not days:
        return []
    return [Change.LATER if days > 0 else Change.EARLIER]
