"""What candidates answered: as sent, as noted by the buyer, and by hand."""

import datetime
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from evaltracker.enumerations import Availability
from evaltracker.errors import Invalid, NotFound, why_not
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.policy import check_owned, is_owner
from evaltracker.pages.acts import address_of
from evaltracker.pages.base import by, check_query
from evaltracker.pages.fields import (
    LinesField,
    day_field,
    link_field,
    text_field,
    without_blank,
)
from evaltracker.pages.grid import Grid, GridColumn, Saves, register_grid
from evaltracker.pages.search import Search, SearchScope, register_search
from evaltracker.pages.site import site
from evaltracker.pages.tabs import waits_on
from evaltracker.pages.workspace import OnEvaluation, crumbs_to, evaluation_page, show
from evaltracker.toolbox.files import TYPES, attachment, download
from evaltracker.toolbox.text import shortened
from vendors.admin import base
from vendors.choices import AVAILABILITY_CHOICES
from vendors.claims import ClaimChange, days_moved
from vendors.differences import Pieces, word_difference
from vendors.fields import (
    EffortFormField,
    ForValuesForm,
    HoldsForCell,
    HoldsForFormField,
    NumberFormField,
    OwnAnswersField,
    joined,
    parted,
    word_of,
    write_effort,
    write_holds_for,
)
from vendors.models import Candidate, Claim, ClaimFile, Effort, Ruling, Submission
from vendors.policy import ANSWERED_BY_BUYER, NOTE_STAGES
from vendors.selectors.candidates import demanded_of, lists_of
from vendors.selectors.claims import (
    answering_of,
    current_efforts,
    is_answered_by_buyer,
    readable,
)
from vendors.selectors.dialogue import SentBy, SentClaim, sent_by_vendors, unseen_claims
from vendors.services.claims import ANSWER_FIELDS as WORDS
from vendors.services.claims import (
    answer_requirement,
    change_answer,
    check_withdraw_note,
    current_claim,
    note_claim,
    revoke_ruling,
    rule_not_applicable,
    withdraw_claim,
)
from vendors.services.dialogue import mark_seen
from vendors.services.drafts import answer_sheet


def answer_sheet_view(request: HttpRequest, candidate_id: uuid.UUID) -> HttpResponse:
    check_query(request)
    user = base.reader(request)
    candidate = base.find_candidate(user, candidate_id, invited_at__isnull=False)
    check_owned(candidate.evaluation, user)
    base.open_answers(request, candidate.evaluation)
    content = answer_sheet(candidate)
    return download(content, name="answers.xlsx", content_type=TYPES["xlsx"])


site.register_page(
    "candidates/<uuid:candidate_id>/answer-sheet/", answer_sheet_view, "answer_sheet"
)


