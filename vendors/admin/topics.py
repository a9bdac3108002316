"""Candidates, cells and cost lines can be talked about, by whom no interest bars."""

from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.topics import Topic, register_topic
from vendors.admin.conflict_question import open_answers
from vendors.admin.targets import Place
from vendors.costs import CostKind
from vendors.models import Candidate, CostLine
from vendors.policy import unbarred, where_unbarred

type Told = tuple[Evaluation, str, str]


def candidates_of(user: User) -> QuerySet[Candidate]:
    """Candidates that `user` sees, where no interest bars them."""
    rows: QuerySet[Candidate] = Candidate.objects.visible_to(user)
    return rows.filter(where_unbarred(user, "evaluation")).select_related(
        "evaluation__owner"
    )


def about_candidate(row: Candidate, part: str) -> Told | None:
    """A candidate as a whole."""
    page = reverse("admin:candidate", args=[row.pk])
    return None if part else (row.evaluation, row.name, page)


def about_cell(row: Candidate, part: str) -> Told | None:
    """A candidate and the requirement whose id `part` is."""
    try:
        key = UUID(part)
    except ValueError:
        return None
    asked = Requirement.objects.filter(evaluation=row.evaluation_id, pk=key).first()
    if asked is None or str(key) != part:
        return None
    place = Place(row, asked)
    return row.evaluation, str(place), place.address


def cost_lines_of(user: User) -> QuerySet[CostLine]:
    """Cost lines that are not sealed from `user`, where no interest bars them."""
    rows: QuerySet[CostLine] = CostLine.objects.visible_to(user)
    return rows.filter(where_unbarred(user)).select_related(
        "candidate__evaluation__owner"
    )


def about_cost_line(row: CostLine, part: str) -> Told | None:
    """A cost line has no parts."""
    evaluation = row.candidate.evaluation
    page = reverse("admin:candidate_costs", args=[row.candidate_id])
    kind = CostKind(row.kind).label
    return None if part else (evaluation, f"{row.candidate}, {kind}", page)


def who_sees_prices(evaluation: Evaluation, people: QuerySet[User]) -> QuerySet[User]:
    """The owner; once prices are open, everybody. Nobody whom an interest bars."""
    if evaluation.prices_opened_at is None:
        people = people.filter(pk=evaluation.owner_id)
    return unbarred(evaluation, people)


for topic in (
    Topic(
        name="candidate",
        noun="a candidate",
        rows=candidates_of,
        people=unbarred,
        describe=about_candidate,
        tab="candidates",
        ask_before=open_answers,
        takes_files=True,
    ),
    Topic(
        name="cell",
        noun="an answer",
        rows=candidates_of,
        people=unbarred,
        describe=about_cell,
        tab="matrix",
        ask_before=open_answers,
    ),
    Topic(
        name="cost_line",
        noun="a cost line",
        rows=cost_lines_of,
        people=who_sees_prices,
        describe=about_cost_line,
        tab="costs",
        ask_before=open_answers,
        takes_files=True,
    ),
):
    register_topic(topic)
