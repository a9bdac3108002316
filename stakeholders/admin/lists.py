"""The lists of stakeholders: stakeholders and sign-offs."""

from django.contrib import admin
from django.urls import reverse

from evaltracker.pages.base import HardenedAdmin
from evaltracker.pages.filters import by
from evaltracker.pages.site import site
from stakeholders.models import Condition, SignOff, Stakeholder


@admin.register(Stakeholder, site=site)
class StakeholderAdmin(HardenedAdmin):
    """People with a part, in all evaluations that the reader may see."""

    empty_text = (
        "Nobody has a part yet. Open an evaluation and add its stakeholders there."
    )
    list_display = ("user", "role", "evaluation", "scores", "left_at")
    list_filter = (by("role"), by("evaluation"), by("scores"))
    ordering = ("evaluation_id", "user_id", "role")
    fields = ("evaluation", "user", "role", "scores", "left_at")

    def page_of(self, row: Stakeholder) -> str:
        """Its row on the evaluation's page."""
        address = reverse("admin:evaluation_stakeholders", args=[row.evaluation.slug])
        return f"{address}#part-{row.pk}"


@admin.register(SignOff, site=site)
class SignOffAdmin(HardenedAdmin):
    """Verdicts, the newest first; what was signed opens from the evaluation."""

    empty_text = "Nobody has signed yet. Who must sign is set on the Stakeholders page."
    list_display = ("signed_at", "printed_name", "role", "verdict", "evaluation")
    list_filter = (by("verdict"), by("role"))
    search_fields = ("printed_name", "reason")
    ordering = ("-signed_at",)
    fields = (
        "visit",
        "round",
        "printed_name",
        "on_behalf_of",
        "role",
        "meaning",
        "verdict",
        "reason",
        "signed_at",
        "zone",
        "document",
    )

    @admin.display(description="evaluation")
    def evaluation(self, row: SignOff) -> str:
        """Where it was given."""
        return str(row.visit.evaluation)


@admin.register(Condition, site=site)
class ConditionAdmin(HardenedAdmin):
    """What was asked for when approving."""

    empty_text = "No conditional approvals."
    list_display = ("text", "owner", "due_on", "closed_at")
    search_fields = ("text",)
    fields = ("text", "owner", "due_on", "closed_at", "closed_by", "closing_note")
