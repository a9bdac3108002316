"""The forms of a brief, and of how it is counted and planned."""

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django import forms
from django.db.models import Count, Q, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from evaltracker.errors import why_not
from evaltracker.evaluations.choices import FieldKind, Infrastructure
from evaltracker.evaluations.models import BriefField, Evaluation, Metric, Scope, User
from evaltracker.evaluations.policy import (
    check_owned,
    is_owner,
    may_start_evaluations,
    shown_answer,
)
from evaltracker.evaluations.topic_types import TOPICS
from evaltracker.evaluations.words import DEFAULTS, WORD_LIMIT, WORDS
from evaltracker.money import currency_choices, written
from evaltracker.pages.acts import Act, address_of
from evaltracker.pages.fields import (
    LinesField,
    ZoneField,
    day_field,
    form_like,
    form_of,
    long_text,
    mark_needed,
    text_field,
)
from evaltracker.pages.templatetags.evaltracker import day
from evaltracker.pages.workspace import (
    InEvaluation,
    OnEvaluation,
    crumbs_to,
    evaluation_page,
    page_address,
    show,
)
from evaltracker.requirements.plan import MINIMUM_WEEKS
from evaltracker.requirements.services.evaluations import (
    BRIEF,
    COUNTING,
    QUESTIONS,
    change_brief,
    last_purchase,
    missing_answers,
    usual_currency,
)
from evaltracker.requirements.services.requirements import (
    METRIC,
    add_metric,
    change_metric,
)
from evaltracker.requirements.services.scopes import check_write_lists
from evaltracker.requirements.services.templates import (
    DEFINITION,
    HELP_LIMIT,
    LABEL_LIMIT,
    StartingPoint,
    add_brief_field,
    change_brief_field,
    check_change_field,
    remove_brief_field,
    start_evaluation,
    starting_points,
)
from evaltracker.toolbox.text import listed


def currency_field() -> forms.ChoiceField:
    return forms.ChoiceField(label="Currency", choices=currency_choices)


BASE_FORM = form_like(
    Evaluation,
    ("title", "buyer", "must_run_by", "zone", "currency"),
    zone=ZoneField(),
    currency=currency_field(),
    must_run_by=day_field(
        required=False,
        help_text=("The day it must be in use. The plan is counted back from it."),
    ),
)


USUAL_FORM = form_like(
    Evaluation,
    BRIEF,
    zone=ZoneField(),
    currency=currency_field(),
    asks_effort=forms.BooleanField(
        required=False,
        label="Ask what each answer costs in days, and whose",
        help_text="You can change this until answers open.",
    ),
    does_not_matter=forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="Does not matter",
        help_text="Questions that this purchase need not answer.",
    ),
)


AS_BEFORE = "As in your last purchase."


