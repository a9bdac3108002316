"""Demos: all of an evaluation, and one with its script, on a tablet or on paper."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.errors import NotFound, why_not
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.notices.calendars import calendar_of
from evaltracker.pages.acts import register_act
from evaltracker.pages.base import check_query
from evaltracker.pages.fields import NamedChoice, long_text, mark_needed
from evaltracker.pages.site import site
from evaltracker.pages.workspace import crumbs_to, evaluation_page, show
from evaltracker.toolbox.files import download
from trials.admin.base import ProofForm, takes_part
from trials.choices import DataOwner, EvidenceVerdict, Runner, Source
from trials.demo_notices import date_of
from trials.models import (
    Demo,
    DemoNote,
    Evidence,
    ResearchNote,
    Score,
    ScriptItem,
    Settlement,
)
from trials.policy import DEMO_STAGES
from trials.scoring import Spread
from trials.selectors.cell_numbers import standing_ledger
from trials.services.demo_notes import check_write_demo_note
from trials.services.demos import (
    check_add_dazzle,
    check_demo,
    check_hold_demo,
    names_of,
)
from trials.services.evidence import (
    check_evidence,
    reconfirm_evidence,
    record_evidence,
)
from vendors.admin.base import (
    AboutCandidate,
    OnPlace,
    Place,
    cell_address,
    open_answers,
    reader,
)
from vendors.candidates import Box, boxes_of
from vendors.choices import Availability
from vendors.holds_for import answered_values
from vendors.models import Candidate, Claim
from vendors.selectors import active_candidates
from vendors.selectors.rivals import demanded_in, demanded_of
from vendors.services.claims import current_claim

# What forms of verdicts ask: who ran it, on whose data, and for which values.


def setting_fields(verdicts: Iterable[Evidence]) -> dict[str, Any]:
    """What the forms of one page offer; they begin with what was said last."""
    last = max(verdicts, key=lambda verdict: verdict.recorded_at, default=None)
    return {
        "runners": Runner.choices[1:],
        "data_owners": DataOwner.choices[1:],
        "ran": {"runner": last.runner, "data": last.data} if last else {},
        # Programs that report runs are ours.
        "ran_by_program": {
            "runner": Runner.US,
            "data": last.data if last and last.data else DataOwner.OURS,
        },
    }


def last_setting(**among: Any) -> dict[str, Any]:
    """The setting of the newest verdict among these, for a form to begin with."""
    rows = Evidence.objects.filter(**among).exclude(runner="").order_by("-recorded_at")
    return dict(rows.values("runner", "data").first() or {})


def offered_lists(claims: Any, requirement: Requirement | None) -> dict[str, list[str]]:
    """The values that the requirement demands and the standing answer speaks of."""
    if requirement is None:
        return {}
    current = claims.filter(superseded_at__isnull=True).first()
    return answered_values(current, demanded_of(requirement))


# Recording what was found, saying it again; excusing a knock-out.

USUAL_SOURCE = {Stage.DEMOS: Source.DEMO, Stage.TRIALS: Source.TRIAL}


class EvidenceForm(ProofForm):
    """A verdict from anywhere."""

    source = forms.ChoiceField(label="Where it was found", choices=Source.choices)
    independent = forms.BooleanField(
        label="The source is independent of the vendor",
        required=False,
        initial=True,
        help_text="Only for research. What a vendor publishes proves no more than "
        "its claim does.",
    )
    research_note = NamedChoice(
        ResearchNote.objects.none(),
        attribute="title",
        label="Research note",
        required=False,
        empty_label="None",
    )

    field_order = ("source", "verdict", "runner", "data", "note", "url", "file")

    def __init__(self, *args: Any, notes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["research_note"]
        choice.queryset = notes


mark_needed(EvidenceForm, "needed for a demo or a trial", "runner", "data")


@register_act
class RecordEvidence(OnPlace):
    """Records a verdict on the claim that stands."""

    title = "Record evidence"
    verb = "Record"
    help = "It is kept for good, on exactly these words. A newer verdict is a new one."
    success = "The evidence is recorded."
    form_class = EvidenceForm
    template = "trials/record_evidence.html"
    prefill = ("source",)
    version_fields = ("claim",)
    service = record_evidence
    rule = partial(check_evidence, source=Source.RESEARCH)

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """The revisions of this cell, and the candidate's notes."""
        return {
            "claims": revisions_of(target),
            "lists": offered_lists(revisions_of(target), target.requirement),
            "notes": ResearchNote.objects.filter(candidate=target.candidate),
        }

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """The words that stand, and where one judges in this stage."""
        stage = target.evaluation.stage
        return {
            "claim": claim_shown(target),
            "source": USUAL_SOURCE.get(stage, Source.RESEARCH),
        }

    def arguments(self, target: Any, data: Mapping[str, Any]) -> dict[str, Any]:
        """The claim says of which cell it is."""
        return dict(data)

    def context(self, target: Any, user: User) -> dict[str, Any]:
        """The claim that is judged."""
        claim = current_claim(target.candidate, target.requirement)
        return {**super().context(target, user), "claim": claim}

    def judged(self, target: Any) -> tuple[Any, ...]:
        """The candidate; every requirement is judged alike."""
        return (target.candidate,)


