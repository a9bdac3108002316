"""A candidate's ledger, one cell of it, and the dates that were promised."""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from evaltracker.enumerations import Availability, Source
from evaltracker.errors import Invalid
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.base import check_query
from evaltracker.pages.search import page_number
from evaltracker.pages.site import panels_of, site
from evaltracker.pages.workspace import crumbs_to, evaluation_page, show
from evaltracker.toolbox.text import named_ref
from stakeholders.models import Role, Stakeholder
from stakeholders.policy import is_leadership
from trials.admin.base import takes_part
from trials.admin.matrix import TESTS, switches_of
from trials.admin.matrix_html import values_by_standing
from trials.models import Demo, Evidence, Excuse, ResearchNote, Trial
from trials.scoring import FitRow, Standing
from trials.scoring.effort import EffortCell, EffortSums
from trials.scoring.promise import FEWEST_TESTED, PromiseRecord
from trials.selectors.cells import LedgerCell, claimed_of
from trials.selectors.evaluation_cache import cached_for_version, standing_ledger
from trials.selectors.ledger import (
    CandidateColumn,
    Ledger,
    Promised,
    ledger,
    one_cell,
    promised,
    story,
)
from trials.selectors.matrix import (
    CellRevision,
    cell_efforts,
    cell_history,
    cell_numbers,
    effort_cells,
    promises_of,
)
from trials.selectors.trials import is_partly_proven
from vendors.admin.base import (
    CandidateRequirement,
    find_candidate,
    find_place,
    open_answers,
    reader,
)
from vendors.costs import WORK
from vendors.effort import written
from vendors.fields import word_of, write_effort
from vendors.models import Candidate, Claim, Contact, Ruling, Submission
from vendors.policy import NOTE_STAGES, may_read_contacts, may_see_prices
from vendors.selectors.claims import answering_of, is_answered_by_buyer
from vendors.selectors.costs import kinds_for

FILTERS = {"musts": "Must-haves", **{name: label for name, (label, _) in TESTS.items()}}


@dataclass(frozen=True, slots=True)
class LedgerPageRow:
    requirement: Requirement
    cell: LedgerCell
    place: CandidateRequirement
    claim: Claim | None
    fit: FitRow
    ruling: Ruling | None
    excuse: Excuse | None
    effort: str

    @property
    def claimed(self) -> str:
        return claimed_of(self.cell)

    @property
    def values(self) -> dict[Standing, str]:
        return values_by_standing(self.cell)

    @property
    def knocks_out(self) -> bool:
        return self.requirement.is_must and self.cell.knocks_out


def ledger_rows(
    book: Ledger, candidate: Candidate, efforts: Any
) -> list[LedgerPageRow]:
    """Every requirement, in three queries beside the ledger's."""
    column = book.of(candidate)
    claims = _by_requirement(
        Claim.objects.filter(candidate=candidate, superseded_at__isnull=True)
        .exclude(availability=Availability.WITHDRAWN)
        .select_related("noted_by")
        .prefetch_related("files")
    )
    rulings = _by_requirement(Ruling.objects.filter(candidate=candidate))
    excuses = _by_requirement(
        Excuse.objects.standing()
        .filter(candidate=candidate)
        .select_related("excused_by")
    )
    fits = {row.key: row for row in column.fit_rows}
    return [
        LedgerPageRow(
            requirement=requirement,
            cell=column.cells[requirement.ref],
            place=CandidateRequirement(candidate, requirement),
            claim=claims.get(requirement.pk),
            fit=fits[requirement.ref],
            ruling=rulings.get(requirement.pk),
            excuse=excuses.get(requirement.pk),
            effort=stated(efforts.get(requirement.ref)),
        )
        for requirement in book.requirements
    ]


def filtered(rows: list[LedgerPageRow], name: str) -> list[LedgerPageRow]:
    if not name:
        return rows
    if name == "musts":
        return [row for row in rows if row.requirement.is_must]
    test = TESTS[name][1]
    return [row for row in rows if test(row.cell)]


def _by_requirement(rows: Any) -> dict[Any, Any]:
    return {row.requirement_id: row for row in rows}


def named_promises(
    record: PromiseRecord, rows: Iterable[LedgerPageRow]
) -> list[tuple[str, list[str]]]:
    names = {
        row.requirement.ref: named_ref(row.requirement.ref, row.requirement.text)
        for row in rows
    }
    return [
        (label, [names.get(ref, ref) for ref in refs])
        for label, refs in (
            ("Better than claimed", record.better_than_claimed),
            ("Slipped", record.slipped),
            ("Honest “never”", record.honest_nevers),
        )
    ]


