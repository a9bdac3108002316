"""What is asked next: every kind of cost that is not settled, and old prices."""

import calendar
import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from vendors.costs.kinds import CostKind, LineState
from vendors.costs.rows import CostRow

OLD_AFTER_MONTHS = 6


class Why(StrEnum):
    """Why a kind of cost is asked about, the most urgent first; ``label`` is what
    users read before the kinds."""

    NOT_ASKED = "not_asked"
    UNSAID = "unsaid"
    NO_RATE = "no_rate"
    OLD = "old"
    EXCLUDED = "excluded"

    @property
    def label(self) -> str:
        """Return the words for a page."""
        return _LABELS[self]


_LABELS = {
    Why.NOT_ASKED: "Ask about",
    Why.UNSAID: "Ask again, no answer yet",
    Why.NO_RATE: "Write an exchange rate for",
    Why.OLD: f"Ask for a fresh price, older than {OLD_AFTER_MONTHS} months",
    Why.EXCLUDED: "Not in the offer, so price it elsewhere",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """One reason with its kinds, in the order of the checklist."""

    why: Why
    kinds: tuple[CostKind, ...]


def is_old(quoted_on: datetime.date | None, today: datetime.date) -> bool:
    """Say whether a price was quoted more than six months before `today`."""
    if quoted_on is None:
        return False
    month = quoted_on.month - 1 + OLD_AFTER_MONTHS
    year, month = quoted_on.year + month // 12, month % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return today > datetime.date(year, month, min(quoted_on.day, last))


def asks(
    checklist: Sequence[CostKind],
    rows: Iterable[tuple[CostRow, datetime.date | None]],
    today: datetime.date,
) -> tuple[Ask, ...]:
    """Return what to ask next, from rows with the date that each was quoted on.

    A kind stands under its most urgent reason only.
    """
    reasons: dict[CostKind, set[Why]] = {}
    for row, quoted_on in rows:
        found = reasons.setdefault(row.kind, set())
        if row.state == LineState.EXCLUDED:
            found.add(Why.EXCLUDED)
        elif row.state == LineState.UNSAID:
            said = row.working == LineState.UNSAID
            found.add(Why.UNSAID if said else Why.NO_RATE)
        elif row.state == LineState.PRICED and is_old(quoted_on, today):
            found.add(Why.OLD)
    kinds: dict[Why, list[CostKind]] = {}
    for kind in dict.fromkeys((*checklist, *reasons)):
        why = reasons.get(kind, {Why.NOT_ASKED})
        if why:
            first = min(why, key=list(Why).index)
            kinds.setdefault(first, []).append(kind)
    return tuple(Ask(why, tuple(kinds[why])) for why in Why if why in kinds)
