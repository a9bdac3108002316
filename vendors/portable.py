"""The tables of vendors that travel with an evaluation, and which are sealed."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.portable.reading import invalid
from evaltracker.portable.registry import (
    CHECKS,
    Document,
    Part,
    leave_out,
    register_part,
)
from vendors.answers import is_kept_form
from vendors.models import (
    AboutRevision,
    AnswerDraft,
    Asking,
    Candidate,
    Claim,
    ClaimFile,
    Conflict,
    Contact,
    ContactRequest,
    CostLine,
    DocumentReply,
    DraftFile,
    Effort,
    ExchangeRate,
    IdempotencyRecord,
    InvitationLink,
    LastSeen,
    MailedSheet,
    PriceItem,
    PriceOpening,
    Proposal,
    PublishedDocument,
    Question,
    Quote,
    QuoteRead,
    QuoteReader,
    RefusedCall,
    Ruling,
    SignInCode,
    StatusWord,
    Submission,
    SupportStatement,
    Vendor,
    VendorSession,
    VendorToken,
)
from vendors.policy import may_see_prices
from vendors.selectors.costs import may_see_quotes


def companies(evaluation: Evaluation) -> QuerySet[Vendor]:
    behind = Candidate.objects.filter(evaluation=evaluation, vendor__isnull=False)
    vendors: QuerySet[Vendor] = Vendor.objects.filter(pk__in=behind.values("vendor"))
    return vendors


def known_companies(rows: list[dict[str, Any]]) -> dict[str, Any]:
    names = {row["name"]: row["slug"] for row in rows}
    here = {vendor.name: vendor for vendor in Vendor.objects.filter(name__in=names)}
    slugs = {
        vendor.slug: vendor for vendor in Vendor.objects.filter(slug__in=names.values())
    }
    for at, row in enumerate(rows):
        other = slugs.get(row["slug"])
        if row["name"] not in here and other is not None:
            sentence = f"It is the name of another company here, “{other.name}”."
            raise invalid([(f"/vendors/{at}/slug", sentence)])
    return {names[name]: vendor for name, vendor in here.items()}


def shuts_quotes(user: User, evaluation: Evaluation) -> bool:
    """Until prices are open, for the owner too unless quotes are open to them; the
    owner knows whether there are any."""
    if may_see_quotes(user, evaluation):
        return False
    there = Quote.objects.filter(candidate__evaluation=evaluation)
    return not is_owner(user, evaluation) or there.exists()


def owners_alone(user: User, evaluation: Evaluation) -> bool:
    return not is_owner(user, evaluation)


def own(user: User, rows: QuerySet[Conflict]) -> QuerySet[Conflict]:
    return rows.filter(person=user) | rows.filter(candidate__evaluation__owner=user)


def of_owner(user: User, rows: QuerySet[Asking]) -> QuerySet[Asking]:
    return rows.filter(candidate__evaluation__owner=user)


@CHECKS.add
def answers_hold_for_values(document: Document) -> Iterator[tuple[str, str]]:
    """What an answer means for each value is an availability, and a date or none."""
    for at, claim in enumerate(document["claims"]):
        if claim.get("holds_for") is not None and not is_kept_form(claim["holds_for"]):
            yield (
                f"/claims/{at}/holds_for",
                "It has to hold “said”, and “means” by list and value.",
            )


for part in (
    Part(
        name="vendors",
        model=Vendor,
        order=("slug",),
        key="slug",
        without={"id": "A company belongs to no evaluation; its slug names it."},
        shared=companies,
        known=known_companies,
    ),
    Part(name="candidates", model=Candidate, order=("name",)),
    Part(name="rulings", model=Ruling, order=("candidate", "requirement")),
    Part(name="claims", model=Claim, order=("candidate", "requirement", "revision")),
    Part(
        name="efforts",
        model=Effort,
        order=("candidate", "requirement", "by_vendor", "revision"),
        optional=True,
    ),
    Part(
        name="claim_files",
        model=ClaimFile,
        order=("uploaded_at",),
        stored=("stored_as", "sha256"),
    ),
    Part(name="submissions", model=Submission, order=("submitted_at",)),
    Part(
        name="support_statements",
        model=SupportStatement,
        order=("candidate", "revision"),
        optional=True,
    ),
    Part(name="mailed_sheets", model=MailedSheet, order=("uploaded_at", "id")),
    Part(name="questions", model=Question, order=("asked_at",)),
    Part(
        name="askings",
        model=Asking,
        order=("question",),
        sealed=owners_alone,
        narrow=of_owner,
    ),
    Part(name="about", model=AboutRevision, order=("revision",), optional=True),
    Part(name="documents", model=PublishedDocument, order=("published_at",)),
    Part(
        name="document_replies",
        model=DocumentReply,
        order=("made_at",),
        optional=True,
        without={"address": "Of a vendor's people; for the owner's page here."},
    ),
    Part(name="proposals", model=Proposal, order=("proposed_at",)),
    Part(
        name="price_items", model=PriceItem, order=("position", "part"), optional=True
    ),
    Part(
        name="cost_lines",
        model=CostLine,
        order=("candidate", "kind", "label"),
        sealed=lambda user, evaluation: not may_see_prices(user, evaluation),
    ),
    Part(
        name="quotes",
        model=Quote,
        order=("candidate", "revision"),
        optional=True,
        sealed=shuts_quotes,
    ),
    Part(name="price_openings", model=PriceOpening, order=("asked_at",)),
    Part(name="exchange_rates", model=ExchangeRate, order=("currency",)),
    Part(
        name="conflicts",
        model=Conflict,
        order=("declared_at",),
        sealed=owners_alone,
        narrow=own,
    ),
):
    register_part(part)

leave_out(Contact, "People outside are asked by who knows them; a vendor's, not ours.")
leave_out(VendorToken, "A secret.")
leave_out(RefusedCall, "It is about this installation.")
leave_out(AnswerDraft, "What a vendor types is its own until it hands in.")
leave_out(DraftFile, "What a vendor attaches is its own until it hands in.")
leave_out(ContactRequest, "It asks for a way into this installation.")
leave_out(InvitationLink, "A way into this installation.")
leave_out(QuoteReader, "Addresses of a vendor's people, for its pages here.")
leave_out(QuoteRead, "It is about visits to this installation.")
leave_out(SignInCode, "A way into this installation.")
leave_out(VendorSession, "A way into this installation.")
leave_out(IdempotencyRecord, "It is about calls to this installation.")
leave_out(LastSeen, "A reader's own bookmark.")
leave_out(StatusWord, "It is about spreadsheets that were read here.")
