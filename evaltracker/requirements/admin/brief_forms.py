"""The forms of a brief, and of how it is counted and planned."""

from typing import Any

from django import forms

from evaltracker.evaluations.choices import FieldKind
from evaltracker.evaluations.models import BriefField, Evaluation
from evaltracker.money import currency_choices
from evaltracker.pages.fields import DateField, TextField, form_like, mark_needed
from evaltracker.pages.zone_field import ZoneField
from evaltracker.requirements.plan import MINIMUM_WEEKS
from evaltracker.requirements.services.evaluations import QUESTIONS
from evaltracker.requirements.starting import StartingPoint

BRIEF = (
    "title",
    "buyer",
    "problem",
    "must_run_by",
    "budget",
    "budget_once",
    "budget_yearly",
    "currency",
    "support_wanted",
    "engineers",
    "zone",
    "context",
    "source_note",
    "does_not_matter",
)
COUNTING = (
    "evidence_share",
    "horizon_months",
    "discount_rate",
    "planning_factor",
    "working_days",
    "loaded_hourly_rate",
    "builder_earnings",
)


def currency_field() -> forms.ChoiceField:
    return forms.ChoiceField(label="Currency", choices=currency_choices)


BASE_FORM = form_like(
    Evaluation,
    ("title", "buyer", "must_run_by", "zone", "currency"),
    zone=ZoneField(),
    currency=currency_field(),
    must_run_by=DateField(
        required=False,
        help_text=(
            "The day it must be in production. The plan is counted back from it."
        ),
    ),
)


USUAL_FORM = form_like(
    Evaluation,
    BRIEF,
    zone=ZoneField(),
    currency=currency_field(),
    does_not_matter=forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="Does not matter",
        help_text="Questions that this purchase need not answer.",
    ),
)


class StartForm(BASE_FORM):  # type: ignore[misc, valid-type]
    """The first words of a brief, and what to start from."""

    start_from = forms.ChoiceField(
        required=False,
        label="Start from",
        help_text=(
            "A template brings requirements by category with weights and help; all of "
            "it can be changed, or undone on the page of imports."
        ),
    )

    def __init__(self, *args: Any, points: list[StartingPoint], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["start_from"]
        choice.choices = [
            ("", "an empty evaluation"),
            *(
                (it.key, f"{it.title} ({len(it.content['requirements'])} requirements)")
                for it in points
            ),
        ]


TO_LEAVE = "needed to leave this stage"


class BriefForm(USUAL_FORM):  # type: ignore[misc, valid-type]
    """Every question of the brief: the usual ones, then its own by their keys."""

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_currencies(self, evaluation.currency)
        own = list(evaluation.brief_fields.all())
        self.fields |= {field.key: form_field(field) for field in own}
        choice: Any = self.fields["does_not_matter"]
        choice.choices = [
            *((field, words.capitalize()) for field, words in QUESTIONS.items()),
            *((field.key, field.label) for field in own if field.needed),
        ]
        at = BRIEF.index("support_wanted") + 1
        self.order_fields([*BRIEF[:at], *(it.key for it in own), *BRIEF[at:]])
        waived = {it.key for it in own if it.does_not_matter}
        for name in self.fields.keys() & {*evaluation.does_not_matter, *waived}:
            field: Any = self.fields[name]
            field.needed = "does not matter"


def form_field(field: BriefField) -> forms.Field:
    """The box for the answer to one of the brief's own questions."""
    told: dict[str, Any] = {
        "label": field.label,
        "help_text": field.help,
        "required": False,
    }
    made: Any
    if field.kind == FieldKind.NUMBER:
        made = forms.DecimalField(max_digits=21, decimal_places=6, **told)
    elif field.kind == FieldKind.DATE:
        made = DateField(**told)
    elif field.kind == FieldKind.CHOICE:
        choices = [("", "not answered yet"), *((it, it) for it in field.choices)]
        made = forms.ChoiceField(choices=choices, **told)
    else:
        made = TextField(max_length=5000, **told)
    if field.needed:
        made.needed = TO_LEAVE
    return made  # type: ignore[no-any-return]


def offer_currencies(form: forms.BaseForm, stored: str = "") -> None:
    """The codes to choose from, and what stands there already."""
    choice: Any = form.fields["currency"]
    choice.choices = currency_choices(stored)


mark_needed(BriefForm, TO_LEAVE, *QUESTIONS)
mark_needed(StartForm, TO_LEAVE, "must_run_by")
StepsForm = form_like(
    Evaluation,
    COUNTING,
    **{
        f"weeks_{step}": forms.IntegerField(
            required=False,
            min_value=1,
            max_value=520,
            label=f"Weeks for {step.replace('_', ' ')}",
            help_text=f"Blank takes the least that is usual: {weeks}.",
        )
        for step, weeks in MINIMUM_WEEKS.items()
    },
)
