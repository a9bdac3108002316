"""One cell of the matrix: every revision of the claim with its evidence."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.panels import panels_of
from evaltracker.pages.query import check_query
from evaltracker.pages.site import site
from evaltracker.pages.workspace import crumbs_to, show
from stakeholders.policy import is_leadership
from trials.admin.acts.base import takes_part
from trials.admin.cell_values import value_rows
from trials.admin.partly import ways_on
from trials.models import Evidence, Excuse
from trials.scoring import Standing
from trials.selectors import Cell, Revision, cell_history, one_cell
from trials.selectors.cell_numbers import cell_numbers
from trials.selectors.partly import is_partly_proven
from trials.selectors.promised import Promised, story
from vendors.admin.conflict_question import open_answers
from vendors.admin.pages import reader
from vendors.admin.targets import Place, find_place
from vendors.choices import Availability
from vendors.models import Claim, Ruling
from vendors.policy import NOTE_STAGES


@dataclass(frozen=True, slots=True)
class Said:
    """One verdict, and whether somebody has to say it again of newer words."""

    evidence: Evidence
    to_reconfirm: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    """One revision of the claim with what was found of it."""

    claim: Claim
    is_current: bool
    is_stale: bool
    evidence: list[Said]


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell as its page shows it, for what higher floors add to it."""

    place: Place
    knocks_out: bool
    is_partly: bool


def cell_view(
    request: HttpRequest, candidate_id: uuid.UUID, requirement_id: uuid.UUID
) -> HttpResponse:
    """The whole story of a cell, the newest words first."""
    check_query(request)
    user = reader(request)
    place = find_place(user, candidate_id, requirement_id)
    candidate, requirement = place.candidate, place.requirement
    evaluation = place.evaluation
    open_answers(request, evaluation)
    cell = one_cell(candidate, requirement)
    chapters = chapters_of(cell_history(candidate, requirement), place)
    partly = is_partly_proven(cell, requirement)
    offers = offers_of(user, place, cell, chapters)
    steps = story((chapter.claim for chapter in chapters), evaluation.zone)
    return show(
        request,
        evaluation,
        "trials/cell.html",
        title=f"{requirement.ref}: {candidate.name}",
        tab="matrix",
        crumbs=crumbs_to(
            evaluation, ("Matrix", "matrix"), (f"{candidate}, {requirement.ref}", "")
        ),
        place=place,
        cell=cell,
        values=value_rows(cell),
        numbers=cell_numbers(evaluation).get((candidate.pk, requirement.pk)),
        promised=Promised(candidate, requirement, cell, steps) if steps else None,
        claimed="slipped" if cell.standing == Standing.SLIPPED else cell.claimed,
        chapters=list(reversed(chapters)),
        ruling=Ruling.objects.filter(
            candidate=candidate, requirement=requirement
        ).first(),
        excuses=Excuse.objects.filter(candidate=candidate, requirement=requirement)
        .select_related("excused_by", "withdrawn_by")
        .order_by("excused_at"),
        part=takes_part(user, evaluation),
        here=request.path,
        partly=partly,
        panels=panels_of("cell", ShownCell(place, offers["knocks_out"], partly), user),
        **ways_on(evaluation, user),
        **offers,
    )


def offers_of(
    user: User, place: Place, cell: Cell, chapters: Sequence[Chapter]
) -> dict[str, bool]:
    """What the page offers to do with a cell, by the template's names."""
    evaluation = place.evaluation
    current = next((chapter for chapter in chapters if chapter.is_current), None)
    said = current is not None and current.claim.availability != Availability.WITHDRAWN
    vendors_own = said and current is not None and current.claim.by_vendor
    owns = is_owner(user, evaluation)
    can_note = evaluation.is_open and Stage(evaluation.stage) in NOTE_STAGES
    knocks_out = place.requirement.is_must and cell.knocks_out
    return {
        "owns": owns,
        "can_judge": said
        and evaluation.is_open
        and evaluation.stage != Stage.REQUIREMENTS
        and not cell.to_reconfirm,
        "can_note": owns and can_note and not vendors_own,
        "can_withdraw": owns and can_note and said and not vendors_own,
        "can_excuse": knocks_out
        and evaluation.is_open
        and (owns or is_leadership(user, evaluation)),
        "knocks_out": knocks_out,
    }


def chapters_of(history: Sequence[Revision], place: Place) -> list[Chapter]:
    """Revisions in order; what must be said again is marked."""
    current = next(
        (revision.claim for revision in history if revision.is_current), None
    )
    judged = {
        verdict.source for rev in history if rev.is_current for verdict in rev.evidence
    }
    stands = current is not None and (
        current.requirement_revision >= place.requirement.revision
        and current.availability != Availability.WITHDRAWN
    )
    newest = {verdict.source: verdict.pk for rev in history for verdict in rev.evidence}
    chapters = []
    for revision in history:
        chapters.append(
            Chapter(
                claim=revision.claim,
                is_current=revision.is_current,
                is_stale=revision.claim.requirement_revision
                < place.requirement.revision,
                evidence=[
                    Said(
                        verdict,
                        to_reconfirm=stands
                        and not revision.is_current
                        and newest[verdict.source] == verdict.pk
                        and verdict.source not in judged,
                    )
                    for verdict in revision.evidence
                ],
            )
        )
    return chapters


site.register_page(
    "cells/<uuid:candidate_id>/<uuid:requirement_id>/", cell_view, "cell"
)