class ReconfirmForm(forms.Form):
    """Why it can be said again."""

    note = forms.CharField(label="Why it can be said again", widget=long_text(3))


@register_act
class ReconfirmEvidence(AboutCandidate[Evidence]):
    """Says an older verdict again of the words that stand."""

    title = "Re-confirm"
    verb = "Say it again"
    help = (
        "The words changed after this was judged. Say the same verdict of the words "
        "that stand now; if it is not the same any more, record new evidence instead."
    )
    success = "The verdict is said again of the words that stand."
    tab = "matrix"
    model = Evidence
    target_name = "evidence"
    service = reconfirm_evidence
    related = ("claim__candidate__evaluation__owner", "claim__requirement")
    template = "trials/reconfirm.html"
    form_class = ReconfirmForm

    def heading(self, target: Any) -> str:
        return f"{self.title}: {target.claim.candidate}, {target.claim.requirement}"

    def context(self, target: Any, user: User) -> dict[str, Any]:
        """What stands now beside what was judged."""
        claim = target.claim
        current = current_claim(claim.candidate, claim.requirement)
        return {**super().context(target, user), "current": current}

    def cancel_url(self, target: Any) -> str:
        """The page of the cell."""
        return cell_address(target.claim)


def revisions_of(place: Place) -> Any:
    """Every revision of the claim of a cell."""
    return Claim.objects.filter(
        candidate=place.candidate, requirement=place.requirement
    )


def claim_shown(place: Place) -> Any:
    """The id of the claim that stands."""
    claim = current_claim(place.candidate, place.requirement)
    return claim.pk if claim else None


# The notes on a demo as one person may see them.


@dataclass(frozen=True, slots=True)
class SoloNotes:
    """One's own note, those that one may read, and how many were written."""

    own: DemoNote | None
    others: list[DemoNote]
    written: int
    revealed: bool


def solo_notes(user: User, demo: Demo) -> SoloNotes:
    """What `user` may know of the notes on `demo`; two queries."""
    notes = list(
        DemoNote.objects.visible_to(user).filter(demo=demo).select_related("author")
    )
    return SoloNotes(
        own=next((note for note in notes if note.author_id == user.pk), None),
        others=[note for note in notes if note.author_id != user.pk],
        written=demo.solo_notes.count(),
        revealed=demo.notes_are_open,
    )


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


# What people gave one candidate in one category.


@dataclass(frozen=True, slots=True)
class Given:
    """What people gave one candidate in one category, and what the meeting makes of it.

    `place` names the cell in addresses of acts.
    """

    place: str
    name: str
    scores: list[Score]
    aside: list[Score]
    asked: int
    spread: Spread
    settled: Settlement | None

    @property
    def median(self) -> str:
        """The middle one; blank if nobody scored."""
        value = self.spread.median
        return "" if value is None else f"{float(value):g}"

    @property
    def to_settle(self) -> bool:
        """Whether people see it so differently that the meeting has to settle it."""
        return self.spread.is_wide and self.settled is None
