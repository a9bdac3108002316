"""The lists of the record: requirements, journal, users."""

from functools import cache
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse

from evaltracker.accounts.admin import login_acts as login_acts
from evaltracker.accounts.admin import people_acts as people_acts
from evaltracker.accounts.services.people import may_run_accounts
from evaltracker.evaluations.models import (
    AccountEntry,
    Entry,
    Requirement,
    User,
)
from evaltracker.evaluations.policy import may_add_people
from evaltracker.pages.base import HardenedAdmin
from evaltracker.pages.entry_words import ENTRY_WORDS, subject_name
from evaltracker.pages.filters import by
from evaltracker.pages.labels import label
from evaltracker.pages.site import site


@cache
def kind_in_words(model_name: str) -> str:
    """“claimfile” as “claim file”; a kind of former days as it was."""
    for model in apps.get_models():
        if model._meta.model_name == model_name:
            return str(model._meta.verbose_name)
    return model_name


@admin.register(Requirement, site=site)
class RequirementAdmin(HardenedAdmin):
    """What is needed, in all evaluations that the reader has a part in."""

    empty_text = (
        "Requirements are written in an evaluation, or imported from a spreadsheet: "
        "open the evaluation and choose its Requirements."
    )
    list_display = ("ref", "text", "priority", "weight", "category", "evaluation")
    ordering = ("evaluation_id", "ref")
    list_filter = (by("evaluation"), by("priority"))
    search_fields = ("ref", "text")
    fields = (
        "evaluation",
        "category",
        "ref",
        "text",
        "priority",
        "weight",
        "measure_words",
        "vendor_help",
        "scorer_help",
        "metric",
        "metric_excuse",
        "revision",
    )

    @admin.display(description="measure")
    def measure_words(self, row: Requirement) -> str:
        """The number that it must reach."""
        return row.measure_words

    def page_of(self, row: Requirement) -> str:
        """Found on its evaluation's page by its ref."""
        page = reverse("admin:evaluation_requirements", args=[row.evaluation.slug])
        wanted = {"q": row.ref} | ({"retired": "1"} if row.retired_at else {})
        return f"{page}?{urlencode(wanted)}#requirement-{row.pk}"


@admin.register(Entry, site=site)
class EntryAdmin(HardenedAdmin):
    """The journal without the values: those open with their own pages."""

    empty_text = (
        "Every change is recorded here automatically; nothing has happened yet."
    )
    list_display = ("at", "evaluation", "number", "actor_name", "what", "subject")
    list_filter = (by("evaluation"),)
    search_fields = ("actor_name", "action", "subject_label")
    ordering = ("-at", "-number")
    fields = (
        "evaluation",
        "number",
        "at",
        "actor_name",
        "on_behalf_of",
        "what",
        "subject",
        "hash",
    )

    @admin.display(description="what", ordering="action")
    def what(self, entry: Entry) -> str:
        words = ENTRY_WORDS.get(entry.action)
        return words.plain if words else label(entry.action).lower()

    @admin.display(description="about")
    def subject(self, entry: Entry) -> str:
        """What it happened to."""
        return f"{kind_in_words(entry.subject_type)} {subject_name(entry)}".rstrip()


@admin.register(User, site=site)
class UserAdmin(HardenedAdmin):
    """Who can log in; for operators and who may add people."""

    empty_text = "Nobody can log in yet."
    list_acts = ("add-person",)
    detail_acts = (
        "change-person",
        "give-roles",
        "invite-again",
        "set-password",
        "reset-factors",
        "stop-login",
        "allow-login",
        "erase-person",
    )
    list_display = (
        "username",
        "name",
        "email",
        "roles",
        "operator",
        "has_factor",
        "last_login",
        "is_active",
        "asks_erasure",
    )
    list_filter = (by("is_active", "active"), by("is_superuser", "operator"))
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    fields = (
        "username",
        "first_name",
        "last_name",
        "email",
        "time_zone",
        "roles",
        "is_active",
        "is_superuser",
        "last_login",
        "date_joined",
        "erasure_asked_at",
        "erased_at",
    )

    def audience(self, user: User) -> bool:
        """Operators, and who may add people."""
        return may_add_people(user)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """With everybody's roles and second factors read at once."""
        factors = Authenticator.objects.filter(user=models.OuterRef("pk")).exclude(
            type=Authenticator.Type.RECOVERY_CODES
        )
        people: models.QuerySet[Any] = super().get_queryset(request)
        people = people.annotate(has_factor=models.Exists(factors))
        return people.prefetch_related("groups")

    def name(self, user: models.Model) -> str:
        """How the person is printed."""
        return str(user)

    @admin.display(description="operator", boolean=True)
    def operator(self, user: User) -> bool:
        """Whether the person runs this installation."""
        return user.is_superuser

    @admin.display(description="second factor", boolean=True)
    def has_factor(self, user: Any) -> bool:
        """Whether an app or a key is asked for at the person's login."""
        return bool(user.has_factor)

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        """The groups that stand for roles in the company."""
        return ", ".join(group.name for group in user.groups.all()) or "none"

    @admin.display(description="erasure")
    def asks_erasure(self, user: User) -> str:
        """Whether the person asked for it, or is erased."""
        if user.erased_at:
            return "erased"
        return "asked for" if user.erasure_asked_at else ""


@admin.register(AccountEntry, site=site)
class AccountEntryAdmin(HardenedAdmin):
    """Who came in, who failed, who changed what of whose login; for operators."""

    empty_text = "Nobody has logged in since this log was started."
    list_display = ("at", "action", "person", "by", "address", "detail")
    list_filter = (by("action"),)
    ordering = ("-at",)
    fields = ("at", "action", "person", "by", "address", "detail", "request_id")

    def audience(self, user: User) -> bool:
        """Operators only; others read their own lines on their account page."""
        return may_run_accounts(user)