def claim_file(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """The file as an attachment, never run; it was not scanned for viruses."""
    check_query(request)
    file = ClaimFile.objects.visible_to(base.reader(request)).filter(pk=file_id).first()
    if file is None:
        raise NotFound
    base.open_answers(request, file.claim.candidate.evaluation)
    return attachment(file.stored_as, name=file.name, content_type=file.content_type)


site.register_page("claim-files/<uuid:file_id>/", claim_file, "claim_file")


OFFERED = without_blank(
    AVAILABILITY_CHOICES, Availability.PARTIAL, Availability.WITHDRAWN
)


def find_own(user: User, key: uuid.UUID) -> Candidate:
    candidate = base.find_candidate(user, key)
    if not is_answered_by_buyer(candidate):
        raise NotFound
    return candidate


def answer_rows(candidate: Candidate, *, sealed: bool = False) -> QuerySet[Requirement]:
    """What is asked of it, by category, each with what stands as `standing`; nothing
    stands for whom answers are sealed from."""
    stands = Claim.objects.filter(
        candidate=candidate, superseded_at__isnull=True
    ).exclude(availability=Availability.WITHDRAWN)
    stands = stands.none() if sealed else stands
    keys = [row.pk for row in answering_of(candidate).asked]
    rows: QuerySet[Requirement] = Requirement.objects.filter(pk__in=keys)
    rows = rows.select_related("category").prefetch_related(
        Prefetch("claims", stands, to_attr="standing")
    )
    if candidate.evaluation.asks_effort:
        efforts = Effort.objects.filter(candidate=candidate, superseded_at=None)
        rows = rows.prefetch_related(
            Prefetch("efforts", efforts, to_attr="own_efforts")
        )
    return rows.order_by("category__position", "category__name", "position", "ref")


def claim_value(row: Requirement, name: str) -> Any:
    standing: list[Claim] = row.standing  # type: ignore[attr-defined]
    if standing:
        return getattr(standing[0], name)
    return ""


def holds_for_text(row: Requirement) -> str:
    return write_holds_for((claim_value(row, "holds_for") or {}).get("said"))


def effort_text(row: Requirement) -> str:
    effort = claim_value(row, "effort")
    return write_effort(effort and effort.said, word_of)


@register_grid
class OwnAnswersGrid(Grid[Candidate, Requirement]):
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

    def columns(self, subject: Candidate, user: User) -> Sequence[GridColumn]:
        saves = Saves(change_answer, "requirement", {"candidate": subject})
        closed = closed_for(subject, user)

        def made(name: str, label: str, field: forms.Field, **more: Any) -> GridColumn:
            more = {"read": lambda row: claim_value(row, name), **more}
            return GridColumn(name, label, field, saves, closed=closed, **more)

        columns = [
            GridColumn("ref", "Ref", aside=lambda row: row.get_priority_display()),
            GridColumn("text", "Requirement", width=24),
            GridColumn(
                "category", "Category", read=lambda row: str(row.category), width=14
            ),
            made(*("statement", "Answer", text_field(None, 4)), width=30),
            made(
                *("availability", "Availability", forms.ChoiceField(choices=OFFERED)),
                read=lambda row: (
                    claim_value(row, "availability") or Availability.UNSTATED
                ),
                width=12,
                for_many=True,
            ),
            made("available_from", "From", day_field("From", required=False), width=12),
        ]
        if lists_of(subject.evaluation):
            field = HoldsForCell(required=False)
            columns.append(
                made("holds_for", "Holds for", field, read=holds_for_text, width=16)
            )
        if subject.evaluation.asks_effort:
            effort_field = EffortFormField(required=False)
            columns.append(
                made("effort", "Effort", effort_field, read=effort_text, width=16)
            )
        link = made("evidence_url", "Evidence link", link_field(), width=12)
        return [*columns, link]

    def rows(self, subject: Candidate, user: User) -> QuerySet[Requirement]:
        return answer_rows(subject, sealed=base.is_kept_out(user, subject.evaluation))

    def name_of(self, row: Requirement) -> str:
        return row.ref

    def note(self, subject: Candidate, user: User) -> str:
        if base.is_kept_out(user, subject.evaluation):
            return ""
        answering = answering_of(subject)
        return f"{answering.answered} of {len(answering.asked)} answered"


def closed_for(candidate: Candidate, user: User) -> str:
    """Why the reader does not answer for it now; blank: they do."""
    return str(why_not(check_owned, candidate.evaluation, user, *NOTE_STAGES) or "")


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    place: base.CandidateRequirement
    claim: Claim | None

    @property
    def holds_for(self) -> str:
        return holds_for_text(self.place.requirement)

    @property
    def effort(self) -> str:
        return effort_text(self.place.requirement)

    @property
    def address(self) -> str:
        return address_of("answer-requirement", self.place)


def own_answers_view(request: HttpRequest, candidate_id: uuid.UUID) -> HttpResponse:
    check_query(request)
    user = base.reader(request)
    candidate = find_own(user, candidate_id)
    evaluation = candidate.evaluation
    base.open_answers(request, evaluation)
    there = reverse("admin:candidate", args=[candidate.pk])
    answering = answering_of(candidate)
    rows: Any = answer_rows(candidate)
    shown = [
        ClaimAnswer(
            base.CandidateRequirement(candidate, row), next(iter(row.standing), None)
        )
        for row in rows
    ]
    by_category = groupby(shown, lambda answer: str(answer.place.requirement.category))
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
        categories=[(name, list(answers)) for name, answers in by_category],
    )


