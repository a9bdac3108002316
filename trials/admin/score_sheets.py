"""One's own score sheet, with the evidence for one score beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.forms import BoundField

from evaltracker.evaluations.models import Category, Evaluation, User
from evaltracker.pages.acts import Rule
from evaltracker.pages.workspace import page_address
from stakeholders.models import Stakeholder
from trials.models import DemoNote, Score
from trials.scoring import TOP_SCORE
from trials.selectors.scores import category_evidence
from trials.services.scores import (
    check_give_scores,
    give_score,
    lock_scores,
    withdraw_score,
)
from vendors.admin.base import AboutCandidate
from vendors.choices import CandidateState
from vendors.models import Candidate
from vendors.selectors.claims import reads_answers

SCALE = [(str(value), str(value)) for value in range(TOP_SCORE + 1)]


@dataclass(frozen=True, slots=True)
class ScoredCell:
    """One candidate in one category; its `pk` stands in addresses."""

    candidate: Candidate
    category: Category

    @property
    def pk(self) -> str:
        return f"{self.candidate.pk}.{self.category.pk}"

    @property
    def evaluation(self) -> Evaluation:
        return self.candidate.evaluation

    def __str__(self) -> str:
        return f"{self.category} of {self.candidate}"


@dataclass(frozen=True, slots=True)
class SheetCell(ScoredCell):
    """One score to give; `given` is what stands."""

    part: Stakeholder
    given: Score | None

    @property
    def pk(self) -> str:
        return f"{self.part.pk}.{self.candidate.pk}.{self.category.pk}"

    @property
    def address(self) -> str:
        """Where the evidence for it stands beside the sheet."""
        page = page_address(self.evaluation, "scores")
        return f"{page}?at={self.pk}#on-file-{self.part.pk}"

    @property
    def value_name(self) -> str:
        return f"v-{self.candidate.pk}-{self.category.pk}"

    @property
    def reason_name(self) -> str:
        return f"r-{self.candidate.pk}-{self.category.pk}"


@dataclass(frozen=True, slots=True)
class ScoreGrid:
    categories: list[Category]
    candidates: list[Candidate]
    cells: list[SheetCell]
    # What each score means, if the buyer chose words.
    meanings: list[str]

    @property
    def scale(self) -> list[tuple[str, str]]:
        if not self.meanings:
            return SCALE
        return [(value, f"{value}: {self.meanings[int(value)]}") for value, _ in SCALE]

    @property
    def begin(self) -> SheetCell | None:
        """The first that is not given, else the first; None if there is none."""
        cells = self.cells
        return next((cell for cell in cells if cell.given is None), (*cells, None)[0])

    @property
    def given(self) -> int:
        return sum(cell.given is not None for cell in self.cells)

    def missing(self) -> list[str]:
        open_in = {cell.category.pk for cell in self.cells if cell.given is None}
        return [category.name for category in self.categories if category.pk in open_in]

    @property
    def possible(self) -> int:
        return len(self.cells)


def sheet_of(part: Stakeholder) -> ScoreGrid:
    evaluation = part.evaluation
    # A category of weight 0 is not scored.
    categories = list(evaluation.categories.exclude(weight=0))
    scores = {
        (score.candidate_id, score.category_id): score
        for score in Score.objects.filter(sheet__stakeholder=part)
    }
    running = evaluation.candidates.exclude(state=CandidateState.ELIMINATED)
    candidates = worth_scoring(list(running), {key[0] for key in scores})
    cells = [
        SheetCell(candidate, category, part, scores.get((candidate.pk, category.pk)))
        for category in categories
        for candidate in candidates
    ]
    return ScoreGrid(categories, candidates, cells, evaluation.scale)


def worth_scoring(running: list[Candidate], scored: set[UUID]) -> list[Candidate]:
    """The short list and what was scored before; all while nobody is shortlisted."""
    close = [
        candidate
        for candidate in running
        if candidate.state != CandidateState.LONGLISTED
    ]
    if not close:
        return running
    return [
        candidate
        for candidate in running
        if candidate in close or candidate.pk in scored
    ]


class SheetForm(forms.Form):
    def __init__(self, *args: Any, sheet: ScoreGrid, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        for cell in sheet.cells:
            about = f"{cell.category}, {cell.candidate}"
            self.fields[cell.value_name] = forms.ChoiceField(
                label=f"Score: {about}",
                choices=[("", "not scored"), *sheet.scale],
                required=False,
                initial=str(cell.given.value) if cell.given else "",
                widget=forms.RadioSelect,
            )
            self.fields[cell.reason_name] = forms.CharField(
                label=f"Reason: {about}",
                required=False,
                max_length=5000,
                initial=cell.given.reason if cell.given else "",
                widget=forms.Textarea(
                    attrs={
                        "aria-label": f"Reason: {about}",
                        "placeholder": "why",
                        "rows": 1,
                    }
                ),
            )

    def clean(self) -> dict[str, Any]:
        """A score says why; a row that was not sent is left as it stands."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for cell in self.sheet.cells:
            if cell.value_name not in self.data:
                data.pop(cell.value_name, None)
        for cell in self.sheet.cells:
            if data.get(cell.value_name) and not data.get(cell.reason_name, "").strip():
                self.add_error(cell.reason_name, "Give a reason for this score.")
        return data

    def rows(self) -> list[tuple[SheetCell, BoundField, BoundField]]:
        return [
            (cell, self[cell.value_name], self[cell.reason_name])
            for cell in self.sheet.cells
        ]


