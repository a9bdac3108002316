"""A page for each candidate that the buyer answers for, saved row by row in place."""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from evaltracker.errors import Forbidden, Invalid, NotFound, why_not
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.policy import check_owned, is_owner
from evaltracker.pages.acts import address_of
from evaltracker.pages.base import check_query
from evaltracker.pages.fields import day_field, link_field, long_text, without_blank
from evaltracker.pages.grid import Column, Grid, Saves, register_grid
from evaltracker.pages.site import site
from evaltracker.pages.tabs import waits_on
from evaltracker.pages.workspace import crumbs_to, evaluation_page, show
from evaltracker.toolbox.files import TYPES, attachment, download
from vendors.admin import access as access
from vendors.admin.base import Place
from vendors.admin.conflict_question import is_kept_out, open_answers, reader
from vendors.admin.vendor_access import BAD, WARN, Look, steps_of
from vendors.candidates import Change, days_moved
from vendors.choices import Availability
from vendors.differences import Pieces, word_difference
from vendors.holds_for_fields import HoldsForCell, write_holds_for
from vendors.models import Candidate, Claim, ClaimFile
from vendors.policy import NOTE_STAGES
from vendors.selectors.access import SentBy, SentClaim, sent_by_vendors, unseen_claims
from vendors.selectors.candidates import lists_of
from vendors.selectors.vendor_answers import answering_of, is_answered_by_buyer
from vendors.services.mailed_sheets import change_answer
from vendors.services.sheets import answer_sheet

# The answer sheet of a candidate, for its owner to hand out.


def answer_sheet_view(request: HttpRequest, candidate_id: uuid.UUID) -> HttpResponse:
    """The same file as the vendor's own, with what it has said so far."""
    check_query(request)
    user = reader(request)
    rows = Candidate.objects.visible_to(user).select_related("evaluation__owner")
    candidate = rows.filter(pk=candidate_id, invited_at__isnull=False).first()
    if candidate is None:
        raise NotFound
    check_owned(candidate.evaluation, user)
    open_answers(request, candidate.evaluation)
    content = answer_sheet(candidate)
    return download(content, name="answers.xlsx", content_type=TYPES["xlsx"])


site.register_page(
    "candidates/<uuid:candidate_id>/answer-sheet/", answer_sheet_view, "answer_sheet"
)


# Files that vendors attach as proof, handed out to those who may see the claim.


