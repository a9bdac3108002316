"""A changed claim as the page shows it: what stood before and what stands now."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from vendors.changes import Change, days_moved
from vendors.differences import Pieces, word_difference
from vendors.holds_for_text import write_holds_for
from vendors.models import Claim
from vendors.selectors.sent import SentClaim

LABELS = {
    Change.NEW: ("New", "info"),
    Change.UPGRADED: ("Upgraded", "good"),
    Change.DOWNGRADED: ("Downgraded", "bad"),
    Change.RESTATED: ("Restated", "info"),
    Change.LATER: ("Date later", "bad"),
    Change.EARLIER: ("Date earlier", "good"),
    Change.WITHDRAWN: ("Withdrawn", "warn"),
    Change.CONFIRMED: ("Confirmed anew", "good"),
    Change.REWORDED: ("Reworded", ""),
}


@dataclass(frozen=True, slots=True)
class SentRow:
    """One claim, side by side with what it replaces."""

    newer: Claim
    former: Claim | None
    badges: list[tuple[str, str]]
    words: tuple[Pieces, Pieces]
    environments: tuple[Pieces, Pieces]
    values: tuple[Pieces, Pieces]
    number: tuple[Pieces, Pieces]
    link: tuple[Pieces, Pieces]

    @property
    def between(self) -> int:
        """How many revisions came and went unseen between the two."""
        before = self.former.revision if self.former else 0
        return self.newer.revision - before - 1


def sent_rows(claims: Iterable[SentClaim]) -> list[SentRow]:
    """The claims with their words, in two queries however many."""
    shown = list(claims)
    wanted = {claim.newer.id for claim in shown}
    wanted |= {claim.former.id for claim in shown if claim.former is not None}
    rows: Any = Claim.objects.select_related(
        "candidate", "requirement__category", "noted_by"
    )
    read: dict[Any, Claim] = rows.prefetch_related("files").in_bulk(wanted)
    return [
        _row(
            claim, read[claim.newer.id], read[claim.former.id] if claim.former else None
        )
        for claim in shown
    ]


def _row(claim: SentClaim, newer: Claim, former: Claim | None) -> SentRow:
    before = former or Claim()
    return SentRow(
        newer=newer,
        former=former,
        badges=[_badge(change, claim) for change in claim.changes],
        words=word_difference(before.statement, newer.statement),
        environments=word_difference(_listed(before), _listed(newer)),
        values=word_difference(_held(before), _held(newer)),
        number=word_difference(before.number_words, newer.number_words),
        link=word_difference(before.evidence_url, newer.evidence_url),
    )


def _held(claim: Claim) -> str:
    """For which values of the brief's lists it holds, as it was said."""
    return write_holds_for(claim.holds_for and claim.holds_for["said"])


def _listed(claim: Claim) -> str:
    return ", ".join(claim.environments)


def _badge(change: Change, claim: SentClaim) -> tuple[str, str]:
    """In words; a date says by how much."""
    label, tone = LABELS[change]
    if change in (Change.LATER, Change.EARLIER):
        days = abs(days_moved(claim.former and claim.former.said, claim.newer.said))
        label = f"{days} day{'s' if days > 1 else ''} {change.value}"
    return label, tone