def on_file(user: User, sheet: ScoreGrid, key: str) -> dict[str, Any] | None:
    """What stands beside the score of that key, else beside the first to give."""
    cell = next((cell for cell in sheet.cells if cell.pk == key), sheet.begin)
    if cell is None:
        return None
    notes = DemoNote.objects.filter(author=user, demo__candidate=cell.candidate)
    may_read = reads_answers(user, cell.evaluation)
    return {
        "cell": cell,
        "may_read": may_read,
        "asked": category_evidence(cell.candidate, cell.category) if may_read else [],
        "notes": notes.select_related("demo").order_by("written_at"),
    }


class OwnSheet(AboutCandidate[Stakeholder]):
    """An act on one's own score sheet; `target` is one's own part."""

    tab = "scores"
    model = Stakeholder
    rule: ClassVar[Rule | None] = check_give_scores
    target_name = "stakeholder"
    related = ("evaluation__owner", "user")

    def heading(self, target: Any) -> str:
        return f"{self.title}, as {target.get_role_display()}"


class GiveScores(OwnSheet):
    title = "Your scores"
    verb = "Save"
    help = (
        "0 is the worst, 5 the best, each with a reason. “Not scored” is not 0, and "
        "you can go back to it until you lock. Nobody reads your scores before that."
    )
    success = "Your scores are saved. Lock them when you are sure."
    form_class = SheetForm
    template = "trials/sheet.html"
    in_dialog = False

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"sheet": sheet_of(target)}

    def run(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        """Save what was given or taken back; the same, or nothing, changes nothing."""
        check_give_scores(target, by)
        for cell in sheet_of(target).cells:
            if cell.value_name not in data:
                continue
            value = data[cell.value_name]
            about: dict[str, Any] = {
                "candidate": cell.candidate,
                "category": cell.category,
                "by": by,
            }
            if value in (None, ""):
                if cell.given:
                    withdraw_score(stakeholder=target, **about)
                continue
            give_score(
                stakeholder=target,
                value=int(value),
                reason=data[cell.reason_name],
                **about,
            )


class LockScores(OwnSheet):
    title = "Lock your scores"
    verb = "Lock for good"
    help = (
        "They can never change afterwards, and in return you see the others' scores. "
        "There is no way back."
    )
    success = "Your scores are locked."
    template = "trials/lock.html"
    dangerous = True
    service = lock_scores

    def context(self, target: Any, user: User) -> dict[str, Any]:
        return {**super().context(target, user), "sheet": sheet_of(target)}