def claim_file(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """The file as an attachment, never run; it was not scanned for viruses."""
    check_query(request)
    found = ClaimFile.objects.visible_to(reader(request)).filter(pk=file_id).first()
    if found is None:
        raise NotFound
    open_answers(request, found.claim.candidate.evaluation)
    download: Any = attachment(
        found.stored_as, name=found.name, content_type=found.content_type
    )
    answer: HttpResponse = download
    return answer


site.register_page("claim-files/<uuid:file_id>/", claim_file, "claim_file")


OFFERED = without_blank(
    Availability.choices, Availability.PARTIAL, Availability.WITHDRAWN
)


def find_own(user: User, key: uuid.UUID) -> Candidate:
    """The candidate of that id, if the buyer answers for it and `user` may see it.

    Raises:
        NotFound: it is not there for them, or its vendor answers.

    """
    rows = Candidate.objects.visible_to(user).select_related("evaluation__owner")
    found = rows.filter(pk=key).first()
    if found is None or not is_answered_by_buyer(found):
        raise NotFound
    return found


def answer_rows(candidate: Candidate, *, sealed: bool = False) -> QuerySet[Requirement]:
    """What is asked of it, by category, each with what stands as `standing`; nothing
    stands for whom answers are sealed from."""
    stands = Claim.objects.filter(
        candidate=candidate, superseded_at__isnull=True
    ).exclude(availability=Availability.WITHDRAWN)
    stands = stands.none() if sealed else stands
    asked = [row.pk for row in answering_of(candidate).asked]
    rows: QuerySet[Requirement] = Requirement.objects.filter(pk__in=asked)
    rows = rows.select_related("category").prefetch_related(
        Prefetch("claims", stands, to_attr="standing")
    )
    return rows.order_by("category__position", "category__name", "position", "ref")


def said_in(row: Requirement, name: str) -> Any:
    """What the answer says; blank without one."""
    standing: list[Claim] = row.standing  # type: ignore[attr-defined]
    return getattr(standing[0], name) if standing else ""


def holds_in(row: Requirement) -> str:
    """The values of the brief's lists that the answer holds for, as text."""
    return write_holds_for((said_in(row, "holds_for") or {}).get("said"))


@register_grid
class OwnAnswersGrid(Grid[Candidate, Requirement]):
    """The buyer's answers for a candidate that has nobody else to ask."""

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

    def columns(self, subject: Candidate, user: User) -> Sequence[Column]:
        """The answer first; its status cannot stand without one."""
        saves = Saves(change_answer, "requirement", {"candidate": subject})
        closed = closed_for(subject, user)

        def made(name: str, label: str, field: forms.Field, **more: Any) -> Column:
            more = {"read": lambda row: said_in(row, name), **more}
            return Column(name, label, field, saves, closed=closed, **more)

        columns = [
            Column("ref", "Ref", aside=lambda row: row.get_priority_display()),
            Column("text", "Requirement", width=24),
            Column(
                "category", "Category", read=lambda row: str(row.category), width=14
            ),
            made(
                *("statement", "Answer", forms.CharField(widget=long_text())), width=30
            ),
            made(
                *("availability", "Availability", forms.ChoiceField(choices=OFFERED)),
                read=lambda row: said_in(row, "availability") or Availability.UNSTATED,
                width=12,
                for_many=True,
            ),
            made("available_from", "From", day_field("From", required=False), width=12),
        ]
        if lists_of(subject.evaluation):
            field = HoldsForCell(required=False)
            columns.append(
                made("holds_for", "Holds for", field, read=holds_in, width=16)
            )
        link = made("evidence_url", "Evidence link", link_field(), width=12)
        return [*columns, link]

    def rows(self, subject: Candidate, user: User) -> QuerySet[Requirement]:
        """What is asked; answers once the reader may read them."""
        return answer_rows(subject, sealed=is_kept_out(user, subject.evaluation))

    def name_of(self, row: Requirement) -> str:
        return row.ref

    def note(self, subject: Candidate, user: User) -> str:
        """How far it is."""
        if is_kept_out(user, subject.evaluation):
            return ""
        found = answering_of(subject)
        return f"{found.answered} of {len(found.asked)} answered"


def closed_for(candidate: Candidate, user: User) -> str:
    """Why the reader does not answer for it now; blank: they do."""
    return str(why_not(check_owned, candidate.evaluation, user, *NOTE_STAGES) or "")


@dataclass(frozen=True, slots=True)
class Answer:
    """A requirement with what the buyer answered, as the page shows it."""

    place: Place
    claim: Claim | None

    @property
    def holds_for(self) -> str:
        """The values of the brief's lists that it holds for, as text."""
        return holds_in(self.place.requirement)

    @property
    def address(self) -> str:
        """Where its form stands."""
        return address_of("answer-requirement", self.place)


def by_category(
    candidate: Candidate, rows: Iterable[Requirement]
) -> list[tuple[str, list[Answer]]]:
    """The answers of each category."""
    return [
        (
            name,
            [
                Answer(Place(candidate, row), next(iter(row.standing), None))  # type: ignore[attr-defined]
                for row in of_category
            ],
        )
        for name, of_category in groupby(rows, lambda row: str(row.category))
    ]


def own_answers_view(request: HttpRequest, candidate_id: uuid.UUID) -> HttpResponse:
    """What is asked, by category, and what the buyer answered."""
    check_query(request)
    user = reader(request)
    candidate = find_own(user, candidate_id)
    evaluation = candidate.evaluation
    open_answers(request, evaluation)
    there = reverse("admin:candidate", args=[candidate.pk])
    answering = answering_of(candidate)
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
        categories=by_category(candidate, answer_rows(candidate)),
    )


site.register_page(
    "candidates/<uuid:candidate_id>/answers/", own_answers_view, "own_answers"
)


# A changed claim as the page shows it: what stood before and what stands now.

