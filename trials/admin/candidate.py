"""The lists of trials, read-only and scoped. No score's value is a column."""

import datetime
import mimetypes
import uuid
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.errors import Invalid, NotFound
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import AttachedFile, Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.evaluations.topics import Topic, is_participant, key_of, register_topic
from evaltracker.files.selectors import files_of
from evaltracker.pages.acts import address_of, register_act
from evaltracker.pages.base import HardenedAdmin, by, check_query
from evaltracker.pages.fields import day_field, link_field, long_text
from evaltracker.pages.search import Reader, Search, register_search
from evaltracker.pages.site import panels_of, site
from evaltracker.pages.workspace import crumbs_to, evaluation_page, page_address, show
from evaltracker.requirements.admin.evaluation_templates import TakesFrom
from trials.admin.base import AboutRequirement, OnDemo, OnTrial, takes_part
from trials.admin.cell_page import ways_on
from trials.admin.matrix import (
    FILTERS,
    LedgerRow,
    filtered,
    ledger_rows,
    named_promises,
    promises_of,
    switches_of,
)
from trials.choices import NoteKind
from trials.models import Demo, Evidence, Gap, Milestone, ResearchNote, Score, Trial
from trials.scoring.promise import FEWEST_TESTED
from trials.selectors import Column, Ledger, ledger
from trials.selectors.promised import promised
from trials.selectors.unequal import is_partly_proven
from trials.services.evidence import note_research
from trials.services.template_parts import (
    CRITERIA,
    SCRIPT,
    take_criteria,
    take_script,
)
from vendors.admin.base import (
    AboutCandidates,
    OnCandidate,
    Place,
    cell_address,
    open_answers,
    reader,
)
from vendors.admin.candidates import cell_name
from vendors.models import Candidate, Claim, ClaimFile, Contact, Submission
from vendors.policy import (
    NOTE_STAGES,
    may_read_contacts,
    to_declare,
    unbarred,
    where_unbarred,
)
from vendors.selectors.answer_counts import readable
from vendors.selectors.vendor_answers import answering_of, is_answered_by_buyer

# Noting what was read or heard about a candidate.


class ResearchForm(AboutRequirement):
    """What somebody read or heard."""

    kind = forms.ChoiceField(label="What it is", choices=NoteKind.choices)
    title = forms.CharField(label="Title", max_length=200)
    text = forms.CharField(label="What it says", widget=long_text(6))
    source_url = link_field("Link to the source")
    source_date = day_field("Date of the source", required=False)

    field_order = ("kind", "title", "text", "source_url", "source_date", "requirement")


@register_act
class NoteResearch(OnCandidate):
    """Notes what an article, a podcast or a peer says."""

    title = "Note research"
    verb = "Save the note"
    help = "With its source and date, so that others can judge it."
    success = "The note is saved."
    form_class = ResearchForm
    prefill = ("requirement",)
    service = note_research

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"evaluation": target.evaluation}

    def cancel_url(self, target: Any) -> str:
        return reverse("admin:candidate", args=[target.pk]) + "#research"


# Scripts and criteria that come from a template.


@register_act
class TakeScript(TakesFrom, OnDemo):
    """Adds a template's questions to a demo's script."""

    title = "Take the script from a template"
    help = (
        "Adds what the template asks and this script does not ask yet. Questions about "
        "requirements that this evaluation does not have are left out."
    )
    success = "The template's questions are on the script."
    part = SCRIPT
    service = take_script


@register_act
class TakeCriteria(TakesFrom, OnTrial):
    """Adds a template's criteria to a trial."""

    title = "Take criteria from a template"
    help = (
        "Adds the template's criteria on requirements that this evaluation has. They "
        "can be changed before the contract is put forward."
    )
    success = "The template's criteria are added."
    part = CRITERIA
    service = take_criteria


# A candidate: its claim ledger, its fit, and how far its word has carried.

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


# Files of evidence, handed out to those who may see the evidence, never inline.


def evidence_file(request: HttpRequest, evidence_id: uuid.UUID) -> HttpResponse:
    """The file as an attachment, under the name that it came with."""
    check_query(request)
    found = Evidence.objects.visible_to(reader(request)).filter(pk=evidence_id).first()
    if found is None or not found.file:
        raise NotFound
    open_answers(request, found.claim.candidate.evaluation)
    try:
        content = found.file.open("rb")
    except FileNotFoundError as error:
        raise NotFound from error
    kind = mimetypes.guess_type(found.file_name)[0] or "application/octet-stream"
    download: Any = FileResponse(
        content,
        as_attachment=True,
        filename=found.file_name,
        content_type=kind,
        headers={"X-Content-Type-Options": "nosniff"},
    )
    answer: HttpResponse = download
    return answer


site.register_page("evidence/<uuid:evidence_id>/file/", evidence_file, "evidence_file")


# Every file of an evaluation: proof of answers and verdicts, and what people attached
# to its things.

