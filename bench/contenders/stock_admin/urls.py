"""The lists, as the product has them, in the stock admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import path

from bench.contenders.stock_admin.models import Claim, Entry, Evidence, Notice


class OpenSite(admin.AdminSite):
    """Lets in whoever comes."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Nobody is asked who they are."""
        return True


class Stock(admin.ModelAdmin):  # type: ignore[type-arg]
    """What everybody may see."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Everybody, as above."""
        return True

    has_change_permission = has_view_permission


class EntryAdmin(Stock):
    """The journal."""

    list_display = (
        "at",
        "evaluation",
        "number",
        "actor_name",
        "action",
        "subject_label",
    )
    list_filter = ("evaluation",)
    search_fields = ("actor_name", "action", "subject_label")
    ordering = ("-at", "-number")


class NoticeAdmin(Stock):
    """Mails."""

    list_display = (
        "due_at",
        "kind",
        "evaluation",
        "recipient",
        "state",
        "sent_at",
        "suppressed_because",
    )
    list_filter = ("state", "evaluation")
    search_fields = ("kind",)
    ordering = ("-due_at",)


class ClaimAdmin(Stock):
    """Every revision of every claim."""

    list_display = (
        "requirement",
        "candidate",
        "availability",
        "revision",
        "by_vendor",
        "submitted_at",
    )
    list_filter = ("availability", "candidate", "by_vendor")
    search_fields = ("statement",)
    ordering = ("-submitted_at",)


class EvidenceAdmin(Stock):
    """Every verdict."""

    list_display = (
        "source",
        "verdict",
        "candidate",
        "claim",
        "recorded_by",
        "recorded_at",
    )
    list_filter = ("source", "verdict")
    search_fields = ("note",)
    ordering = ("-recorded_at",)

    def candidate(self, row: Evidence) -> str:
        """Whose claim was judged."""
        return str(row.claim.candidate)


site = OpenSite()
for model, lists in (
    (Entry, EntryAdmin),
    (Notice, NoticeAdmin),
    (Claim, ClaimAdmin),
    (Evidence, EvidenceAdmin),
):
    site.register(model, lists)
urlpatterns = [path("admin/", site.urls)]
