"""A candidate: its claim ledger, its fit, and how far its word has carried."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from evaltracker.errors import Invalid, NotFound
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.panels import panels_of
from evaltracker.pages.query import check_query
from evaltracker.pages.site import site
from evaltracker.pages.workspace import crumbs_to, show
from trials.admin.acts.base import takes_part
from trials.admin.ledger_rows import (
    FILTERS,
    LedgerRow,
    filtered,
    ledger_rows,
    named_promises,
    promises_of,
)
from trials.admin.matrix_rows import switches_of
from trials.admin.partly import ways_on
from trials.models import Demo, ResearchNote, Trial
from trials.scoring.promise import FEWEST_TESTED
from trials.selectors import Column, Ledger, ledger
from trials.selectors.partly import is_partly_proven
from trials.selectors.promised import promised
from vendors.admin.conflict_question import open_answers
from vendors.admin.pages import reader
from vendors.admin.targets import Place
from vendors.models import Candidate, Contact, Submission
from vendors.policy import NOTE_STAGES, may_read_contacts
from vendors.selectors.answering import answering_of, is_answered_by_buyer

CANDIDATES = ("Candidates", "candidates")


def find_candidate(user: User, candidate_id: uuid.UUID) -> Candidate:
    """The candidate of that id, if `user` may know of it.

    Raises:
        NotFound: there is none that they may.

    """
    visible = Candidate.objects.visible_to(user)
    candidate = (
        visible.select_related("evaluation__owner", "vendor")
        .filter(pk=candidate_id)
        .first()
    )
    if candidate is None:
        raise NotFound
    return candidate


def papers_of(candidate: Candidate) -> dict[str, Any]:
    """What is there of a candidate beside its claims, by the template's names."""
    notes = ResearchNote.objects.filter(candidate=candidate)
    return {
        "notes": notes.select_related("requirement", "noted_by"),
        "contacts": Contact.objects.current().filter(vendor=candidate.vendor_id),
        "receipt": Submission.objects.filter(candidate=candidate).last(),
        "demos": Demo.objects.filter(candidate=candidate),
        "trials": Trial.objects.filter(candidate=candidate),
    }


def filters_of(book: Ledger, chosen: str) -> list[tuple[str, str, bool]]:
    """Each filter of the ledger: its name, its label and whether it is on."""
    return [
        (name, label, name == chosen)
        for name, label in switches_of(book).items()
        if name in FILTERS
    ]


def answers_of(candidate: Candidate, user: User) -> dict[str, Any]:
    """How far the reader's own answers for it are, if it is theirs to answer for."""
    evaluation = candidate.evaluation
    moment = evaluation.is_open and Stage(evaluation.stage) in NOTE_STAGES
    if not (is_answered_by_buyer(candidate) and moment and is_owner(user, evaluation)):
        return {}
    found = answering_of(candidate)
    following = found.after()
    place = following and Place(candidate, following)
    return {"answering": found, "next_answer": place}


def record_of(column: Column, rows: list[LedgerRow]) -> dict[str, Any]:
    """What knocks it out, and the promise record with what stands out of it."""
    return {
        "knock_outs": [row for row in rows if row.knocks_out],
        "held_partly": [
            row for row in rows if is_partly_proven(row.cell, row.requirement)
        ],
        "excused": [row for row in rows if row.excuse],
        "promises": promises_of(column),
        "named_promises": named_promises(column, rows),
        "fewest": FEWEST_TESTED,
    }


def candidate_view(request: HttpRequest, candidate_id: uuid.UUID) -> HttpResponse:
    """Everything that is known of one candidate, but its price."""
    check_query(request, filters={"show"})
    user = reader(request)
    candidate = find_candidate(user, candidate_id)
    chosen = request.GET.get("show", "")
    if chosen and chosen not in FILTERS:
        raise Invalid("There is no such filter here.")
    evaluation = candidate.evaluation
    open_answers(request, evaluation)
    book = ledger(evaluation, candidates=[candidate])
    column = book.of(candidate)
    rows = ledger_rows(book, candidate)
    owns = is_owner(user, evaluation)
    return show(
        request,
        evaluation,
        "trials/candidate.html",
        title=candidate.name,
        tab="candidates",
        crumbs=crumbs_to(evaluation, CANDIDATES, (candidate.name, "")),
        candidate=candidate,
        column=column,
        rows=filtered(rows, chosen),
        fit_rows=rows,
        total=len(rows),
        filters=filters_of(book, chosen),
        chosen=chosen,
        **record_of(column, rows),
        dates=promised(book),
        reads_addresses=may_read_contacts(user, evaluation),
        **papers_of(candidate),
        owns=owns,
        **answers_of(candidate, user),
        part=takes_part(user, evaluation),
        **ways_on(evaluation, user),
        past_requirements=evaluation.is_open and evaluation.stage != Stage.REQUIREMENTS,
        here=request.get_full_path(),
        panels=panels_of("candidate", candidate, user),
    )


site.register_page("candidates/<uuid:candidate_id>/", candidate_view, "candidate")