site.register_page(
    "candidates/<uuid:candidate_id>/answers/", own_answers_view, "own_answers"
)


LABELS = {
    ClaimChange.NEW: ("New", "info"),
    ClaimChange.UPGRADED: ("Upgraded", "good"),
    ClaimChange.DOWNGRADED: ("Downgraded", "bad"),
    ClaimChange.RESTATED: ("Restated", "info"),
    ClaimChange.LATER: ("Date later", "bad"),
    ClaimChange.EARLIER: ("Date earlier", "good"),
    ClaimChange.WITHDRAWN: ("Withdrawn", "warn"),
    ClaimChange.CONFIRMED: ("Confirmed anew", "good"),
    ClaimChange.REWORDED: ("Reworded", ""),
}


@dataclass(frozen=True, slots=True)
class SentRow:
    newer: Claim
    former: Claim | None
    badges: list[tuple[str, str]]
    words: tuple[Pieces, Pieces]
    environments: tuple[Pieces, Pieces]
    values: tuple[Pieces, Pieces]
    number: tuple[Pieces, Pieces]
    link: tuple[Pieces, Pieces]

    @property
    def between(self) -> int:
        """How many revisions came and went unseen between the two."""
        if self.former:
            before = self.former.revision
        else:
            before = 0
        return self.newer.revision - before - 1


def sent_rows(claims: Iterable[SentClaim]) -> list[SentRow]:
    shown = list(claims)
    wanted = {claim.newer.id for claim in shown}
    wanted |= {claim.former.id for claim in shown if claim.former is not None}
    rows: Any = Claim.objects.select_related(
        "candidate", "requirement__category", "noted_by"
    )
    read: dict[Any, Claim] = rows.prefetch_related("files").in_bulk(wanted)
    return [
        _row(
            claim, read[claim.newer.id], read[claim.former.id] if claim.former else None
        )
        for claim in shown
    ]


def _row(claim: SentClaim, newer: Claim, former: Claim | None) -> SentRow:
    before = former or Claim()
    return SentRow(
        newer=newer,
        former=former,
        badges=[_badge(change, claim) for change in claim.changes],
        words=word_difference(before.statement, newer.statement),
        environments=word_difference(_listed(before), _listed(newer)),
        values=word_difference(_held(before), _held(newer)),
        number=word_difference(before.number_words, newer.number_words),
        link=word_difference(before.evidence_url, newer.evidence_url),
    )


def _held(claim: Claim) -> str:
    return write_holds_for(claim.holds_for and claim.holds_for["said"])


def _listed(claim: Claim) -> str:
    return ", ".join(claim.environments)


def _badge(change: ClaimChange, claim: SentClaim) -> tuple[str, str]:
    label, tone = LABELS[change]
    if change in (ClaimChange.LATER, ClaimChange.EARLIER):
        days = abs(days_moved(claim.former and claim.former.state, claim.newer.state))
        label = f"{days} day{'s' if days > 1 else ''} {change.value}"
    return label, tone


SHOWN = 60
FILTERS = ("show", "candidate", "availability", "all")


def has_begun(user: User, evaluation: Evaluation) -> bool:
    return (
        evaluation.stage != Stage.REQUIREMENTS
        or evaluation.claims_opened_at is not None
    )