LABELS = {
    Change.NEW: ("New", "info"),
    Change.UPGRADED: ("Upgraded", "good"),
    Change.DOWNGRADED: ("Downgraded", "bad"),
    Change.RESTATED: ("Restated", "info"),
    Change.LATER: ("Date later", "bad"),
    Change.EARLIER: ("Date earlier", "good"),
    Change.WITHDRAWN: ("Withdrawn", "warn"),
    Change.CONFIRMED: ("Confirmed anew", "good"),
    Change.REWORDED: ("Reworded", ""),
}


@dataclass(frozen=True, slots=True)
class SentRow:
    """One claim, side by side with what it replaces."""

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
        before = self.former.revision if self.former else 0
        return self.newer.revision - before - 1


def sent_rows(claims: Iterable[SentClaim]) -> list[SentRow]:
    """The claims with their words, in two queries however many."""
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
    """For which values of the brief's lists it holds, as it was said."""
    return write_holds_for(claim.holds_for and claim.holds_for["said"])


def _listed(claim: Claim) -> str:
    return ", ".join(claim.environments)


def _badge(change: Change, claim: SentClaim) -> tuple[str, str]:
    """In words; a date says by how much."""
    label, tone = LABELS[change]
    if change in (Change.LATER, Change.EARLIER):
        days = abs(days_moved(claim.former and claim.former.said, claim.newer.said))
        label = f"{days} day{'s' if days > 1 else ''} {change.value}"
    return label, tone


# What vendors sent since the reader last looked, side by side with what was.

SHOWN = 60
FILTERS = ("show", "candidate", "availability", "all")


def has_begun(user: User, evaluation: Evaluation) -> bool:
    """Vendors send nothing before claims are opened."""
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
    user = reader(request)
    open_answers(request, evaluation)
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
        title="What vendors sent",
        tab="sent",
        parties=parties,
        news=[party for party in parties if party.newest],
        quiet=[party for party in parties if not party.newest],
        of=of,
        change=change,
        everything=everything,
        total=len(claims),
        kinds=[
            (kind, LABELS[kind][0], counts[kind]) for kind in Change if counts[kind]
        ],
        availability=availability,
        availabilities=_availabilities(claims),
        page=page,
        rows=sent_rows(page.object_list),
        query=query.urlencode(),
        begun=has_begun(user, evaluation),
        here=request.get_full_path(),
    )


def _chosen(given: QueryDict, parties: list[SentBy]) -> tuple[str, SentBy | None]:
    """What the reader narrows the page to.

    Raises:
        Invalid: there is no such change, or no such candidate here.

    """
    change, key = given.get("show", ""), given.get("candidate", "")
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
    """What these claims say, each with how many do."""
    counts = Counter(claim.newer.availability for claim in claims)
    return [
        (key, name, counts[key]) for key, name in Availability.choices if counts[key]
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
    """Claims that are new to whoever runs the evaluation."""
    if not (evaluation.is_open and is_owner(user, evaluation)):
        return None
    return unseen_claims(user, [evaluation])


# The page of one candidate that says why its vendor cannot get in.


def way_in(request: HttpRequest, candidate_id: uuid.UUID) -> HttpResponse:
    """Every step of a vendor's way in; for the owner, and for operators to read.

    Raises:
        Forbidden: it speaks of tokens and of addresses of callers.

    """
    check_query(request, filters={"try"})
    user = reader(request)
    candidate = (
        Candidate.objects.visible_to(user)
        .select_related("evaluation__owner", "vendor")
        .filter(pk=candidate_id)
        .first()
    )
    if candidate is None:
        raise NotFound
    evaluation = candidate.evaluation
    owns = is_owner(user, evaluation)
    if not (owns or user.is_superuser):
        raise Forbidden("Only the owner and operators look into how vendors get in.")
    here = reverse("admin:way_in", args=[candidate.pk])
    steps = steps_of(Look(candidate, tries="try" in request.GET, here=here))
    return show(
        request,
        evaluation,
        "vendors/way_in.html",
        title=f"Can the vendor get in? {candidate}",
        tab="invitations",
        crumbs=crumbs_to(
            evaluation, ("Invitations", "invitations"), (str(candidate), "")
        ),
        candidate=candidate,
        steps=steps,
        first=next((step for step in steps if step.tone == BAD), None),
        doubtful=[step for step in steps if step.tone == WARN],
        owns=owns,
        here=here,
    )


site.register_page("candidates/<uuid:candidate_id>/way-in/", way_in, "way_in")
