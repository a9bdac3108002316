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
    PortableTable,
    leave_out,
    register_part,
)
from vendors import models
from vendors.answers import is_kept_form
from vendors.policy import may_see_prices
from vendors.selectors.costs import may_see_quotes


def companies(evaluation: Evaluation) -> QuerySet[models.Vendor]:
    behind = models.Candidate.objects.filter(
        evaluation=evaluation, vendor__isnull=False
    )
    vendors: QuerySet[models.Vendor] = models.Vendor.objects.filter(
        pk__in=behind.values("vendor")
    )
    return vendors


def known_companies(rows: list[dict[str, Any]]) -> dict[str, Any]:
    names = {row["name"]: row["slug"] for row in rows}
    here = {
        vendor.name: vendor for vendor in models.Vendor.objects.filter(name__in=names)
    }
    slugs = {
        vendor.slug: vendor
        for vendor in models.Vendor.objects.filter(slug__in=names.values())
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
    there = models.Quote.objects.filter(candidate__evaluation=evaluation)
    return not is_owner(user, evaluation) or there.exists()


def owners_alone(user: User, evaluation: Evaluation) -> bool:
    return not is_owner(user, evaluation)


def own_conflicts(
    user: User, rows: QuerySet[models.Conflict]
) -> QuerySet[models.Conflict]:
    return rows.filter(person=user) | rows.filter(candidate__evaluation__owner=user)


def of_owner(user: User, rows: QuerySet[models.Asking]) -> QuerySet[models.Asking]:
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
    PortableTable(
        name="vendors",
        model=models.Vendor,
        order=("slug",),
        key="slug",
        without={"id": "A company belongs to no evaluation; its slug names it."},
        shared=companies,
        known=known_companies,
    ),
    PortableTable(name="candidates", model=models.Candidate, order=("name",)),
    PortableTable(
        name="rulings", model=models.Ruling, order=("candidate", "requirement")
    ),
    PortableTable(
        name="claims",
        model=models.Claim,
        order=("candidate", "requirement", "revision"),
    ),
    PortableTable(
        name="efforts",
        model=models.Effort,
        order=("candidate", "requirement", "by_vendor", "revision"),
        optional=True,
    ),
    PortableTable(
        name="claim_files",
        model=models.ClaimFile,
        order=("uploaded_at",),
        stored=("stored_as", "sha256"),
    ),
    PortableTable(name="submissions", model=models.Submission, order=("submitted_at",)),
    PortableTable(
        name="support_statements",
        model=models.SupportStatement,
        order=("candidate", "revision"),
        optional=True,
    ),
    PortableTable(
        name="mailed_sheets", model=models.MailedSheet, order=("uploaded_at", "id")
    ),
    PortableTable(name="questions", model=models.Question, order=("asked_at",)),
    PortableTable(
        name="askings",
        model=models.Asking,
        order=("question",),
        sealed=owners_alone,
        narrow=of_owner,
    ),
    PortableTable(
        name="about", model=models.AboutRevision, order=("revision",), optional=True
    ),
    PortableTable(
        name="documents", model=models.PublishedDocument, order=("published_at",)
    ),
    PortableTable(
        name="document_replies",
        model=models.DocumentReply,
        order=("made_at",),
        optional=True,
        without={"address": "Of a vendor's people; for the owner's page here."},
    ),
    PortableTable(name="proposals", model=models.Proposal, order=("proposed_at",)),
    PortableTable(
        name="price_items",
        model=models.PriceItem,
        order=("position", "part"),
        optional=True,
    ),
    PortableTable(
        name="cost_lines",
        model=models.CostLine,
        order=("candidate", "kind", "label"),
        sealed=lambda user, evaluation: not may_see_prices(user, evaluation),
    ),
    PortableTable(
        name="quotes",
        model=models.Quote,
        order=("candidate", "revision"),
        optional=True,
        sealed=shuts_quotes,
    ),
    PortableTable(
        name="price_openings", model=models.PriceOpening, order=("asked_at",)
    ),
    PortableTable(
        name="exchange_rates", model=models.ExchangeRate, order=("currency",)
    ),
    PortableTable(
        name="conflicts",
        model=models.Conflict,
        order=("declared_at",),
        sealed=owners_alone,
        narrow=own_conflicts,
    ),
):
    register_part(part)

leave_out(
    models.Contact, "People outside are asked by who knows them; a vendor's, not ours."
)
leave_out(models.VendorToken, "A secret.")
leave_out(models.RefusedCall, "It is about this installation.")
leave_out(models.AnswerDraft, "What a vendor types is its own until it hands in.")
leave_out(models.DraftFile, "What a vendor attaches is its own until it hands in.")
leave_out(models.ContactRequest, "It asks for a way into this installation.")
leave_out(models.InvitationLink, "A way into this installation.")
leave_out(models.QuoteReader, "Addresses of a vendor's people, for its pages here.")
leave_out(models.QuoteRead, "It is about visits to this installation.")
leave_out(models.SignInCode, "A way into this installation.")
leave_out(models.VendorSession, "A way into this installation.")
leave_out(models.IdempotencyRecord, "It is about calls to this installation.")
leave_out(models.LastSeen, "A reader's own bookmark.")
leave_out(models.VendorEvent, "They are copied from the journal, which travels.")
leave_out(models.StatusWord, "It is about spreadsheets that were read here.")