class StartForm(BASE_FORM):  # type: ignore[misc, valid-type]
    start_from = forms.ChoiceField(
        required=False,
        label="Start from",
        widget=forms.RadioSelect,
        help_text="All that a template brings can be changed afterwards.",
    )

    as_before = forms.BooleanField(required=False, help_text=AS_BEFORE)

    def __init__(
        self, *args: Any, points: list[StartingPoint], last: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in ("buyer", "zone", "currency") if last else ():
            self.fields[name].help_text = AS_BEFORE
        self.fields["as_before"].label = last and (
            f"Costs over {last.horizon_months} months; from the same template also the "
            "same people"
        )
        if last is None:
            del self.fields["as_before"]
        choice: Any = self.fields["start_from"]
        choice.choices = [
            ("", "an empty evaluation"),
            *((item.key, choice_of(item)) for item in points),
        ]


def choice_of(point: StartingPoint) -> str:
    """Its title, and beneath it what an evaluation that starts from it will be like."""
    content = point.content
    names = dict(content.get("roles", {}))
    signing = dict.fromkeys(row["role"] for row in content.get("sign_offs", ()))
    phrases = content.get("words", {})
    line = [
        f"{len(content['requirements'])} requirements",
        f"{len(content['costs'])} kinds of cost" if content.get("costs") else "",
        f"{phrases.get('demos', 'demos')} and {phrases.get('trials', 'trials')}",
        f"signed by {listed([names.get(role, role) for role in signing])}"
        if signing
        else "",
    ]
    beneath = " · ".join(filter(None, line))
    return format_html("<span>{}<br><small>{}</small></span>", point.title, beneath)


TO_LEAVE = "needed to leave this stage"
UNASKED = "does not matter"
PAID = {"budget_once": "brief_once", "budget_yearly": "brief_yearly"}


class BriefForm(USUAL_FORM):  # type: ignore[misc, valid-type]
    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency: Any = self.fields["currency"]
        currency.choices = currency_choices(evaluation.currency)
        self.fields["asks_effort"].disabled = bool(evaluation.claims_opened_at)
        own_fields = list(evaluation.brief_fields.all())
        self.fields |= {field.key: form_field(field) for field in own_fields}
        choice: Any = self.fields["does_not_matter"]
        choice.choices = [
            *((field, question.capitalize()) for field, question in QUESTIONS.items()),
            *((field.key, field.label) for field in own_fields if field.needed),
        ]
        at = BRIEF.index("support_wanted") + 1
        self.order_fields(
            [*BRIEF[:at], *(field.key for field in own_fields), *BRIEF[at:]]
        )
        wording = evaluation.wording
        self.fields["engineers"].label = wording["brief_people"]
        for name, word in PAID.items():
            self.fields[name].help_text += f" {wording[word]}"
        waived = {field.key for field in own_fields if field.does_not_matter}
        for name in self.fields.keys() & {*evaluation.does_not_matter, *waived}:
            field: Any = self.fields[name]
            field.needed = UNASKED

    @property
    def unasked(self) -> list[Any]:
        """What the template does not ask, folded below the rest."""
        fields: list[Any] = self.visible_fields()
        return [row for row in fields if getattr(row.field, "needed", "") == UNASKED]


def form_field(field: BriefField) -> forms.Field:
    options: dict[str, Any] = {
        "label": field.label,
        "help_text": field.help,
        "required": False,
    }
    made: Any
    if field.kind == FieldKind.NUMBER:
        made = forms.DecimalField(max_digits=21, decimal_places=6, **options)
    elif field.kind == FieldKind.DATE:
        made = day_field(**options)
    elif field.kind == FieldKind.CHOICE:
        choices = [("", "not answered yet"), *((text, text) for text in field.choices)]
        made = forms.ChoiceField(choices=choices, **options)
    else:
        made = text_field(max_length=5000, **options)
    if field.needed:
        made.needed = TO_LEAVE
    return made  # type: ignore[no-any-return]


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


class StartEvaluation(Act[None]):
    title = "Start an evaluation"
    verb = "Start"
    help = (
        "You become its owner: the procurement lead who runs it and cannot sign for a "
        "role. The rest of the brief is asked for on its own page."
    )
    success = "The evaluation is started. Fill in its brief next."
    form_class = StartForm
    service = start_evaluation

    def allowed(self, user: User, target: Any) -> bool:
        return may_start_evaluations(user)

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        last = last_purchase(user)
        usual = {"zone": user.time_zone, "currency": usual_currency(user)}
        if last:
            before = {"buyer": last.buyer, "zone": last.zone}
        else:
            before = {}
        return {**usual, **before, "as_before": True}

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"points": starting_points(by=user), "last": last_purchase(user)}

    def destination(self, target: None, made: Evaluation) -> str:
        return page_address(made, "brief", f"do={address_of('edit-brief', made)}")


class OnBrief(OnEvaluation):
    tab = "brief"


class EditBrief(OnBrief):
    title = "Edit the brief"
    verb = "Save"
    help = "Describe what everybody must know before meeting vendors."
    success = "The brief is saved."
    form_class = BriefForm
    template = "evaluations/edit_brief.html"
    service = change_brief
    form_about = "evaluation"

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        own_fields = list(target.brief_fields.all())
        unasked = [field.key for field in own_fields if field.does_not_matter]
        return {
            **{field: getattr(target, field) for field in BRIEF},
            **{field.key: field.answer for field in own_fields},
            "does_not_matter": [*target.does_not_matter, *unasked],
        }


