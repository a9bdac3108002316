"""What the buyer still has to answer for a candidate that has nobody else to ask."""

from dataclasses import dataclass
from uuid import UUID

from evaltracker.evaluations.models import Requirement
from vendors.choices import STATED
from vendors.models import Candidate, Claim, Ruling
from vendors.policy import ANSWERED_BY_BUYER
from vendors.selectors.candidates import asked_requirements


@dataclass(frozen=True, slots=True)
class Answering:
    """The requirements that are asked, must-haves first, and which of them wait."""

    asked: list[Requirement]
    left: frozenset[UUID]

    @property
    def answered(self) -> int:
        """How many are answered."""
        return len(self.asked) - len(self.left)

    def after(self, here: UUID | None = None) -> Requirement | None:
        """The next that waits, from `here` on and round to the first; None if no other
        does."""
        places = [place for place, row in enumerate(self.asked) if row.pk == here]
        start = places[0] + 1 if places else 0
        following = [*self.asked[start:], *self.asked[:start]]
        waits = (row for row in following if row.pk in self.left and row.pk != here)
        return next(waits, None)


def is_answered_by_buyer(candidate: Candidate) -> bool:
    """Whether the owner answers for it: build, stay as is, and open source that nobody
    was invited for."""
    return candidate.kind in ANSWERED_BY_BUYER and candidate.invited_at is None


def answering_of(candidate: Candidate) -> Answering:
    """How far its answers are; three queries. What is ruled out is not asked."""
    rulings = Ruling.objects.whole().filter(candidate=candidate)
    out = set(rulings.values_list("requirement", flat=True))
    asked = [
        row for row in asked_requirements(candidate.evaluation) if row.pk not in out
    ]
    stated = Claim.objects.filter(
        candidate=candidate, superseded_at__isnull=True, availability__in=STATED
    )
    done = set(stated.values_list("requirement", flat=True))
    return Answering(
        asked=sorted(asked, key=lambda row: not row.is_must),
        left=frozenset(row.pk for row in asked if row.pk not in done),
    )
