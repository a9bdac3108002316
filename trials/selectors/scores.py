"""People's scores as one person may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stakeholders.models import Stakeholder
from trials.models import Consensus, Score, ScoreSheet
from vendors.choices import CandidateState
from vendors.models import Candidate, Conflict

if TYPE_CHECKING:
    import uuid

    from evaltracker.evaluations.models import Category, Evaluation, User


@dataclass(frozen=True, slots=True)
class Scorer:
    """One part that scores, and its sheet if it has begun."""

    part: Stakeholder
    sheet: ScoreSheet | None
    is_mine: bool
    barred_from: frozenset[uuid.UUID]

    @property
    def is_locked(self) -> bool:
        """Whether these scores are final."""
        return self.sheet is not None and self.sheet.locked_at is not None


@dataclass(frozen=True, slots=True)
class ScoresTable:
    """Categories by candidates by scorers; only what the reader may see is in it."""

    categories: list[Category]
    candidates: list[Candidate]
    scorers: list[Scorer]
    consensus: Consensus | None
    scores: dict[tuple[uuid.UUID, uuid.UUID, uuid.UUID], Score]

    def score(
        self, part: Stakeholder, candidate: Candidate, category: Category
    ) -> Score | None:
        """What a part gave; None if nothing, or if the reader may not see it yet."""
        return self.scores.get((part.pk, candidate.pk, category.pk))

    def given(self, candidate: Candidate, category: Category) -> list[Score]:
        """All visible scores of a candidate in a category."""
        return [
            one
            for scorer in self.scorers
            if (one := self.score(scorer.part, candidate, category)) is not None
        ]

    @property
    def mine(self) -> list[Scorer]:
        """The reader's own parts."""
        return [one for one in self.scorers if one.is_mine]

    @property
    def all_locked(self) -> bool:
        """Whether everybody who scores has locked."""
        return all(one.is_locked for one in self.scorers)


def scores_table(user: User, evaluation: Evaluation) -> ScoresTable:
    """The scores of an evaluation as `user` may see them; six queries."""
    candidates = Candidate.objects.filter(evaluation=evaluation).exclude(
        state=CandidateState.ELIMINATED
    )
    barred: dict[object, set[uuid.UUID]] = {}
    interests = (
        Conflict.objects.barring()
        .filter(candidate__evaluation=evaluation)
        .values_list("person_id", "candidate_id")
    )
    for person, candidate in interests:
        barred.setdefault(person, set()).add(candidate)
    parts = Stakeholder.objects.filter(
        evaluation=evaluation, scores=True, left_at__isnull=True
    ).select_related("user", "score_sheet")
    visible = Score.objects.visible_to(user).filter(candidate__evaluation=evaluation)
    return ScoresTable(
        # A category of weight 0 is not scored.
        categories=list(evaluation.categories.exclude(weight=0)),
        candidates=list(candidates),
        scorers=[
            Scorer(
                part=part,
                sheet=getattr(part, "score_sheet", None),
                is_mine=part.user_id == user.pk,
                barred_from=frozenset(barred.get(part.user_id, ())),
            )
            for part in parts
        ],
        consensus=Consensus.objects.filter(evaluation=evaluation).first(),
        scores={
            (one.sheet.stakeholder_id, one.candidate_id, one.category_id): one
            for one in visible.select_related("sheet")
        },
    )
