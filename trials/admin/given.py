"""What people gave one candidate in one category."""

from dataclasses import dataclass

from trials.models import Score, Settlement
from trials.scoring import Spread


@dataclass(frozen=True, slots=True)
class Given:
    """What people gave one candidate in one category, and what the meeting makes of it.

    `place` names the cell in addresses of acts.
    """

    place: str
    name: str
    scores: list[Score]
    aside: list[Score]
    asked: int
    spread: Spread
    settled: Settlement | None

    @property
    def median(self) -> str:
        """The middle one; blank if nobody scored."""
        value = self.spread.median
        return "" if value is None else f"{float(value):g}"

    @property
    def to_settle(self) -> bool:
        """Whether people see it so differently that the meeting has to settle it."""
        return self.spread.is_wide and self.settled is None
