"""What to ask a vendor about its prices next."""

import calendar
import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vendors.costs import lines
from vendors.costs.kinds import CostKind, LineState, asked_kinds
from vendors.costs.line_costs import CostRow

OLD_AFTER_MONTHS = 6


class Why(lines.Labelled):
    NOT_ASKED = "not_asked", "Ask about"
    UNSAID = "unsaid", "Ask again, no answer yet"
    NO_RATE = "no_rate", "Set an exchange rate for"
    OLD = "old", f"Ask for a fresh price, older than {OLD_AFTER_MONTHS} months"
    EXCLUDED = "excluded", "Not in the offer, so price it elsewhere"


@dataclass(frozen=True, slots=True)
class Ask:
    why: Why
    kinds: tuple[CostKind, ...]


def is_old(quoted_on: datetime.date | None, today: datetime.date) -> bool:
    """Say whether a price was quoted more than six months before `today`."""
    if quoted_on is None:
        return False
    month = quoted_on.month - 1 + OLD_AFTER_MONTHS
    year = quoted_on.year + month // 12
    month = month % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return today > datetime.date(year, month, min(quoted_on.day, last))


def asks(
    kinds: Sequence[CostKind],
    candidate_kind: str,
    rows: Iterable[tuple[CostRow, datetime.date | None]],
    today: datetime.date,
) -> tuple[Ask, ...]:
    """Return what to ask next, from rows with the date that each was quoted on.

    A kind stands under its most urgent reason only.
    """
    dated = list(rows)
    reasons: dict[str, set[Why]] = {}
    for row, quoted_on in dated:
        whys = reasons.setdefault(row.kind.key, set())
        if row.state == LineState.EXCLUDED:
            whys.add(Why.EXCLUDED)
        elif row.state == LineState.UNSAID:
            whys.add(Why.UNSAID if row.said.counts else Why.NO_RATE)
        elif row.state == LineState.PRICED and is_old(quoted_on, today):
            whys.add(Why.OLD)
    by_why: dict[Why, list[CostKind]] = {}
    for coverage in asked_kinds(kinds, candidate_kind, (row.said for row, _ in dated)):
        whys = reasons.get(coverage.kind.key, set())
        if not coverage.states or coverage.missing:
            whys = {*whys, Why.NOT_ASKED}
        if whys:
            first = min(whys, key=list(Why).index)
            by_why.setdefault(first, []).append(coverage.kind)
    return tuple(Ask(why, tuple(by_why[why])) for why in Why if why in by_why)