class EditCounting(OnBrief):
    title = "Edit calculation and planning"
    verb = "Save"
    help = (
        "Shares, horizon and rates of the formulas, and the least weeks of each step "
        "that the plan is drawn with."
    )
    success = "Saved."
    form_class = StepsForm
    service = change_brief

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        weeks = {f"weeks_{step}": count for step, count in target.stage_weeks.items()}
        return {field: getattr(target, field) for field in COUNTING} | weeks

    def arguments(self, target: Evaluation, data: Mapping[str, Any]) -> dict[str, Any]:
        weeks = {
            step: data[f"weeks_{step}"]
            for step in MINIMUM_WEEKS
            if data[f"weeks_{step}"] is not None
        }
        values = {field: data[field] for field in COUNTING}
        return {"evaluation": target, "stage_weeks": weeks, **values}


class ChangeWords(OnBrief):
    title = "Edit names of demos and trials"
    verb = "Save"
    help = (
        "Choose what demos and trials are called here. The rules stay the same. "
        "{text} stands for the requirement, {ref} for its reference, "
        "{date} for the day that was promised. A blank one is the usual again; a blank "
        "term of the contract is not asked."
    )
    success = "The words are saved."
    form_class = form_of(
        **{
            key: forms.CharField(label=label, required=False, max_length=WORD_LIMIT)
            for key, (_, label) in WORDS.items()
        }
    )
    service = change_brief
    rule = check_owned

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        return dict(target.wording)

    def arguments(self, target: Evaluation, data: Mapping[str, Any]) -> dict[str, Any]:
        changed_words = {
            key: text
            for key, text in data.items()
            if text != DEFAULTS[key] and (text or key.startswith("trial_"))
        }
        return {"evaluation": target, "words": changed_words}


class FieldForm(forms.Form):
    label = forms.CharField(
        label="Question", max_length=LABEL_LIMIT, help_text="E.g. Signatures a year."
    )
    help = forms.CharField(
        label="Help",
        required=False,
        max_length=HELP_LIMIT,
        help_text="Help for the person who answers.",
    )
    kind = forms.ChoiceField(label="Kind of answer", choices=FieldKind.choices)
    choices = LinesField(
        label="Answers to choose from",
        widget=long_text(4),
        help_text="One a line; only for “One of several answers”.",
    )
    needed = forms.BooleanField(
        required=False,
        initial=True,
        label="Must be answered to leave the requirements stage",
    )


class AddBriefField(OnBrief):
    title = "Add a question"
    verb = "Add"
    again_verb = "Add and start another"
    help = "The brief asks it beside the usual questions. You answer it in the brief."
    success = "The question is added. Answer it under “Edit the brief”."
    form_class = FieldForm
    service = add_brief_field
    rule = check_owned


class OnField(InEvaluation[BriefField]):
    tab = "brief"
    model = BriefField
    related = ("evaluation__owner",)
    target_name = "field"
    rule = check_change_field

    def cancel_url(self, target: BriefField) -> str:
        return self.page(target, target.key)


class ChangeBriefField(OnField):
    title = "Change question"
    verb = "Save"
    help = "The answer already given has to fit."
    success = "The question is saved."
    form_class = FieldForm
    service = change_brief_field
    current_fields = DEFINITION


class RemoveBriefField(OnField):
    title = "Remove question"
    verb = "Remove"
    help = "The question and its answer leave the brief; the journal keeps both."
    success = "The question is removed."
    dangerous = True
    service = remove_brief_field

    def destination(self, target: BriefField, made: Any) -> str:
        return self.page(target, "questions")


# The brief: what everybody must know before the first vendor is seen.

# What fields of the brief are called where their column says it worse.
LABELS = json.loads(
    Path(__file__).with_name("brief_labels.json").read_text(encoding="utf-8")
)
MONEY = (
    "budget",
    "budget_once",
    "budget_yearly",
    "loaded_hourly_rate",
    "builder_earnings",
)


# Shown where they were answered before the brief had lists.
FORMER = ("infrastructure", "languages")