def ways_on(evaluation: Evaluation, user: User) -> dict[str, Any]:
    """What the reader may do about it, and who else may; three queries."""
    owns = is_owner(user, evaluation)
    parts = Stakeholder.objects.filter(
        evaluation=evaluation, role=Role.LEADERSHIP, left_at__isnull=True
    ).select_related("user")
    return {
        "partly_blocks": evaluation.is_open and evaluation.stage == Stage.TRIALS,
        "may_ask_waiver": owns,
        "may_excuse": owns or is_leadership(user, evaluation),
        "may_test": takes_part(user, evaluation),
        "leadership": sorted({part.user.name for part in parts}),
    }


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    evidence: Evidence
    to_reconfirm: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    claim: Claim
    is_current: bool
    is_stale: bool
    evidence: list[EvidenceEntry]


@dataclass(frozen=True, slots=True)
class ShownCell:
    place: CandidateRequirement
    knocks_out: bool
    is_partly: bool


def cell_view(
    request: HttpRequest, candidate_id: uuid.UUID, requirement_id: uuid.UUID
) -> HttpResponse:
    check_query(request)
    user = reader(request)
    place = find_place(user, candidate_id, requirement_id)
    candidate = place.candidate
    requirement = place.requirement
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
        values=[
            {
                "state": value,
                "claimed": claimed_of(value),
                "shown": value.verdict_of(Source.DEMO) or "",
                "tested": value.verdict_of(Source.TRIAL) or "",
            }
            for value in cell.values
        ],
        numbers=cell_numbers(evaluation).get((candidate.pk, requirement.pk)),
        effort=stated(cell_efforts(evaluation).get((candidate.pk, requirement.pk))),
        promised=Promised(candidate, requirement, cell, steps) if steps else None,
        claimed=claimed_of(cell),
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
    user: User,
    place: CandidateRequirement,
    cell: LedgerCell,
    chapters: Sequence[Chapter],
) -> dict[str, bool]:
    evaluation = place.evaluation
    current = next((chapter for chapter in chapters if chapter.is_current), None)
    holds = current is not None and current.claim.availability != Availability.WITHDRAWN
    vendors_own = holds and current is not None and current.claim.by_vendor
    owns = is_owner(user, evaluation)
    can_note = evaluation.is_open and Stage(evaluation.stage) in NOTE_STAGES
    knocks_out = place.requirement.is_must and cell.knocks_out
    return {
        "owns": owns,
        "can_judge": holds
        and evaluation.is_open
        and evaluation.stage != Stage.REQUIREMENTS
        and not cell.to_reconfirm,
        "can_note": owns and can_note and not vendors_own,
        "can_withdraw": owns and can_note and holds and not vendors_own,
        "can_excuse": knocks_out
        and evaluation.is_open
        and (owns or is_leadership(user, evaluation)),
        "knocks_out": knocks_out,
    }


def chapters_of(
    history: Sequence[CellRevision], place: CandidateRequirement
) -> list[Chapter]:
    """Revisions in order; what must be said again is marked."""
    current = next(
        (revision.claim for revision in history if revision.is_current), None
    )
    counting = [
        (rev, verdict)
        for rev in history
        for verdict in rev.evidence
        if not hasattr(verdict, "taken_back")
    ]
    judged = {verdict.source for rev, verdict in counting if rev.is_current}
    stands = current is not None and (
        current.requirement_revision >= place.requirement.revision
        and current.availability != Availability.WITHDRAWN
    )
    newest = {verdict.source: verdict.pk for _, verdict in counting}

    def entry(revision: CellRevision, verdict: Evidence) -> EvidenceEntry:
        to_reconfirm = (
            stands
            and not revision.is_current
            and newest.get(verdict.source) == verdict.pk
            and verdict.source not in judged
        )
        return EvidenceEntry(verdict, to_reconfirm=to_reconfirm)

    def chapter(revision: CellRevision) -> Chapter:
        claim = revision.claim
        return Chapter(
            claim=claim,
            is_current=revision.is_current,
            is_stale=claim.requirement_revision < place.requirement.revision,
            evidence=[entry(revision, verdict) for verdict in revision.evidence],
        )

    return [chapter(revision) for revision in history]


site.register_page(
    "cells/<uuid:candidate_id>/<uuid:requirement_id>/", cell_view, "cell"
)


CANDIDATES = ("Candidates", "candidates")


def answers_of(candidate: Candidate, user: User) -> dict[str, Any]:
    """How far the reader's own answers for it are, if it is theirs to answer for."""
    evaluation = candidate.evaluation
    moment = evaluation.is_open and Stage(evaluation.stage) in NOTE_STAGES
    if not (is_answered_by_buyer(candidate) and moment and is_owner(user, evaluation)):
        return {}
    answering = answering_of(candidate)
    following = answering.after()
    place = following and CandidateRequirement(candidate, following)
    return {"answering": answering, "next_answer": place}


