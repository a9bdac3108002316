"""A page for each candidate that the buyer answers for, saved row by row in place."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.errors import NotFound, why_not
from evaltracker.evaluations.models import Requirement, User
from evaltracker.evaluations.policy import check_owned
from evaltracker.pages.acts import address_of
from evaltracker.pages.fields import day_field, link_field, long_text, without_blank
from evaltracker.pages.grid import Column, Grid, Saves, register_grid
from evaltracker.pages.query import check_query
from evaltracker.pages.site import site
from evaltracker.pages.workspace import crumbs_to, show
from vendors.admin.conflict_question import is_kept_out, open_answers
from vendors.admin.pages import reader
from vendors.admin.targets import Place
from vendors.choices import Availability
from vendors.holds_for_fields import HoldsForCell
from vendors.holds_for_text import write_holds_for
from vendors.models import Candidate, Claim
from vendors.policy import NOTE_STAGES
from vendors.selectors.answering import answering_of, is_answered_by_buyer
from vendors.selectors.demands import lists_of
from vendors.services.own_answers import change_answer

OFFERED = without_blank(
    Availability.choices, Availability.PARTIAL, Availability.WITHDRAWN
)


def find_own(user: User, key: uuid.UUID) -> Candidate:
    """The candidate of that id, if the buyer answers for it and `user` may see it.

    Raises:
        NotFound: it is not there for them, or its vendor answers.

    """
    rows = Candidate.objects.visible_to(user).select_related("evaluation__owner")
    found = rows.filter(pk=key).first()
    if found is None or not is_answered_by_buyer(found):
        raise NotFound
    return found


def answer_rows(candidate: Candidate, *, sealed: bool = False) -> QuerySet[Requirement]:
    """What is asked of it, by category, each with what stands as `standing`; nothing
    stands for whom answers are sealed from."""
    stands = Claim.objects.filter(
        candidate=candidate, superseded_at__isnull=True
    ).exclude(availability=Availability.WITHDRAWN)
    stands = stands.none() if sealed else stands
    asked = [row.pk for row in answering_of(candidate).asked]
    rows: QuerySet[Requirement] = Requirement.objects.filter(pk__in=asked)
    rows = rows.select_related("category").prefetch_related(
        Prefetch("claims", stands, to_attr="standing")
    )
    return rows.order_by("category__position", "category__name", "position", "ref")


def said_in(row: Requirement, name: str) -> Any:
    """What the answer says; blank without one."""
    standing: list[Claim] = row.standing  # type: ignore[attr-defined]
    return getattr(standing[0], name) if standing else ""


def holds_in(row: Requirement) -> str:
    """The values of the brief's lists that the answer holds for, as text."""
    return write_holds_for((said_in(row, "holds_for") or {}).get("said"))


@register_grid
class OwnAnswersGrid(Grid[Candidate, Requirement]):
    """The buyer's answers for a candidate that has nobody else to ask."""

    name = "own-answers"
    title = "Answers"
    model = Candidate
    related = ("evaluation__owner",)
    anchor = "requirement"
    noun = "requirement"

    def load(self, user: User, key: str) -> Candidate:
        try:
            return find_own(user, uuid.UUID(key))
        except ValueError as error:
            raise NotFound from error

    def columns(self, subject: Candidate, user: User) -> Sequence[Column]:
        """The answer first; its status cannot stand without one."""
        saves = Saves(change_answer, "requirement", {"candidate": subject})
        closed = closed_for(subject, user)

        def made(name: str, label: str, field: forms.Field, **more: Any) -> Column:
            more = {"read": lambda row: said_in(row, name), **more}
            return Column(name, label, field, saves, closed=closed, **more)

        columns = [
            Column("ref", "Ref", aside=lambda row: row.get_priority_display()),
            Column("text", "Requirement", width=24),
            Column(
                "category", "Category", read=lambda row: str(row.category), width=14
            ),
            made(
                *("statement", "Answer", forms.CharField(widget=long_text())), width=30
            ),
            made(
                *("availability", "Availability", forms.ChoiceField(choices=OFFERED)),
                read=lambda row: said_in(row, "availability") or Availability.UNSTATED,
                width=12,
                for_many=True,
            ),
            made("available_from", "From", day_field("From", required=False), width=12),
        ]
        if lists_of(subject.evaluation):
            field = HoldsForCell(required=False)
            columns.append(
                made("holds_for", "Holds for", field, read=holds_in, width=16)
            )
        link = made("evidence_url", "Evidence link", link_field(), width=12)
        return [*columns, link]

    def rows(self, subject: Candidate, user: User) -> QuerySet[Requirement]:
        """What is asked; answers once the reader may read them."""
        return answer_rows(subject, sealed=is_kept_out(user, subject.evaluation))

    def name_of(self, row: Requirement) -> str:
        return row.ref

    def note(self, subject: Candidate, user: User) -> str:
        """How far it is."""
        if is_kept_out(user, subject.evaluation):
            return ""
        found = answering_of(subject)
        return f"{found.answered} of {len(found.asked)} answered"


def closed_for(candidate: Candidate, user: User) -> str:
    """Why the reader does not answer for it now; blank: they do."""
    return str(why_not(check_owned, candidate.evaluation, user, *NOTE_STAGES) or "")


@dataclass(frozen=True, slots=True)
class Answer:
    """A requirement with what the buyer answered, as the page shows it."""

    place: Place
    claim: Claim | None

    @property
    def holds_for(self) -> str:
        """The values of the brief's lists that it holds for, as text."""
        return holds_in(self.place.requirement)

    @property
    def address(self) -> str:
        """Where its form stands."""
        return address_of("answer-requirement", self.place)


def by_category(
    candidate: Candidate, rows: Iterable[Requirement]
) -> list[tuple[str, list[Answer]]]:
    """The answers of each category."""
    return [
        (
            name,
            [
                Answer(Place(candidate, row), next(iter(row.standing), None))  # type: ignore[attr-defined]
                for row in of_category
            ],
        )
        for name, of_category in groupby(rows, lambda row: str(row.category))
    ]


def own_answers_view(request: HttpRequest, candidate_id: uuid.UUID) -> HttpResponse:
    """What is asked, by category, and what the buyer answered."""
    check_query(request)
    user = reader(request)
    candidate = find_own(user, candidate_id)
    evaluation = candidate.evaluation
    open_answers(request, evaluation)
    there = reverse("admin:candidate", args=[candidate.pk])
    answering = answering_of(candidate)
    return show(
        request,
        evaluation,
        "vendors/own_answers.html",
        title=f"Answers for {candidate}",
        tab="candidates",
        crumbs=crumbs_to(
            evaluation, ("Candidates", "candidates"), (candidate.name, "")
        ),
        candidate=candidate,
        there=there,
        answering=answering,
        may_answer=not closed_for(candidate, user),
        categories=by_category(candidate, answer_rows(candidate)),
    )


site.register_page(
    "candidates/<uuid:candidate_id>/answers/", own_answers_view, "own_answers"
)
