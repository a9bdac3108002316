"""The criteria of a trial as rows, until its contract is agreed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet

from evaltracker.errors import Invalid, why_not
from evaltracker.evaluations.models import User
from evaltracker.measures import measure_words
from evaltracker.pages.acts import address_of
from evaltracker.pages.grid import Column, Grid, OwnAnswers, Saves, register_grid
from evaltracker.pages.measure_field import MeasureLine
from trials.admin.acts.criteria import CriterionForm
from trials.models import Criterion, Trial
from trials.policy import may_lead
from trials.selectors.common_terms import drawn_up_with
from trials.services.criteria import WHY, add_criterion, change_criterion
from trials.services.criterion_rules import check_write_criteria
from vendors.admin.conflict_question import is_kept_out

SAVES = Saves(change_criterion, "criterion")


def closed_for(trial: Trial, user: User) -> str:
    """Why the criteria are not written in rows; blank: they are."""
    problem = why_not(check_write_criteria, trial, user)
    agreed = any(each.agreed_at for each in drawn_up_with(trial))
    return str(problem or (WHY if agreed else ""))


def below_text(row: Criterion) -> str:
    """For which values of the brief's lists it is."""
    return f"For {row.values_named}" if row.values_named else ""


@register_grid
class CriteriaGrid(Grid[Trial, Criterion]):
    """What must be reached, the number, the requirement, and how it is measured."""

    name = "criteria"
    title = "Success criteria"
    model = Trial
    related = ("candidate__evaluation__owner", "lead")
    anchor = "criterion"
    noun = "criterion"
    nouns = "criteria"
    first_column = "text"
    carried = ("requirement",)
    own_answers: ClassVar[Mapping[str, OwnAnswers]] = {
        "remove-criterion": OwnAnswers(lambda row: {}, "The journal keeps their words.")
    }

    def columns(self, subject: Trial, user: User) -> Sequence[Column]:
        """As in the form; once the contract is agreed, the form asks for a reason."""
        where = subject.candidate.evaluation
        fields = CriterionForm(evaluation=where, agreed=False).fields
        closed = closed_for(subject, user)

        def made(name: str, label: str, **more: Any) -> Column:
            return Column(name, label, fields[name], SAVES, closed=closed, **more)

        return (
            made("text", "What must be reached", width=30, aside=below_text),
            made("threshold", "The number", width=18, missing=missing_number),
            made(
                *("requirement", "Requirement"),
                read=lambda row: str(row.requirement_id),
                named=lambda row: str(row.requirement),
                width=20,
                for_many=True,
            ),
            made("method", "How it is measured", width=20, for_many=True),
            Column(
                *("measure", "Measure", MeasureLine(), SAVES),
                closed=closed,
                read=lambda row: measure_words(row.measure),
                width=18,
                for_many=True,
            ),
        )

    def rows(self, subject: Trial, user: User) -> QuerySet[Criterion]:
        """In their order, once the reader has said in whom they have an interest."""
        rows: QuerySet[Criterion] = Criterion.objects.visible_to(user)
        if is_kept_out(user, subject.candidate.evaluation):
            return rows.none()
        return rows.filter(trial=subject).select_related(
            "requirement", "trial__candidate__evaluation__owner", "trial__lead"
        )

    def name_of(self, row: Criterion) -> str:
        return f"{row}, {row.requirement.ref}"

    def links(self, row: Criterion, user: User) -> Iterable[tuple[str, str]]:
        """The form with all fields, for who may change it in rows."""
        if may_lead(user, row.trial) and not row.trial.agreed_at:
            yield "All fields", address_of("change-criterion", row)

    def acts(self, subject: Trial, user: User) -> Sequence[str]:
        return ("remove-criterion",) if self.may_add(subject, user) else ()

    def may_add(self, subject: Trial, user: User) -> bool:
        return not closed_for(subject, user)

    def add(self, subject: Trial, values: Mapping[str, Any], by: User) -> Criterion:
        """A row needs its words, and the requirement, by its ref or its words.

        Raises:
            Invalid: there is no requirement, or the words or the number are too long.

        """
        if not values.get("requirement"):
            sentence = (
                "Choose a requirement; pasted rows name its ref after the number."
            )
            raise Invalid(sentence, errors={"requirement": [sentence]})
        given = {**values, "measure": values.get("measure") or None}
        return add_criterion(trial=subject, by=by, **{"text": "", **given})


def missing_number(row: Criterion) -> str:
    """The contract is not put forward without one."""
    return "" if row.number else "Name the number."
