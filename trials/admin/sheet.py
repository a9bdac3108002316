"""One person's score sheet as a form: 0 to 5 for each category and candidate."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse

from evaltracker.evaluations.models import Category
from stakeholders.models import Stakeholder
from trials.models import Score
from trials.scoring import TOP_SCORE
from vendors.choices import CandidateState
from vendors.models import Candidate

SCALE = [(str(value), str(value)) for value in range(TOP_SCORE + 1)]


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One score to give; `given` is what stands."""

    part: Stakeholder
    category: Category
    candidate: Candidate
    given: Score | None

    @property
    def pk(self) -> str:
        """What stands in addresses of acts on it."""
        return f"{self.part.pk}.{self.candidate.pk}.{self.category.pk}"

    @property
    def address(self) -> str:
        """Where it is given with the evidence beside it."""
        return reverse("admin:act_on", args=["give-score", self.pk])

    def __str__(self) -> str:
        return f"{self.category} of {self.candidate}"

    @property
    def value_name(self) -> str:
        """The form's field of the score."""
        return f"v-{self.candidate.pk}-{self.category.pk}"

    @property
    def reason_name(self) -> str:
        """The form's field of the reason."""
        return f"r-{self.candidate.pk}-{self.category.pk}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that a part may score."""

    categories: list[Category]
    candidates: list[Candidate]
    cells: list[SheetCell]
    # What each score means, if the buyer chose words.
    meanings: list[str]

    @property
    def scale(self) -> list[tuple[str, str]]:
        """The scores to choose from, with their meaning."""
        if not self.meanings:
            return SCALE
        return [(value, f"{value}: {self.meanings[int(value)]}") for value, _ in SCALE]

    @property
    def to_give(self) -> list[SheetCell]:
        """The scores that the person may give, in order."""
        return self.cells

    @property
    def begin(self) -> SheetCell | None:
        """The first that is not given, else the first; None if there is none."""
        cells = self.cells
        return next((cell for cell in cells if cell.given is None), (*cells, None)[0])

    @property
    def given(self) -> int:
        """How many scores are given that count."""
        return sum(cell.given is not None for cell in self.cells)

    def missing(self) -> list[str]:
        """The categories in which something is not scored yet."""
        open_in = {cell.category.pk for cell in self.cells if cell.given is None}
        return [category.name for category in self.categories if category.pk in open_in]

    @property
    def possible(self) -> int:
        """How many could be given."""
        return len(self.cells)


def sheet_of(part: Stakeholder) -> Sheet:
    """The sheet of one part, in three queries."""
    evaluation = part.evaluation
    # A category of weight 0 is not scored.
    categories = list(evaluation.categories.exclude(weight=0))
    given = {
        (score.candidate_id, score.category_id): score
        for score in Score.objects.filter(sheet__stakeholder=part)
    }
    running = Candidate.objects.filter(evaluation=evaluation).exclude(
        state=CandidateState.ELIMINATED
    )
    candidates = worth_scoring(list(running), {key[0] for key in given})
    cells = [
        SheetCell(part, category, candidate, given.get((candidate.pk, category.pk)))
        for category in categories
        for candidate in candidates
    ]
    return Sheet(categories, candidates, cells, evaluation.scale)


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
    """A choice and a reason for each cell that the person may score."""

    def __init__(self, *args: Any, sheet: Sheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        for cell in sheet.cells:
            about = f"{cell.category}, {cell.candidate}"
            self.fields[cell.value_name] = forms.ChoiceField(
                label=f"Score: {about}",
                choices=[("", "not scored"), *sheet.scale],
                required=False,
                initial=str(cell.given.value) if cell.given else "",
                widget=forms.Select(attrs={"aria-label": f"Score: {about}"}),
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
                self.add_error(cell.reason_name, "Say why you give this score.")
        return data

    def rows(self) -> list[tuple[Category, list[dict[str, Any]]]]:
        """Category by category, with the bound fields of each candidate."""
        by_category: dict[Any, list[dict[str, Any]]] = {}
        for cell in self.sheet.cells:
            fields = {
                "candidate": cell.candidate,
                "address": cell.address,
                "value": self[cell.value_name],
                "reason": self[cell.reason_name],
            }
            by_category.setdefault(cell.category.pk, []).append(fields)
        return [
            (category, by_category.get(category.pk, []))
            for category in self.sheet.categories
        ]
