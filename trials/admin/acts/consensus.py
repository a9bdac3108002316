"""The meeting: opening everybody's scores, settling what is apart, closing."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms

from evaltracker.errors import NotFound
from evaltracker.evaluations.models import Category, Evaluation, User
from evaltracker.measures import written
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from evaltracker.pages.fields import long_text, reason_field
from trials.models import Score, Settlement
from trials.scoring import TOP_SCORE, spread
from trials.selectors import counted_scores
from trials.services.consensus import (
    check_close_scores,
    check_open_consensus,
    check_settle_score,
    close_scores,
    open_consensus,
    settle_score,
)
from vendors.admin.acts.base import AboutCandidate
from vendors.models import Candidate


@register_act
class OpenConsensus(OnEvaluation):
    """Opens everybody's scores for the meeting."""

    name = "open-consensus"
    title = "Open the consensus"
    verb = "Open all scores"
    help = (
        "Every sheet is locked as it stands, also of those who have not finished, and "
        "everybody with a part reads all scores. There is no way back."
    )
    success = "All scores are open."
    tab = "scores"
    dangerous = True
    service = open_consensus
    rule = check_open_consensus


class OutcomeForm(forms.Form):
    """What the meeting came to."""

    outcome = forms.CharField(
        label="What the meeting came to",
        widget=long_text(6),
        help_text="The memo prints it. The scores stay as they were given.",
    )


@dataclass(frozen=True, slots=True)
class ScoredCell:
    """One candidate in one category; its `pk` stands in addresses."""

    candidate: Candidate
    category: Category

    @property
    def pk(self) -> str:
        """Both ids in one."""
        return f"{self.candidate.pk}.{self.category.pk}"

    @property
    def evaluation(self) -> Evaluation:
        return self.candidate.evaluation

    def __str__(self) -> str:
        return f"{self.category} of {self.candidate}"


HALVES = [(f"{half / 2:g}", f"{half / 2:g}") for half in range(2 * TOP_SCORE + 1)]


class SettleForm(forms.Form):
    """A whole or a half point, and why."""

    value = forms.TypedChoiceField(
        label="What the meeting settled on",
        choices=HALVES,
        coerce=Decimal,
    )
    reason = reason_field(help_text="The memo prints it. What people gave stays.")


@register_act
class SettleScore(AboutCandidate[ScoredCell]):
    """What counts where people were far apart."""

    name = "settle-score"
    title = "Settle"
    verb = "Settle"
    help = (
        "It starts at the median, and counts in its place. What people gave stays as "
        "they gave it, beside it."
    )
    success = "It is settled."
    tab = "scores"
    form_class = SettleForm
    service = settle_score
    rule = check_settle_score

    def load(self, user: User, target_id: str) -> ScoredCell:
        """The cell, if both exist, belong together and the reader may see them."""
        try:
            candidate_id, category_id = (UUID(part) for part in target_id.split("."))
        except ValueError as error:
            raise NotFound from error
        rows = Candidate.objects.visible_to(user).select_related("evaluation__owner")
        candidate = rows.filter(pk=candidate_id).first()
        if candidate is None:
            raise NotFound
        category = candidate.evaluation.categories.filter(pk=category_id).first()
        if category is None:
            raise NotFound
        return ScoredCell(candidate, category)

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """What was settled, else the median of the scores that count."""
        about = {"candidate": target.candidate, "category": target.category}
        settled = Settlement.objects.filter(**about).first()
        if settled is not None:
            return {"value": written(settled.value), "reason": settled.reason}
        given = Score.objects.visible_to(user).filter(
            pk__in=counted_scores(target.candidate.evaluation), **about
        )
        median = spread(given.values_list("value", flat=True)).median
        return {} if median is None else {"value": f"{float(median):g}"}

    def arguments(self, target: ScoredCell, data: Mapping[str, Any]) -> dict[str, Any]:
        """The two that make the cell."""
        return {
            "evaluation": target.candidate.evaluation,
            "candidate": target.candidate,
            "category": target.category,
            **data,
        }

    def judged(self, target: ScoredCell) -> tuple[Any, ...]:
        """The two that make the cell."""
        return target.candidate, target.category


@register_act
class CloseScores(OnEvaluation, AboutCandidate[Evaluation]):
    """Ends the consensus with its outcome."""

    name = "close-scores"
    title = "Close the scores"
    verb = "Close"
    success = "Scores are closed."
    tab = "scores"
    form_class = OutcomeForm
    service = close_scores
    rule = check_close_scores
