"""The lists of floor 1: evaluations, requirements, journal, notices, users."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import admin
from django.urls import reverse

from evaltracker.evaluations.admin import people_acts as people_acts
from evaltracker.evaluations.admin.base import HardenedAdmin
from evaltracker.evaluations.admin.filters import by
from evaltracker.evaluations.admin.site import site
from evaltracker.evaluations.models import (
    Entry,
    Evaluation,
    Notice,
    Requirement,
    User,
)
from evaltracker.evaluations.services.people import may_run_accounts

if TYPE_CHECKING:
    from django.db import models


@admin.register(Evaluation, site=site)
class EvaluationAdmin(HardenedAdmin):
    """Purchases being decided, newest first."""

    empty_text = (
        "You have no part in an evaluation yet. The owner of one can give you a part; "
        "if you run purchases yourself, start one from My work."
    )
    list_acts = ("start-evaluation",)
    list_display = ("title", "stage", "status", "owner", "must_run_by")
    list_filter = (by("stage"), by("status"))
    search_fields = ("title", "buyer")
    fields = (
        "title",
        "buyer",
        "owner",
        "stage",
        "status",
        "problem",
        "languages",
        "must_run_by",
        "support_wanted",
        "context",
        "source_note",
    )

    def page_of(self, row: Evaluation) -> str:
        """Its workspace, which a higher floor shows."""
        return reverse("admin:evaluation_overview", args=[row.slug])


@admin.register(Requirement, site=site)
class RequirementAdmin(HardenedAdmin):
    """What is needed, in all evaluations that the reader has a part in."""

    empty_text = (
        "Requirements are written in an evaluation, or imported from a spreadsheet: "
        "open the evaluation and choose its Requirements."
    )
    list_display = ("ref", "text", "priority", "weight", "category", "evaluation")
    list_filter = (by("evaluation"), by("priority"))
    search_fields = ("ref", "text")
    fields = (
        "evaluation",
        "category",
        "ref",
        "text",
        "priority",
        "weight",
        "vendor_help",
        "scorer_help",
        "metric",
        "metric_excuse",
        "revision",
    )

    def page_of(self, row: Requirement) -> str:
        """Found on its evaluation's page by its ref."""
        page = reverse("admin:evaluation_requirements", args=[row.evaluation.slug])
        wanted = {"q": row.ref} | ({"retired": "1"} if row.retired_at else {})
        return f"{page}?{urlencode(wanted)}#requirement-{row.pk}"


@admin.register(Entry, site=site)
class EntryAdmin(HardenedAdmin):
    """The journal without the values: those open with their own pages."""

    empty_text = "Every change is written here by itself; nothing has happened yet."
    list_display = ("at", "evaluation", "number", "actor_name", "action", "subject")
    list_filter = (by("evaluation"),)
    search_fields = ("actor_name", "action", "subject_label")
    ordering = ("-at", "-number")
    fields = (
        "evaluation",
        "number",
        "at",
        "actor_name",
        "on_behalf_of",
        "action",
        "subject",
        "hash",
    )

    @admin.display(description="about")
    def subject(self, entry: Entry) -> str:
        """What it happened to."""
        return f"{entry.subject_type} {entry.subject_label}"


@admin.register(Notice, site=site)
class NoticeAdmin(HardenedAdmin):
    """Mails that are or were owed, and why one was not sent."""

    empty_text = (
        "No mail is owed to anybody. Milestones, sign-offs and questions make them."
    )
    list_display = (
        "due_at",
        "kind",
        "evaluation",
        "to",
        "state",
        "sent_at",
        "suppressed_because",
    )
    list_filter = (by("state"), by("evaluation"))
    search_fields = ("kind",)
    ordering = ("-due_at",)
    fields = (
        "evaluation",
        "kind",
        "to",
        "due_at",
        "state",
        "attempts",
        "next_try_at",
        "sent_at",
        "maybe_repeated",
        "last_error",
        "suppressed_because",
    )

    @admin.display(description="to", ordering="recipient")
    def to(self, notice: Notice) -> str:
        """The person; an outsider's address is not shown here."""
        return notice.recipient.name if notice.recipient else "a vendor's contact"


@admin.register(User, site=site)
class UserAdmin(HardenedAdmin):
    """Who can log in; for operators."""

    empty_text = "Nobody can log in yet."
    list_acts = ("add-person",)
    detail_acts = ("change-person", "set-password", "stop-login", "allow-login")
    list_display = ("username", "name", "email", "time_zone", "is_active", "is_staff")
    list_filter = (by("is_active", "active"), by("is_superuser", "operator"))
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    fields = (
        "username",
        "first_name",
        "last_name",
        "email",
        "time_zone",
        "is_active",
        "is_staff",
        "is_superuser",
        "last_login",
        "date_joined",
    )

    def audience(self, user: User) -> bool:
        """Operators only."""
        return may_run_accounts(user)

    def name(self, user: models.Model) -> str:
        """How the person is printed."""
        return str(user)