@evaluation_page(
    "sent", "What vendors sent", order=47, group="Market", visible=has_begun
)
def sent_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """New and changed answers beside what they replace; reading it marks nothing."""
    check_query(request, filters={*FILTERS, "page"})
    user = base.open_answers(request, evaluation)
    everything = request.GET.get("all") == "1"
    parties = sent_by_vendors(user, evaluation, everything=everything)
    change, of = _chosen(request.GET, parties)
    availability = request.GET.get("availability", "")
    theirs = [party for party in parties if of is None or party is of]
    claims = [claim for sender in theirs for claim in sender.claims]
    counts = Counter(change for sender in theirs for change in sender.counts.elements())
    shown = _filtered(claims, change, availability)
    page = Paginator(shown, SHOWN).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    return show(
        request,
        evaluation,
        "vendors/sent.html",
        parties=parties,
        news=[party for party in parties if party.newest],
        quiet=[party for party in parties if not party.newest],
        of=of,
        change=change,
        everything=everything,
        total=len(claims),
        kinds=[
            (kind, LABELS[kind][0], counts[kind])
            for kind in ClaimChange
            if counts[kind]
        ],
        availability=availability,
        availabilities=_availabilities(claims),
        page=page,
        rows=sent_rows(page.object_list),
        query=query.urlencode(),
        here=request.get_full_path(),
    )


def _chosen(given: QueryDict, parties: list[SentBy]) -> tuple[str, SentBy | None]:
    change = given.get("show", "")
    key = given.get("candidate", "")
    by_key: dict[str, Any] = {str(party.candidate.pk): party for party in parties}
    availability = given.get("availability", "")
    if (
        (change and change not in LABELS)
        or (key and key not in by_key)
        or (availability and availability not in Availability)
    ):
        raise Invalid("There is no such filter here.")
    if given.get("all", "1") != "1":
        raise Invalid("“all” is 1 or left out.")
    return change, by_key.get(key)


def _availabilities(claims: Iterable[SentClaim]) -> list[tuple[str, str, int]]:
    counts = Counter(claim.newer.availability for claim in claims)
    return [
        (key, str(name), counts[key])
        for key, name in AVAILABILITY_CHOICES
        if counts[key]
    ]


def _filtered(
    claims: Iterable[SentClaim], change: str, availability: str
) -> list[SentClaim]:
    return [
        claim
        for claim in claims
        if (not change or change in claim.changes)
        and (not availability or claim.newer.availability == availability)
    ]


