"""The brief: what everybody must know before the first vendor is seen."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, prefetch_related_objects
from django.http import HttpRequest, HttpResponse

from evaltracker.errors import why_not
from evaltracker.evaluations.brief_answers import shown_answer
from evaltracker.evaluations.choices import Infrastructure
from evaltracker.evaluations.models import BriefField, Evaluation, Scope
from evaltracker.evaluations.policy import is_owner
from evaltracker.evaluations.topics import TOPICS
from evaltracker.money import written
from evaltracker.pages.templatetags.evaltracker import day
from evaltracker.pages.workspace import crumbs_to, evaluation_page, show
from evaltracker.requirements.admin.brief_forms import BRIEF, COUNTING
from evaltracker.requirements.plan import MINIMUM_WEEKS
from evaltracker.requirements.services.evaluations import missing_answers
from evaltracker.requirements.services.scopes import check_write_lists

LABELS = {
    "problem": "Problem to solve",
    "infrastructure": "Where it has to run",
    "languages": "Languages in use",
    "must_run_by": "Must be running by",
    "budget": "Realistic budget",
    "budget_once": "Budget for what is paid once",
    "budget_yearly": "Budget a year",
    "support_wanted": "Support or self-service",
    "zone": "Time zone",
    "source_note": "Source and date of imported data",
    "horizon_months": "Horizon in months",
    "discount_rate": "Discount rate, % a year",
    "builder_earnings": "Earnings of a builder elsewhere, a month",
}
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
class Answer:
    """One question of the brief as the page shows it."""

    field: str
    label: str
    help: str
    value: Any
    missing: bool


def answers(evaluation: Evaluation, fields: tuple[str, ...]) -> list[Answer]:
    """The questions with what is written; a blank one that is asked for is missing."""
    missing = missing_answers(evaluation)
    return [answer(evaluation, field, missing) for field in fields]


def own_answers(evaluation: Evaluation) -> list[BriefField]:
    """The brief's own questions, each with its answer in words."""
    fields = list(evaluation.brief_fields.all())
    for field in fields:
        row: Any = field
        row.shown, row.missing = shown_answer(field), field.is_missing
        row.field = field.key
    return fields


def answer(evaluation: Evaluation, name: str, missing: Mapping[str, str]) -> Answer:
    """One question with its answer in words."""
    field: Any = Evaluation._meta.get_field(name)
    raw = getattr(evaluation, name)
    value: Any = raw
    if name == "infrastructure":
        value = ", ".join(Infrastructure(value).label for value in raw)
    elif field.choices:
        value = getattr(evaluation, f"get_{name}_display")()
    elif isinstance(raw, datetime.date):
        value = day(raw)
    elif name in MONEY and raw is not None:
        value = written(raw, evaluation.currency)
    label = LABELS.get(name, str(field.verbose_name).capitalize())
    if name in evaluation.does_not_matter and not value:
        value = "Does not matter"
    return Answer(name, label, str(field.help_text), value, name in missing)


def lists_of(evaluation: Evaluation) -> list[Scope]:
    """The lists of the brief, their values, and how many requirements hold for them."""
    live = Q(demands__isnull=False, demands__requirement__retired_at__isnull=True)
    rows = evaluation.scopes.annotate(demanded_by=Count("demands", filter=live))
    return list(rows.order_by("position", "name").prefetch_related("values"))


@evaluation_page("brief", "Brief", order=15, group="Need")
def brief(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """The brief's questions, the metrics, and how it is counted."""
    user: Any = request.user
    TOPICS["brief"].show(user, evaluation)
    prefetch_related_objects([evaluation], "brief_fields")
    live = Q(requirements__retired_at__isnull=True)
    metrics = evaluation.metrics.annotate(moved_by=Count("requirements", filter=live))
    weeks = {**MINIMUM_WEEKS, **evaluation.stage_weeks}
    asked = answers(evaluation, tuple(it for it in BRIEF if it != "does_not_matter"))
    lists = lists_of(evaluation)
    if not lists:
        asked += [it for it in answers(evaluation, FORMER) if it.value]
    own: list[Any] = own_answers(evaluation)
    return show(
        request,
        evaluation,
        "evaluations/brief.html",
        title="Brief",
        tab="brief",
        crumbs=crumbs_to(evaluation, ("Brief", "")),
        answers=asked,
        own=own,
        missing=[answer for answer in (*asked, *own) if answer.missing],
        counting=answers(evaluation, COUNTING),
        weeks=[
            (step.replace("_", " ").capitalize(), count)
            for step, count in weeks.items()
        ],
        metrics=metrics,
        lists=lists,
        may_write_lists=why_not(check_write_lists, evaluation, user) is None,
        may_write=is_owner(user, evaluation) and evaluation.is_open,
    )
