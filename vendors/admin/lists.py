"""The lists of vendors, read-only and scoped. No amount, no digest is a column."""

from django.contrib import admin
from django.urls import reverse

from evaltracker.evaluations.models import User
from evaltracker.pages.base import HardenedAdmin
from evaltracker.pages.filters import by
from evaltracker.pages.site import site
from evaltracker.pages.workspace import page_address
from vendors.admin.conflict_question import AboutCandidates
from vendors.admin.targets import cell_address
from vendors.columns import LISTED
from vendors.models import (
    Candidate,
    Claim,
    Contact,
    CostLine,
    Proposal,
    Question,
    Submission,
    Vendor,
    VendorToken,
)
from vendors.policy import may_keep_vendors


@admin.register(Vendor, site=site)
class VendorAdmin(HardenedAdmin):
    """Companies that stand behind candidates."""

    empty_text = "A company is entered when a candidate is added in an evaluation."
    list_display = ("name", "website", "slug")
    search_fields = ("name",)
    fields = ("name", "slug", "aliases", "website")


@admin.register(Contact, site=site)
class ContactAdmin(HardenedAdmin):
    """People at vendors, who get their mail."""

    empty_text = "Contacts are added on the Candidates page of an evaluation."
    list_display = ("name", "vendor", "email", "phone")
    list_filter = (by("vendor"),)
    search_fields = ("name", "email")
    fields = ("vendor", "name", "email", "phone")

    def audience(self, user: User) -> bool:
        """Who writes to them: people who run evaluations, and operators."""
        return may_keep_vendors(user)


@admin.register(VendorToken, site=site)
class VendorTokenAdmin(HardenedAdmin):
    """Keys to the vendor API, told by their prefixes; for those who hand them out."""

    empty_text = "Tokens are issued on the Candidates page of an evaluation."
    list_display = (
        "prefix",
        "vendor",
        "label",
        "issued_at",
        "expires_at",
        "revoked_at",
        "last_used_on",
    )
    list_filter = (by("vendor"),)
    fields = (
        "vendor",
        "prefix",
        "label",
        "issued_at",
        "expires_at",
        "revoked_at",
        "last_used_on",
    )

    def audience(self, user: User) -> bool:
        return may_keep_vendors(user)


@admin.register(Candidate, site=site)
class CandidateAdmin(HardenedAdmin):
    """Options in all evaluations that the reader has a part in."""

    empty_text = "Candidates are added on the Candidates page of an evaluation."
    list_display = ("name", "evaluation", "kind", "state", "vendor", "invited_at")
    list_filter = (by("evaluation"), by("state"), by("kind"))
    search_fields = ("name",)
    fields = (
        "evaluation",
        "name",
        "kind",
        "vendor",
        "state",
        "state_reason",
        *(column.name for column in LISTED),
    )

    def page_of(self, row: Candidate) -> str:
        """The candidate's own page."""
        return reverse("admin:candidate", args=[row.pk])


@admin.register(Claim, site=site)
class ClaimAdmin(AboutCandidates):
    """Every revision of every claim."""

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
        """What it claims for the requirement's measure."""
        return row.number_words

    def page_of(self, row: Claim) -> str:
        """The ledger of its cell."""
        return cell_address(row)


@admin.register(Submission, site=site)
class SubmissionAdmin(AboutCandidates):
    """What vendors handed in, with their receipts."""

    empty_text = "A vendor hands its answer in through the API and gets a receipt."
    list_display = ("number", "candidate", "claims", "submitted_at", "submitted_by")
    list_filter = (by("candidate"),)
    ordering = ("-submitted_at",)
    fields = (
        "candidate",
        "number",
        "submitted_at",
        "submitted_by",
        "claims",
        "sha256",
    )


@admin.register(Question, site=site)
class QuestionAdmin(HardenedAdmin):
    """What was asked; the answers are for all invited vendors."""

    empty_text = "Nobody has asked anything."
    list_display = ("text", "evaluation", "requirement", "asked_at", "answered_at")
    list_filter = (by("evaluation"),)
    search_fields = ("text", "answer")
    ordering = ("-asked_at",)
    fields = ("evaluation", "requirement", "text", "asked_at", "answer", "answered_at")

    def page_of(self, row: Question) -> str:
        """The questions of its evaluation."""
        return page_address(row.evaluation, "questions")


@admin.register(Proposal, site=site)
class ProposalAdmin(AboutCandidates):
    """Requirements that vendors suggest."""

    empty_text = "No vendor has suggested a requirement."
    list_display = ("text", "candidate", "category", "state", "proposed_at")
    list_filter = (by("state"),)
    search_fields = ("text",)
    ordering = ("-proposed_at",)
    fields = ("candidate", "category", "text", "reason", "state", "state_reason")


@admin.register(CostLine, site=site)
class CostLineAdmin(AboutCandidates):
    """What is known of costs; the amounts stand on the evaluation's Costs page."""

    empty_text = (
        "Costs are written on the Costs page of an evaluation, and shown here once "
        "prices are open to you."
    )
    list_display = ("kind", "label", "candidate", "state", "currency", "quoted_on")
    list_select_related = ("candidate__evaluation",)
    ordering = ("candidate_id", "kind", "label")
    list_filter = (by("state"), by("candidate"))
    fields = ("candidate", "kind", "label", "state", "recurrence", "quoted_on")

    def page_of(self, row: CostLine) -> str:
        return reverse("admin:candidate_costs", args=[row.candidate_id])