SHOWN = 50


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file with what it is about or proves, who handed it in and when."""

    name: str
    address: str
    about: str
    ref: str
    page: str
    by: str
    at: datetime.datetime


@evaluation_page("files", "Files", order=140, group="Record")
def files_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """All files that the reader may take along, the newest first."""
    check_query(request, filters={"page"})
    user = reader(request)
    open_answers(request, evaluation)
    rows = sorted(file_rows(user, evaluation), key=attrgetter("at"), reverse=True)
    return show(
        request,
        evaluation,
        "trials/files.html",
        title="Files",
        tab="files",
        page=Paginator(rows, SHOWN).get_page(request.GET.get("page")),
        total=len(rows),
    )


def file_rows(user: User, evaluation: Evaluation) -> list[FileRow]:
    """Files of answers, of verdicts and of things that `user` may see; a query each."""
    attached: Any = ClaimFile.objects.visible_to(user).in_evaluation(evaluation)
    judged: Any = Evidence.objects.visible_to(user).in_evaluation(evaluation)
    about = ("claim__candidate", "claim__requirement")
    rows = [
        _row(file.name, "claim_file", file.pk, file.claim, "", file.uploaded_at)
        for file in attached.select_related(*about)
    ]
    judged = judged.exclude(file="").select_related(*about, "recorded_by")
    act, part = address_of("attach-files"), is_participant(user, evaluation)
    rows += [
        FileRow(
            name=file.name,
            address=reverse("admin:attached_file", args=[file.pk]),
            about=file.about,
            ref="",
            page=f"{act}{key_of(file.topic, file.subject_id)}/" if part else "",
            by=file.uploaded_by.name,
            at=file.uploaded_at,
        )
        for file in files_of(user, evaluation)
    ]
    return rows + [
        _row(
            verdict.file_name,
            "evidence_file",
            verdict.pk,
            verdict.claim,
            verdict.recorded_by.name,
            verdict.recorded_at,
        )
        for verdict in judged
    ]


def _row(
    name: str, page: str, key: object, claim: Claim, by: str, at: datetime.datetime
) -> FileRow:
    """A file of a vendor, unless somebody of the buyer recorded it."""
    return FileRow(
        name=name,
        address=reverse(f"admin:{page}", args=[key]),
        about=claim.candidate.name,
        ref=claim.requirement.ref,
        page=cell_address(claim),
        by=by or claim.candidate.name,
        at=at,
    )


@admin.register(ResearchNote, site=site)
class ResearchNoteAdmin(AboutCandidates):
    """What was read or heard about candidates."""

    empty_text = "Notes are written on a candidate's page."
    list_display = ("title", "candidate", "kind", "source_date", "noted_by")
    list_filter = (by("candidate"), by("kind"))
    search_fields = ("title", "text")
    ordering = ("-noted_at",)
    fields = ("candidate", "kind", "title", "text", "source_url", "source_date")


@admin.register(Demo, site=site)
class DemoAdmin(AboutCandidates):
    """Demos in all evaluations that the reader has a part in."""

    empty_text = "Demos are scheduled on the Demos page of an evaluation."
    list_display = ("title", "candidate", "scheduled_for", "held_at", "called_off_at")
    list_filter = (by("candidate"),)
    ordering = ("-scheduled_for",)
    fields = (
        "candidate",
        "title",
        "scheduled_for",
        "zone",
        "minutes",
        "held_at",
        "attendees",
        "called_off_at",
        "called_off_because",
    )

    def page_of(self, row: Demo) -> str:
        return reverse("admin:demo", args=[row.pk])


@admin.register(Trial, site=site)
class TrialAdmin(AboutCandidates):
    """Trials in all evaluations that the reader has a part in."""

    empty_text = "Trials are planned on the Trials page of an evaluation."
    list_display = ("title", "candidate", "starts_on", "ends_on", "lead", "closed_at")
    list_filter = (by("candidate"),)
    search_fields = ("title",)
    ordering = ("-starts_on",)
    fields = ("candidate", "title", "starts_on", "ends_on", "zone", "lead", "summary")

    def page_of(self, row: Trial) -> str:
        return reverse("admin:trial", args=[row.pk])


@admin.register(Milestone, site=site)
class MilestoneAdmin(HardenedAdmin):
    """Dated things to do."""

    empty_text = "Milestones are added on the Trials page of an evaluation."
    list_display = ("title", "evaluation", "due_at", "owner", "state")
    list_filter = (by("evaluation"), by("state"))
    search_fields = ("title",)
    ordering = ("due_at",)
    fields = ("evaluation", "title", "due_at", "zone", "owner", "state", "state_reason")

    def page_of(self, row: Milestone) -> str:
        """Its trial, or the evaluation's milestones."""
        if row.trial_id:
            return reverse("admin:trial", args=[row.trial_id]) + "#milestones"
        return page_address(row.evaluation, "trials", "milestones")


