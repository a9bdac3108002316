"""The lists of workflow: decisions and waivers."""

from django.contrib import admin
from django.urls import reverse

from evaltracker.pages.base import HardenedAdmin
from evaltracker.pages.site import site
from evaltracker.workflow.models import Decision, Waiver


@admin.register(Decision, site=site)
class DecisionAdmin(HardenedAdmin):
    """Decisions and drafts, in all evaluations that the reader may see."""

    empty_text = (
        "Nothing is decided yet. A decision is drafted in the last stage of an "
        "evaluation."
    )
    list_display = ("evaluation", "candidate", "decided_at", "decided_by")
    fields = ("evaluation", "candidate", "rationale", "decided_at", "memo_sha256")

    def page_of(self, row: Decision) -> str:
        """The evaluation's decision page."""
        return reverse("admin:evaluation_decision", args=[row.evaluation.slug])


@admin.register(Waiver, site=site)
class WaiverAdmin(HardenedAdmin):
    """Rules that leadership let pass."""

    empty_text = "No rule was ever waived."
    list_display = ("rule", "reason", "waived_by", "waived_at")
    ordering = ("-waived_at",)
    fields = ("visit", "gate", "rule", "reason", "waived_by", "waived_at")