def record_of(
    evaluation: Evaluation, column: CandidateColumn, rows: list[LedgerPageRow]
) -> dict[str, Any]:
    record = promises_of(cell_numbers(evaluation), column)
    return {
        "record": record,
        "knock_outs": [row for row in rows if row.knocks_out],
        "held_partly": [
            row for row in rows if is_partly_proven(row.cell, row.requirement)
        ],
        "excused": [row for row in rows if row.excuse],
        "promises": [("All together", record.overall), *record.by_category.items()],
        "named_promises": named_promises(record, rows),
        "fewest": FEWEST_TESTED,
    }


def stated(cell: EffortCell | None) -> str:
    return write_effort(cell and cell["effort"], word_of)


def effort_of(efforts: Any, candidate: Candidate, user: User) -> dict[str, Any]:
    """What its “yes” costs in days; empty where efforts are not asked for."""
    if not efforts:
        return {}
    evaluation = candidate.evaluation
    sums = EffortSums(efforts.values(), vars(evaluation))
    may = sums.money and evaluation.is_open and is_owner(user, evaluation)
    kinds = kinds_for(candidate) if may else ()
    # A cost line of work is multiplied by the planning factor once more.
    factor = Fraction(evaluation.planning_factor) or 1
    return {
        "sums": sums,
        "priced": may_see_prices(user, evaluation),
        "work": next((kind for kind in kinds if kind.counts_as == WORK), None),
        "amounts": [written(amount / factor) for amount in sums.money or ()],
    }


def candidate_view(request: HttpRequest, candidate_id: uuid.UUID) -> HttpResponse:
    check_query(request, filters={"show"})
    user = reader(request)
    candidate = find_candidate(user, candidate_id)
    chosen = request.GET.get("show", "")
    if chosen and chosen not in FILTERS:
        raise Invalid("There is no such filter here.")
    evaluation = candidate.evaluation
    open_answers(request, evaluation)
    book = ledger(evaluation, candidates=[candidate], exact=True)
    column = book.of(candidate)
    efforts = effort_cells(book).get(candidate.pk, {})
    rows = ledger_rows(book, candidate, efforts)
    owns = is_owner(user, evaluation)
    notes = ResearchNote.objects.filter(candidate=candidate)
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
        filters=[
            (name, label, name == chosen)
            for name, label in switches_of(book).items()
            if name in FILTERS
        ],
        chosen=chosen,
        **record_of(evaluation, column, rows),
        dates=promised(book),
        reads_addresses=may_read_contacts(user, evaluation),
        notes=notes.select_related("requirement", "noted_by"),
        contacts=Contact.objects.current().filter(vendor=candidate.vendor_id),
        support=candidate.support_stated,
        effort=effort_of(efforts, candidate, user),
        receipt=Submission.objects.filter(candidate=candidate).last(),
        demos=Demo.objects.filter(candidate=candidate),
        trials=Trial.objects.filter(candidate=candidate),
        owns=owns,
        **answers_of(candidate, user),
        part=takes_part(user, evaluation),
        **ways_on(evaluation, user),
        past_requirements=evaluation.is_open and evaluation.stage != Stage.REQUIREMENTS,
        here=request.get_full_path(),
        panels=panels_of("candidate", candidate, user),
    )


site.register_page("candidates/<uuid:candidate_id>/", candidate_view, "candidate")


ON_A_PAGE = 100
GROUPS = ("slipped", "coming", "settled")


@evaluation_page("promised", "Promised dates")
def promised_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request, filters=("page",))
    open_answers(request, evaluation)
    promises = cached_for_version(evaluation, "promised dates", _promised)
    pages = Paginator(promises, ON_A_PAGE)
    page = pages.page(page_number(request, pages.num_pages))
    return show(
        request,
        evaluation,
        "trials/promised.html",
        tab="matrix",
        crumbs=crumbs_to(evaluation, ("Matrix", "matrix"), ("Promised dates", "")),
        slipped=[promise for promise in page if promise.slipped],
        coming=[promise for promise in page if promise.is_coming],
        settled=[promise for promise in page if group_of(promise) == "settled"],
        numbers=Counter(map(group_of, promises)),
        page=page,
    )


def group_of(promise: Promised) -> str:
    if promise.slipped:
        return "slipped"
    if promise.is_coming:
        return "coming"
    return "settled"


def _promised(evaluation: Evaluation) -> list[Promised]:
    promises = promised(standing_ledger(evaluation).of_active())
    return sorted(promises, key=lambda promise: GROUPS.index(group_of(promise)))