@dataclass(frozen=True, slots=True)
class BriefAnswer:
    field: str
    label: str
    help: str
    value: Any
    missing: bool
    unasked: bool


def answers(evaluation: Evaluation, fields: tuple[str, ...]) -> list[BriefAnswer]:
    missing = missing_answers(evaluation)
    return [answer(evaluation, field, missing) for field in fields]


def own_answers(evaluation: Evaluation) -> list[BriefField]:
    fields = list(evaluation.brief_fields.all())
    for field in fields:
        row: Any = field
        row.shown = shown_answer(field)
        row.missing = field.is_missing
        row.field = field.key
    return fields


def answer(
    evaluation: Evaluation, name: str, missing: Mapping[str, str]
) -> BriefAnswer:
    field: Any = Evaluation._meta.get_field(name)
    raw = getattr(evaluation, name)
    value: Any = raw
    if name == "infrastructure":
        value = ", ".join(Infrastructure(value).label for value in raw)
    elif field.choices:
        value = getattr(evaluation, f"get_{name}_display")()
    elif isinstance(raw, bool):
        if raw:
            value = "asked with each answer"
        else:
            value = ""
    elif isinstance(raw, datetime.date):
        value = day(raw)
    elif name in MONEY and raw is not None:
        value = written(raw, evaluation.currency)
    label = LABELS.get(name, str(field.verbose_name).capitalize())
    text = str(field.help_text)
    if name == "engineers":
        label = evaluation.wording["brief_people"]
    elif name in PAID:
        text = f"{text} {evaluation.wording[PAID[name]]}"
    unasked = name in evaluation.does_not_matter and not value
    return BriefAnswer(name, label, text, value, name in missing, unasked)


def lists_of(evaluation: Evaluation) -> list[Scope]:
    live = Q(demands__isnull=False, demands__requirement__retired_at__isnull=True)
    rows = evaluation.scopes.annotate(demanded_by=Count("demands", filter=live))
    return list(rows.order_by("position", "name").prefetch_related("values"))


@evaluation_page("brief", "Brief", order=15, group="Need")
def brief(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    user: Any = request.user
    TOPICS["brief"].show(user, evaluation)
    prefetch_related_objects([evaluation], "brief_fields")
    live = Q(requirements__retired_at__isnull=True)
    metrics = evaluation.metrics.annotate(moved_by=Count("requirements", filter=live))
    weeks = {**MINIMUM_WEEKS, **evaluation.stage_weeks}
    unshown = {"does_not_matter", *([] if evaluation.asks_effort else ["asks_effort"])}
    shown = answers(evaluation, tuple(key for key in BRIEF if key not in unshown))
    lists = lists_of(evaluation)
    if not lists:
        shown += [answer for answer in answers(evaluation, FORMER) if answer.value]
    own_rows: list[Any] = own_answers(evaluation)
    return show(
        request,
        evaluation,
        "evaluations/brief.html",
        crumbs=crumbs_to(evaluation, ("Brief", "")),
        answers=shown,
        own=own_rows,
        missing=[answer for answer in (*shown, *own_rows) if answer.missing],
        counting=answers(evaluation, COUNTING),
        weeks=[
            (evaluation.say(step.replace("_", " ").capitalize()), count)
            for step, count in weeks.items()
        ],
        metrics=metrics,
        lists=lists,
        may_write_lists=why_not(check_write_lists, evaluation, user) is None,
        may_write=is_owner(user, evaluation) and evaluation.is_open,
    )


class AddMetric(OnBrief):
    title = "Add a business metric"
    verb = "Add"
    again_verb = "Add and start another"
    help = (
        "Enter what has to improve, from which value to which, and how you will "
        "measure it."
    )
    success = "The metric is added. Tie must-haves to it on the requirements page."
    form_class = form_like(Metric, METRIC)
    service = add_metric


class ChangeMetric(InEvaluation[Metric]):
    title = "Change metric"
    verb = "Save"
    success = "The metric is saved."
    tab = "brief"
    model = Metric
    target_name = "metric"
    service = change_metric
    form_class = form_like(Metric, METRIC)
    current_fields = METRIC
    beside = "metrics"
