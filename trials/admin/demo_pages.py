"""Demos: all of an evaluation, and one with its script, on a tablet or on paper."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.errors import NotFound, why_not
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.kit.downloads import download
from evaltracker.notices.calendars import calendar_of
from evaltracker.pages.query import check_query
from evaltracker.pages.site import site
from evaltracker.pages.workspace import crumbs_to, evaluation_page, show
from trials.admin.acts.base import takes_part
from trials.admin.demo_notes import solo_notes
from trials.admin.settings_asked import setting_fields
from trials.choices import EvidenceVerdict, Source
from trials.demo_notices import date_of
from trials.models import Demo, Evidence, ScriptItem
from trials.policy import DEMO_STAGES
from trials.selectors.counted import standing_ledger
from trials.services.attendance import names_of
from trials.services.demo_notes import check_write_demo_note
from trials.services.demos import check_add_dazzle, check_demo, check_hold_demo
from trials.services.evidence import check_evidence
from vendors.admin.conflict_question import open_answers
from vendors.admin.pages import reader
from vendors.choices import Availability
from vendors.models import Candidate, Claim
from vendors.named_values import answered_values
from vendors.selectors import active_candidates
from vendors.selectors.lists import demanded_in
from vendors.values_field import Box, boxes_of


@dataclass(frozen=True, slots=True)
class DemoRow:
    """A candidate with its demos, and which must-haves no demo has judged."""

    candidate: Candidate
    demos: list[Demo]
    claimed: int
    unseen: list[str]

    @property
    def seen(self) -> int:
        """How many claimed must-haves were judged in a demo."""
        return self.claimed - len(self.unseen)


@evaluation_page("demos", "Demos", order=60, group="Proof")
def demos_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """Each shortlisted candidate with its demos."""
    check_query(request)
    user = reader(request)
    open_answers(request, evaluation)
    candidates = list(active_candidates(evaluation))
    close = [
        candidate for candidate in candidates if candidate.state != "longlisted"
    ] or candidates
    return show(
        request,
        evaluation,
        "trials/demos.html",
        title="Demos",
        tab="demos",
        owns=is_owner(user, evaluation),
        rows=_rows(evaluation, close),
        nobody_close=bool(candidates) and close is candidates,
        may_schedule=evaluation.is_open and Stage(evaluation.stage) in DEMO_STAGES,
    )


def _rows(evaluation: Evaluation, candidates: list[Candidate]) -> list[DemoRow]:
    book = standing_ledger(evaluation)
    demos: dict[Any, list[Demo]] = {}
    for demo in Demo.objects.filter(candidate__in=candidates).order_by("scheduled_for"):
        demos.setdefault(demo.candidate_id, []).append(demo)
    rows = []
    for candidate in candidates:
        candidate.evaluation = evaluation
        cells = [
            book.cell(candidate, must) for must in book.requirements if must.is_must
        ]
        refs = [must.ref for must in book.requirements if must.is_must]
        claimed = [
            (ref, cell)
            for ref, cell in zip(refs, cells, strict=True)
            if cell.state.is_offered
        ]
        unseen = [ref for ref, cell in claimed if cell.state.owes_demo]
        rows.append(
            DemoRow(candidate, demos.get(candidate.pk, []), len(claimed), unseen)
        )
    return rows


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One thing on the script, with the words that it is about and what was seen."""

    item: ScriptItem
    claim: Claim | None
    verdicts: list[Evidence]
    superseded: bool
    values: list[tuple[str, list[Box]]]

    @property
    def verdict(self) -> Evidence | None:
        """The newest verdict of this demo."""
        return self.verdicts[-1] if self.verdicts else None


def demo_view(request: HttpRequest, demo_id: uuid.UUID) -> HttpResponse:
    """One demo; before it the script, during it one tap per item."""
    check_query(request)
    demo, items = _demo(request, demo_id)
    user = reader(request)
    evaluation = demo.candidate.evaluation
    script = [item for item in items if not item.item.off_script]
    asked = [row for row in script if row.item.requirement_id]
    return show(
        request,
        evaluation,
        "trials/demo.html",
        title=f"{demo.title}: {demo.candidate}",
        tab="demos",
        crumbs=crumbs_to(evaluation, ("Demos", "demos"), (str(demo.candidate), "")),
        demo=demo,
        script=script,
        dazzle=[item for item in items if item.item.off_script],
        minutes=sum(row.item.minutes for row in script),
        judged=sum(row.verdict is not None for row in asked),
        asked=len(asked),
        verdicts=EvidenceVerdict.choices,
        notes=solo_notes(user, demo) if demo.held_at else None,
        here=request.path,
        siblings=siblings_of(evaluation),
        guests=names_of(demo),
        **setting_fields(verdict for row in items for verdict in row.verdicts),
        **offers_of(user, demo),
    )


