"""One score of one's own, given with the evidence beside it, or taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django import forms

from evaltracker.errors import NotFound
from evaltracker.evaluations.models import Category, Evaluation, User
from evaltracker.pages.acts import Rule, register_act
from evaltracker.pages.fields import long_text
from stakeholders.models import Stakeholder
from trials.admin.scoring_way import way_through
from trials.admin.sheet import SCALE, sheet_of
from trials.models import DemoNote, Score
from trials.selectors.category_evidence import category_evidence
from trials.services.scores import (
    check_give_score,
    check_withdraw_score,
    give_score,
    withdraw_score,
)
from vendors.admin.acts.base import AboutCandidate
from vendors.models import Candidate
from vendors.selectors.readable import reads_answers


@dataclass(frozen=True, slots=True)
class OwnCell:
    """What a part scores: one candidate in one category; `pk` stands in addresses."""

    part: Stakeholder
    candidate: Candidate
    category: Category

    @property
    def pk(self) -> str:
        """The three ids in one."""
        return f"{self.part.pk}.{self.candidate.pk}.{self.category.pk}"

    @property
    def evaluation(self) -> Evaluation:
        return self.part.evaluation

    def given(self) -> Score | None:
        """The score that stands."""
        rows = Score.objects.filter(sheet__stakeholder=self.part)
        return rows.filter(candidate=self.candidate, category=self.category).first()

    def __str__(self) -> str:
        return f"{self.category} of {self.candidate}"


class OnOwnCell(AboutCandidate[OwnCell]):
    """An act on one score of one's own sheet."""

    tab = "scores"

    def load(self, user: User, target_id: str) -> OwnCell:
        """The cell, if all three exist, belong together and the reader may see them."""
        try:
            part_id, candidate_id, category_id = map(UUID, target_id.split("."))
        except ValueError as error:
            raise NotFound from error
        parts = Stakeholder.objects.visible_to(user).filter(pk=part_id)
        part = parts.select_related("evaluation__owner", "user").first()
        if part is None:
            raise NotFound
        candidate = part.evaluation.candidates.filter(pk=candidate_id).first()
        category = part.evaluation.categories.filter(pk=category_id).first()
        if candidate is None or category is None:
            raise NotFound
        candidate.evaluation = part.evaluation
        return OwnCell(part, candidate, category)

    def arguments(self, target: OwnCell, data: Mapping[str, Any]) -> dict[str, Any]:
        """Whose score of what."""
        return {
            "stakeholder": target.part,
            "candidate": target.candidate,
            "category": target.category,
            **data,
        }


class ScoreForm(forms.Form):
    """0 to 5, and why."""

    value = forms.TypedChoiceField(
        label="Score",
        choices=SCALE,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a score from 0 to 5."},
    )
    reason = forms.CharField(
        label="Why",
        max_length=5000,
        widget=long_text(3),
        error_messages={"required": "Say why you give this score."},
    )


@register_act
class GiveScore(OnOwnCell):
    """Saves one score, with what was asked, answered, shown and tested beside it."""

    name = "give-score"
    title = "Score"
    verb = "Save"
    success = "Your score is saved."
    form_class = ScoreForm
    template = "trials/score.html"
    in_dialog = False
    service = give_score
    rule: ClassVar[Rule | None] = check_give_score

    def heading(self, target: OwnCell) -> str:
        return str(target)

    def crumb(self, target: OwnCell) -> str:
        return str(target)

    def judged(self, target: OwnCell) -> tuple[Any, ...]:
        """The part, and the candidate that it scores."""
        return target.part, target.candidate

    def initial(self, target: OwnCell, user: User) -> dict[str, Any]:
        """What was given so far."""
        given = target.given()
        return {"value": given.value, "reason": given.reason} if given else {}

    def context(self, target: OwnCell, user: User) -> dict[str, Any]:
        """The evidence, one's own notes, and the way to the next score."""
        sheet = sheet_of(target.part)
        candidate, category = target.candidate, target.category
        notes = DemoNote.objects.filter(author=user, demo__candidate=candidate)
        may_read = reads_answers(user, target.evaluation)
        return {
            **super().context(target, user),
            "cell": target,
            "sheet": sheet,
            "way": way_through(sheet, target.pk),
            "choices": choices_of(sheet.meanings),
            "may_read": may_read,
            "asked": category_evidence(candidate, category) if may_read else [],
            "notes": notes.select_related("demo").order_by("written_at"),
        }


@register_act
class WithdrawScore(OnOwnCell):
    """Takes one score back to *not scored*."""

    name = "withdraw-score"
    title = "Take the score back"
    verb = "Take back"
    help = "It counts as not scored, which is not 0."
    success = "The score is taken back."
    service = withdraw_score
    rule: ClassVar[Rule | None] = check_withdraw_score

    def judged(self, target: OwnCell) -> tuple[Any, ...]:
        """Whose score of what."""
        return target.part, target.candidate, target.category


def choices_of(meanings: Sequence[str]) -> list[tuple[str, str]]:
    """Each score with what it means; without words, what its ends are."""
    if meanings:
        return [(value, meanings[int(value)]) for value, _ in SCALE]
    ends = {SCALE[0][0]: "worst", SCALE[-1][0]: "best"}
    return [(value, ends.get(value, "")) for value, _ in SCALE]
