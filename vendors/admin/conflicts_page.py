"""Conflicts of interest: what each person declared about each candidate."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.evaluation_menu import waits_on
from evaltracker.pages.query import check_query
from evaltracker.pages.workspace import evaluation_page, show
from stakeholders.policy import insiders, is_leadership
from vendors.admin.candidate_rows import Declared
from vendors.admin.conflict_question import ask_first
from vendors.admin.pages import reader
from vendors.choices import CandidateState
from vendors.models import Candidate, Conflict
from vendors.policy import barring_interest, is_asked, to_declare


@dataclass(slots=True)
class PersonRow:
    """A person with their declarations; how many candidates are still to answer for."""

    person: User
    is_reader: bool
    interests: list[Declared] = field(default_factory=list)
    answered: int = 0
    unanswered: int = 0


@evaluation_page("conflicts", "Conflicts", order=35, group="People")
def conflicts_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """Who declared what; the words stay between their author and the owner."""
    check_query(request)
    user = reader(request)
    ask_first(request, evaluation)
    candidates = Candidate.objects.filter(evaluation=evaluation)
    asked = candidates.exclude(state=CandidateState.ELIMINATED)
    return show(
        request,
        evaluation,
        "vendors/conflicts.html",
        title="Conflicts of interest",
        tab="conflicts",
        rows=person_rows(evaluation, user, list(asked)),
        candidates=len(asked),
        asks=evaluation.is_open and is_asked(user, evaluation),
        unanswered=to_declare(user).filter(evaluation=evaluation).exists(),
        barred=barring_interest(user, evaluation),
        own=list(asked),
    )


def person_rows(
    evaluation: Evaluation, user: User, asked: list[Candidate]
) -> list[PersonRow]:
    """Everybody who judges, and whoever has declared; a fixed number of queries."""
    owns, leads = is_owner(user, evaluation), is_leadership(user, evaluation)
    people = insiders(evaluation)
    rows = {
        person.pk: PersonRow(person, person.pk == user.pk, unanswered=len(asked))
        for person in people
    }
    still_asked = {candidate.pk for candidate in asked}
    declared: Any = Conflict.objects.standing().filter(candidate__evaluation=evaluation)
    declared = declared.select_related("person", "candidate", "cleared_by")
    for conflict in declared.order_by("candidate__name"):
        conflict.candidate.evaluation = evaluation
        row = rows.setdefault(
            conflict.person_id,
            PersonRow(conflict.person, conflict.person_id == user.pk),
        )
        row.answered += 1
        if conflict.candidate_id in still_asked and row.unanswered:
            row.unanswered -= 1
        if conflict.has_interest:
            of_owner = conflict.person_id == evaluation.owner_id
            readable = row.is_reader or owns or (leads and of_owner)
            row.interests.append(Declared(conflict, readable))
    return list(rows.values())


@waits_on("conflicts")
def undeclared(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    """Candidates for which the reader has not answered yet."""
    early = is_owner(user, evaluation) and evaluation.stage == Stage.REQUIREMENTS
    if not evaluation.is_open or early or user.is_superuser:
        return None
    return to_declare(user).filter(evaluation=evaluation)