def siblings_of(evaluation: Evaluation) -> list[tuple[str, str]]:
    """The demos that take place, each with its address."""
    demos = Demo.objects.filter(
        candidate__evaluation=evaluation, called_off_at__isnull=True
    ).select_related("candidate")
    return [
        (demo.whole_title, reverse("admin:demo", args=[demo.pk]))
        for demo in demos.order_by("scheduled_for", "title")
    ]


def offers_of(user: User, demo: Demo) -> dict[str, bool]:
    """What the page offers to do with a demo, by the template's names."""
    evaluation = demo.candidate.evaluation
    held = demo.held_at is not None
    return {
        "owns": is_owner(user, evaluation),
        "part": takes_part(user, evaluation),
        "ahead": evaluation.is_open and not held and demo.called_off_at is None,
        "can_prepare": why_not(check_demo, demo, user) is None,
        "can_hold": why_not(check_hold_demo, demo, user) is None,
        "can_dazzle": why_not(check_add_dazzle, demo, user) is None,
        "can_note": why_not(check_write_demo_note, demo, user) is None,
        "can_judge": held
        and why_not(check_evidence, demo.candidate, user, Source.DEMO) is None,
    }


def script_view(request: HttpRequest, demo_id: uuid.UUID) -> HttpResponse:
    """The script alone, to be printed."""
    check_query(request)
    demo, items = _demo(request, demo_id)
    evaluation = demo.candidate.evaluation
    script = [item for item in items if not item.item.off_script]
    return site.page(
        request,
        "trials/script.html",
        title=f"Script: {demo.candidate}",
        crumbs=crumbs_to(evaluation, ("Demos", "demos"), (str(demo.candidate), "")),
        demo=demo,
        buyer=evaluation.buyer,
        script=script,
        minutes=sum(row.item.minutes for row in script),
    )


def calendar_view(request: HttpRequest, demo_id: uuid.UUID) -> HttpResponse:
    """The demo as a calendar file, for whoever attends."""
    check_query(request)
    demo, _ = _demo(request, demo_id)
    if demo.scheduled_for is None or demo.called_off_at is not None:
        raise NotFound
    file = calendar_of(date_of(demo))
    return download(file, name="demo.ics", content_type="text/calendar")


def _demo(request: HttpRequest, demo_id: uuid.UUID) -> tuple[Demo, list[ItemRow]]:
    """The demo and its items, if the reader may see it; four queries."""
    demo = (
        Demo.objects.visible_to(reader(request))
        .select_related("candidate__evaluation__owner", "candidate__vendor")
        .filter(pk=demo_id)
        .first()
    )
    if demo is None:
        raise NotFound
    open_answers(request, demo.candidate.evaluation)
    items = list(
        ScriptItem.objects.filter(demo=demo).select_related(
            "requirement", "asker__user"
        )
    )
    claims = Claim.objects.filter(
        candidate=demo.candidate_id, superseded_at__isnull=True
    ).exclude(availability=Availability.WITHDRAWN)
    current: dict[Any, Claim] = {claim.requirement_id: claim for claim in claims}
    found: dict[Any, list[Evidence]] = {}
    for evidence in (
        Evidence.objects.filter(script_item__demo=demo)
        .select_related("recorded_by", "claim", "script_item")
        .order_by("recorded_at")
    ):
        found.setdefault(evidence.script_item_id, []).append(evidence)
    demanded = demanded_in(demo.candidate.evaluation)
    rows = []
    for item in items:
        item.demo = demo
        claim = current.get(item.requirement_id)
        verdicts = found.get(item.pk, [])
        old = bool(verdicts) and verdicts[-1].claim.superseded_at is not None
        lists = answered_values(claim, demanded.get(item.requirement_id, {}))
        values = boxes_of(lists, item.named_values)
        rows.append(ItemRow(item, claim, verdicts, old, values))
    return demo, rows


site.register_page("demos/<uuid:demo_id>/", demo_view, "demo")
site.register_page("demos/<uuid:demo_id>/calendar.ics", calendar_view, "demo_calendar")
site.register_page("demos/<uuid:demo_id>/script/", script_view, "demo_script")