@waits_on("sent")
def unseen(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    if not (evaluation.is_open and is_owner(user, evaluation)):
        return None
    return unseen_claims(user, [evaluation])


ANSWER = ("availability", "available_from", "holds_for", "own_answers", "effort")


class NoteForm(forms.Form):
    availability = forms.ChoiceField(label="Availability", choices=OFFERED)
    available_from = day_field(
        "Available from", required=False, help_text="For planned, beta or on request."
    )
    environments = LinesField(label="Environments", help_text="One a line.")
    number = NumberFormField(
        label="Number", required=False, help_text="What is claimed, such as 12 ms."
    )
    statement = text_field("Statement", 5)
    evidence_url = link_field("Evidence link")

    def __init__(
        self, *args: Any, place: base.CandidateRequirement, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        candidate = place.candidate
        if place.requirement.measure:
            measure = place.requirement.measure_words
            self.fields["number"].help_text += f" Asked is {measure}."
        else:
            del self.fields["number"]
        if candidate.kind not in ANSWERED_BY_BUYER:
            # A status is the vendor's to give.
            del self.fields["availability"]
            del self.fields["available_from"]
        elif candidate.evaluation.asks_effort:
            self.fields["effort"] = EffortFormField(
                label="Effort",
                required=False,
                help_text="As in “out of the box” or “build, 5/10/20 days, buyer”: the "
                "lowest, likely and highest days.",
            )
        if lists := lists_of(candidate.evaluation):
            self.fields["holds_for"] = HoldsForFormField(
                lists=lists,
                label="Holds for",
                required=False,
                help_text="What you leave out is not answered. None ticked: a never is "
                "never for every value.",
            )
            if "availability" in self.fields:
                self.fields["own_answers"] = OwnAnswersField(
                    label="Values with another answer",
                    required=False,
                    help_text="As in “Sites: Rome = never; Languages: French = planned "
                    "2027-03-31”.",
                )
            self.order_fields(ANSWER)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        own_answers = data.pop("own_answers", [])
        if "availability" in data and "holds_for" in data:
            data["holds_for"] = joined(data["holds_for"], own_answers, data)
        return data


class NoteClaim(base.OnPlace):
    title = "Note a claim"
    verb = "Save the note"
    help = (
        "What you read or heard. Vendors answer for what you would buy. You answer "
        "for build, open source and staying as you are."
    )
    success = "The note is saved as a revision."
    form_class = NoteForm
    template = "vendors/place.html"
    service = note_claim
    form_about = "place"

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        claim = current_claim(target.candidate, target.requirement)
        if claim is None or claim.availability == Availability.WITHDRAWN:
            return {"availability": Availability.UNSTATED}
        texts = {field: getattr(claim, field) for field in WORDS}
        holds_for = claim.holds_for and claim.holds_for["said"]
        held, own_answers = parted(holds_for, texts)
        number = claim.number_words
        efforts = current_efforts([target.candidate])
        effort = efforts.get((target.candidate.pk, target.requirement.pk))
        return {
            **texts,
            "effort": write_effort(effort and effort.said, word_of),
            "number": number,
            "holds_for": held,
            "own_answers": own_answers,
        }


class AnswerRequirement(NoteClaim):
    tab = "candidates"
    title = "Answer"
    verb = "Save"
    help = (
        "You answer for this candidate, since nobody outside does. Must-haves come "
        "first; what you save leads to the next that waits."
    )
    success = "The answer is saved."
    template = "vendors/answering.html"
    service = answer_requirement

    def context(self, target: base.CandidateRequirement, user: User) -> dict[str, Any]:
        answering = answering_of(target.candidate)
        following = answering.after(target.requirement.pk)
        return {
            **super().context(target, user),
            "answering": answering,
            "following": following
            and base.CandidateRequirement(target.candidate, following),
        }

    def cancel_url(self, target: base.CandidateRequirement) -> str:
        page = reverse("admin:candidate", args=[target.candidate.pk])
        return f"{page}#requirement-{target.requirement.pk}"

    def destination(self, target: base.CandidateRequirement, made: Any) -> str:
        following = answering_of(target.candidate).after(target.requirement.pk)
        if following is None:
            return self.cancel_url(target)
        return address_of(
            self.name, base.CandidateRequirement(target.candidate, following)
        )


class WithdrawNote(base.OnPlace):
    title = "Withdraw the note"
    verb = "Withdraw"
    help = "A revision that says “withdrawn”; history stays."
    success = "The note is withdrawn."
    template = "vendors/place.html"
    service = withdraw_claim
    rule = check_withdraw_note


class RuleOutForm(ForValuesForm, base.OpenReasonForm):
    pass


class RuleNotApplicable(base.OnPlace):
    title = "Rule not applicable"
    verb = "Rule not applicable"
    help = "It leaves the count for this candidate: neither earned nor missed."
    success = "Ruled not applicable. It no longer counts for this candidate."
    form_class = RuleOutForm
    template = "vendors/place.html"
    service = rule_not_applicable

    def form_kwargs(
        self, target: base.CandidateRequirement, user: User
    ) -> dict[str, Any]:
        return {"lists": demanded_of(target.requirement)}


class RevokeRuling(base.AboutCandidate[Ruling]):
    title = "Apply it after all"
    verb = "Apply it again"
    success = "It counts again."
    model = Ruling
    target_name = "ruling"
    service = revoke_ruling
    related = ("candidate__evaluation__owner", "requirement")
    form_class = base.OpenReasonForm
    tab = "matrix"
    heading_format = "{title}: {target.candidate}, {target.requirement}"


class MomentsField(forms.Field):
    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> dict[uuid.UUID, datetime.datetime]:
        """From “<id> <moment>”, as the page wrote it."""
        super().clean(value)
        moments = {}
        for pair in value:
            key, _, moment = str(pair).partition(" ")
            try:
                moments[uuid.UUID(key)] = datetime.datetime.fromisoformat(moment)
            except ValueError as error:
                raise forms.ValidationError("Load the page again.") from error
            if moments[uuid.UUID(key)].tzinfo is None:
                raise forms.ValidationError("Load the page again.")
        return moments


class SeenClaimForm(forms.Form):
    until = MomentsField(error_messages={"required": "There is nothing to mark."})


class MarkSeen(OnEvaluation):
    title = "Mark as seen"
    verb = "Mark as seen"
    help = (
        "Marks answers as read, for you alone. Later changes show as new, beside "
        "what you had read. Nobody else sees your mark."
    )
    success = "Marked as seen."
    form_class = SeenClaimForm
    tab = "sent"
    service = mark_seen

    def allowed(self, user: User, target: Any) -> bool:
        return True

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        parties = sent_by_vendors(user, target)
        return {
            "until": [
                f"{party.candidate.pk} {party.newest.isoformat()}"
                for party in parties
                if party.newest
            ]
        }


@admin.register(Claim, site=site)
class ClaimAdmin(base.AboutCandidates):
    empty_text = "No vendor has answered yet. Invite them and open answering."
    list_display = (
        "requirement",
        "candidate",
        "availability",
        "revision",
        "by_vendor",
        "submitted_at",
    )
    list_filter = (by("availability"), by("candidate"), by("by_vendor", "by vendor"))
    search_fields = ("statement",)
    ordering = ("-submitted_at",)
    fields = (
        "candidate",
        "requirement",
        "revision",
        "availability",
        "available_from",
        "environments",
        "number_words",
        "statement",
        "submitted_at",
        "superseded_at",
    )

    @admin.display(description="number")
    def number_words(self, row: Claim) -> str:
        return row.number_words

    def page_of(self, row: Claim) -> str:
        return base.cell_address(row)


@admin.register(Submission, site=site)
class SubmissionAdmin(base.AboutCandidates):
    empty_text = "A vendor that hands in its answer gets a receipt."
    list_display = ("number", "candidate", "claims", "submitted_at", "submitted_by")
    list_filter = (by("candidate"),)
    ordering = ("-submitted_at",)
    fields = ("candidate", "number", "submitted_at", "submitted_by", "claims", "sha256")


def answers(reader: SearchScope) -> QuerySet[Claim]:
    rows: QuerySet[Claim] = Claim.objects.visible_to(reader.user)
    current = rows.filter(superseded_at__isnull=True)
    return readable(current, reader.user, "candidate").select_related(
        "candidate__evaluation", "requirement"
    )


def files(reader: SearchScope) -> QuerySet[ClaimFile]:
    rows: QuerySet[ClaimFile] = ClaimFile.objects.visible_to(reader.user)
    return readable(rows, reader.user, "claim__candidate").select_related(
        "claim__candidate__evaluation", "claim__requirement"
    )


register_search(
    Search(
        kind="answers",
        title="Answers",
        order=60,
        icon="campaign",
        rows=answers,
        columns=("statement",),
        closest="statement",
        label=lambda row: f"{base.cell_name(row)}: {shortened(row.statement, 70)}",
        address=base.cell_address,
        beneath=lambda row: (
            f"{row.get_availability_display()} · {row.candidate.evaluation}"
        ),
        evaluation_path="candidate__evaluation",
    )
)


register_search(
    Search(
        kind="files",
        title="Files from vendors",
        order=70,
        icon="attach_file",
        rows=files,
        columns=("name",),
        closest="name",
        label=lambda row: row.name,
        address=lambda row: base.cell_address(row.claim),
        beneath=lambda row: (
            f"With the answer of {base.cell_name(row.claim)} · "
            f"{row.claim.candidate.evaluation}"
        ),
        evaluation_path="claim__candidate__evaluation",
    )
)