@admin.register(Gap, site=site)
class GapAdmin(AboutCandidates):
    """What trials found missing."""

    candidate_path = "trial__candidate"
    empty_text = "Gaps are recorded on the page of a trial."
    list_display = ("text", "trial", "severity", "found_on", "closed_at")
    list_filter = (by("severity"),)
    search_fields = ("text",)
    ordering = ("-found_on",)
    fields = ("trial", "severity", "text", "found_on", "workaround", "closing_note")

    def page_of(self, row: Gap) -> str:
        """The gap on its trial's page."""
        return reverse("admin:trial", args=[row.trial_id]) + f"#gap-{row.pk}"


@admin.register(Evidence, site=site)
class EvidenceAdmin(AboutCandidates):
    """Every verdict; a newer one is a new row."""

    candidate_path = "claim__candidate"
    empty_text = "Evidence is recorded in demos, in trials, or on the page of a cell."
    list_display = (
        "source",
        "verdict",
        "candidate",
        "claim",
        "runner",
        "data",
        "recorded_by",
        "recorded_at",
    )
    list_filter = (by("source"), by("verdict"), by("runner"), by("data"))
    search_fields = ("note",)
    ordering = ("-recorded_at",)
    fields = (
        *("claim", "source", "verdict", "runner", "data", "named_values"),
        *("note", "url", "recorded_by", "recorded_at"),
    )

    @admin.display(description="candidate")
    def candidate(self, row: Evidence) -> Candidate:
        """Whose claim was judged."""
        return row.claim.candidate

    def page_of(self, row: Evidence) -> str:
        """The ledger of its cell."""
        return cell_address(row.claim)


@admin.register(Score, site=site)
class ScoreAdmin(AboutCandidates):
    """That a score was given; which one stands on the evaluation's Scores page."""

    empty_text = (
        "You see your own scores, and the others' once yours are locked or the "
        "consensus is open."
    )
    list_display = ("candidate", "category", "sheet", "given_at")
    list_select_related = ("candidate__evaluation", "category", "sheet")
    list_filter = (by("candidate"),)
    ordering = ("-given_at",)
    fields = ("candidate", "category", "given_at")

    def page_of(self, row: Score) -> str:
        """The scores of its evaluation."""
        return page_address(row.candidate.evaluation, "scores")


# What is found of trials: the files that verdicts rest on, and those of things.


def proofs(reader: Reader) -> QuerySet[Evidence]:
    """Verdicts that have a file, of candidates whose words the reader may read."""
    rows: QuerySet[Evidence] = Evidence.objects.visible_to(reader.user)
    with_file = rows.exclude(file_name="")
    return readable(with_file, reader.user, "claim__candidate").select_related(
        "claim__candidate__evaluation", "claim__requirement"
    )


register_search(
    Search(
        kind="proofs",
        title="Files of evidence",
        order=80,
        icon="draft",
        rows=proofs,
        columns=("file_name",),
        closest="file_name",
        label=lambda row: row.file_name,
        address=lambda row: cell_address(row.claim),
        beneath=lambda row: (
            f"{row.get_source_display()} of {cell_name(row.claim)} · "
            f"{row.claim.candidate.evaluation}"
        ),
        evaluation_path="claim__candidate__evaluation",
    )
)


def attached(reader: Reader) -> QuerySet[AttachedFile]:
    """Files on things, of evaluations whose candidates the reader has answered for."""
    rows: QuerySet[AttachedFile] = AttachedFile.objects.visible_to(reader.user).kept()
    unasked = to_declare(reader.user).values_list("evaluation", flat=True)
    return rows.exclude(evaluation__in=list(unasked)).select_related("evaluation")


register_search(
    Search(
        kind="attached",
        title="Attached files",
        order=85,
        icon="attach_file",
        rows=attached,
        columns=("name",),
        closest="name",
        label=lambda row: row.name,
        address=lambda row: reverse("admin:attached_file", args=[row.pk]),
        beneath=lambda row: f"{row.about} · {row.evaluation}",
        evaluation_path="evaluation",
    )
)


# Gaps can be talked about by whom no interest bars.


def gaps_of(user: User) -> QuerySet[Gap]:
    """Gaps that `user` sees, where no interest bars them."""
    rows: QuerySet[Gap] = Gap.objects.visible_to(user)
    return rows.filter(
        where_unbarred(user, "trial__candidate__evaluation")
    ).select_related("requirement", "trial__candidate__evaluation__owner")


def about_gap(row: Gap, part: str) -> tuple[Evaluation, str, str] | None:
    """A gap has no parts."""
    candidate = row.trial.candidate
    page = f"{reverse('admin:trial', args=[row.trial_id])}#gap-{row.pk}"
    of = f"{row.requirement.ref}, " if row.requirement else ""
    name = f"Gap in the trial of {candidate} ({of}day {row.day_found})"
    return None if part else (candidate.evaluation, name, page)


register_topic(
    Topic(
        name="gap",
        noun="a gap",
        rows=gaps_of,
        people=unbarred,
        describe=about_gap,
        tab="trials",
        ask_before=open_answers,
        takes_files=True,
    )
)
