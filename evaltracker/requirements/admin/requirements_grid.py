"""The requirements as rows that their owner edits in place."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django import forms
from django.db.models import QuerySet, Sum
from django.http import QueryDict

from evaltracker.comments.selectors import with_counts
from evaltracker.comments.words import discuss_address, discuss_words
from evaltracker.errors import Invalid, why_not
from evaltracker.evaluations.models import Category, Evaluation, Requirement, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.acts import address_of
from evaltracker.pages.grid import Column, Grid, Saves, register_grid
from evaltracker.pages.measure_field import MeasureLine
from evaltracker.requirements.admin.requirement_acts import RequirementForm
from evaltracker.requirements.admin.requirements_page import (
    listed_requirements,
    read_filters,
)
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.requirement_order import move_requirements
from evaltracker.requirements.services.requirements import (
    add_requirement,
    change_requirement,
    check_add_requirement,
    check_change_requirement,
    check_weigh_requirement,
)

SAVES = Saves(change_requirement, "requirement")


def _column(
    fields: Mapping[str, forms.Field], name: str, label: str, closed: str, **more: Any
) -> Column:
    """A column that the requirement's own service saves."""
    return Column(name, label, fields[name], SAVES, closed=closed, **more)


def beside_ref(row: Requirement) -> str:
    """Which revision it is, once there were several."""
    return f"rev. {row.revision}" if row.revision > 1 else ""


def missing_metric(row: Requirement) -> str:
    """A must-have moves a metric, or says why it moves none."""
    unsaid = row.metric is None and not row.metric_excuse
    return "Which metric does it move?" if row.is_must and unsaid else ""


def below_text(row: Requirement) -> str:
    """Where it must hold."""
    lists = [f"Must hold for all of {held.scope.name}" for held in row.demands.all()]
    return "\n".join(lists)


def below_metric(row: Requirement) -> str:
    """Why it moves none."""
    return f"none: {row.metric_excuse}" if row.metric_excuse and not row.metric else ""


@register_grid
class RequirementsGrid(Grid[Evaluation, Requirement]):
    """Words, priorities, weights, metrics, numbers and categories of an evaluation."""

    name = "requirements"
    title = "Requirements"
    related = ("owner",)
    anchor = "requirement"
    noun = "requirement"
    first_column = "text"
    carried = ("category",)

    def columns(self, subject: Evaluation, user: User) -> Sequence[Column]:
        """The columns of the list; words close with research, weights before it."""
        form = RequirementForm(
            evaluation=subject, is_new=True, weights_are_open=True, lists_are_open=False
        )
        rules = (
            *(check_change_requirement, check_add_requirement),
            check_weigh_requirement,
        )
        other, words, weight = (
            str(why_not(rule, subject, user) or "") for rule in rules
        )
        made = partial(_column, form.fields)
        return (
            Column("ref", "Ref", form.fields["ref"], aside=beside_ref),
            made("text", "Requirement", words, width=36, aside=below_text),
            made("priority", "Priority", words, width=12, for_many=True),
            made("weight", "Weight", weight, for_many=True),
            made(
                *("metric", "Moves", other),
                width=11,
                for_many=True,
                missing=missing_metric,
                aside=below_metric,
            ),
            made("category", "Category", other, width=16, for_many=True),
            made("vendor_help", "Help for vendors", words, width=10),
            Column(
                *("measure", "Must reach", MeasureLine(), SAVES),
                closed=words,
                read=lambda row: row.measure_words,
                width=11,
                for_many=True,
            ),
        )

    def rows(self, subject: Evaluation, user: User) -> QuerySet[Requirement]:
        """Those that are asked, by category."""
        rows: QuerySet[Requirement] = Requirement.objects.visible_to(user).filter(
            evaluation=subject
        )
        rows = with_counts(rows.select_related("evaluation"), "requirement")
        return listed_requirements(rows, read_filters(QueryDict(), ()))

    def filtered(
        self, rows: QuerySet[Requirement], subject: Evaluation, asked: QueryDict
    ) -> QuerySet[Requirement]:
        """By priority, category and text, as on the page."""
        return listed_requirements(
            rows, read_filters(asked, list(subject.categories.all()))
        )

    def links(self, row: Requirement, user: User) -> Iterable[tuple[str, str]]:
        """The form with all fields, for who may change it; and what is said of it."""
        if not is_owner(user, row.evaluation):
            return
        if row.evaluation.is_open:
            yield "Change", address_of("change-requirement", row)
        yield discuss_words(row), discuss_address("requirement", row.pk)

    def acts(self, subject: Evaluation, user: User) -> Sequence[str]:
        """Retiring, while requirements may be added."""
        return ("retire-requirement",) if self.may_add(subject, user) else ()

    def may_add(self, subject: Evaluation, user: User) -> bool:
        return why_not(check_add_requirement, subject, user) is None

    def add(
        self, subject: Evaluation, values: Mapping[str, Any], by: User
    ) -> Requirement:
        """A row needs its words alone: the rest is as the form begins."""
        given = {name: value for name, value in values.items() if value is not None}
        if not given.get("category"):
            raise Invalid("Choose a category.", errors={"category": ["Choose one."]})
        given["ref"] = given.get("ref") or free_ref(subject)
        return add_requirement(evaluation=subject, by=by, **{"text": "", **given})

    def choice_named(
        self, subject: Evaluation, column: str, name: str, by: User
    ) -> Category | None:
        """A category that the pasted block names is made with it, as by an import."""
        if column != "category":
            return None
        return add_category(evaluation=subject, name=name, by=by)

    def may_move(self, subject: Evaluation, user: User) -> bool:
        return why_not(check_change_requirement, subject, user) is None

    def move(
        self,
        subject: Evaluation,
        rows: Sequence[Requirement],
        above: Requirement | None,
        below: Requirement | None,
        by: User,
    ) -> None:
        move_requirements(
            evaluation=subject, requirements=rows, above=above, below=below, by=by
        )

    def note(self, subject: Evaluation, user: User) -> str:
        """How heavy each category is by its requirements."""
        live = subject.requirements.filter(retired_at=None)
        sums = live.values_list("category__name").annotate(Sum("weight"))
        ordered = sums.order_by("category__position", "category__name")
        said = " · ".join(f"{name} {weight}" for name, weight in ordered)
        return f"Weight by category: {said}" if said else ""


def free_ref(evaluation: Evaluation) -> str:
    """The next ref of the kind “R7” that nothing has."""
    taken = set(evaluation.requirements.values_list("ref", flat=True))
    number = len(taken) + 1
    while f"R{number}" in taken:
        number += 1
    return f"R{number}"
