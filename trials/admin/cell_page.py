"""One cell of the matrix: every revision of the claim with its evidence."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.base import check_query
from evaltracker.pages.site import panels_of, site
from evaltracker.pages.workspace import crumbs_to, show
from stakeholders.choices import Role
from stakeholders.models import Stakeholder
from stakeholders.policy import is_leadership
from trials.admin.base import takes_part
from trials.models import Evidence, Excuse
from trials.scoring import Source, Standing, ValueState
from trials.selectors import Cell, Revision, cell_history, one_cell
from trials.selectors.cell_numbers import cell_numbers
from trials.selectors.promised import Promised, story
from trials.selectors.unequal import is_partly_proven
from vendors.admin.base import Place, find_place, open_answers, reader
from vendors.choices import Availability
from vendors.models import Claim, Ruling
from vendors.policy import NOTE_STAGES

# What pages show of the values of the brief's lists in which a cell must hold.


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One value with its three marks, and what stands for it."""

    state: ValueState
    claimed: str
    shown: str
    tested: str


def value_rows(cell: Cell) -> list[ValueRow]:
    """A row for each value in which it must hold."""
    return [
        ValueRow(
            value,
            "slipped" if value.standing == Standing.SLIPPED else value.claimed or "",
            value.verdict_of(Source.DEMO) or "",
            value.verdict_of(Source.TRIAL) or "",
        )
        for value in cell.values
    ]


def values_by_standing(cell: Cell) -> dict[Standing, str]:
    """“on premises” is unanswered, “AWS, Azure” are claimed, the weakest standing
    first; nothing where all values stand alike."""
    found: dict[Standing, list[str]] = {}
    counted = [value for value in cell.values if not value.not_applicable]
    for value in sorted(counted, key=lambda one: one.standing != cell.standing):
        found.setdefault(value.standing, []).append(value.value)
    if len(found) < 2:
        return {}
    return {standing: ", ".join(names) for standing, names in found.items()}


# Who may let a must-have pass that holds partly, and what the reader may do.


def ways_on(evaluation: Evaluation, user: User) -> dict[str, Any]:
    """What the reader may do about it, and who else may; three queries."""
    owns = is_owner(user, evaluation)
    return {
        "partly_blocks": evaluation.is_open and evaluation.stage == Stage.TRIALS,
        "may_ask_waiver": owns,
        "may_excuse": owns or is_leadership(user, evaluation),
        "may_test": takes_part(user, evaluation),
        "leadership": names_of_leadership(evaluation),
    }


def names_of_leadership(evaluation: Evaluation) -> list[str]:
    """Who may waive a rule here, by name; nobody may be asked yet."""
    parts = Stakeholder.objects.filter(
        evaluation=evaluation, role=Role.LEADERSHIP, left_at__isnull=True
    ).select_related("user")
    return sorted({part.user.name for part in parts})


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
