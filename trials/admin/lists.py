"""The lists of trials, read-only and scoped. No score's value is a column."""

from django.contrib import admin
from django.urls import reverse

from evaltracker.pages.base import HardenedAdmin
from evaltracker.pages.filters import by
from evaltracker.pages.site import site
from evaltracker.pages.workspace import page_address
from trials.models import Demo, Evidence, Gap, Milestone, ResearchNote, Score, Trial
from vendors.admin.conflict_question import AboutCandidates
from vendors.admin.targets import cell_address
from vendors.models import Candidate


@admin.register(ResearchNote, site=site)
class ResearchNoteAdmin(AboutCandidates):
    """What was read or heard about candidates."""

    empty_text = "Notes are written on a candidate's page."
    list_display = ("title", "candidate", "kind", "source_date", "noted_by")
    list_filter = (by("candidate"), by("kind"))
    search_fields = ("title", "text")
    ordering = ("-noted_at",)
    fields = ("candidate", "kind", "title", "text", "source_url", "source_date")


@admin.register(Demo, site=site)
class DemoAdmin(AboutCandidates):
    """Demos in all evaluations that the reader has a part in."""

    empty_text = "Demos are scheduled on the Demos page of an evaluation."
    list_display = ("title", "candidate", "scheduled_for", "held_at", "called_off_at")
    list_filter = (by("candidate"),)
    ordering = ("-scheduled_for",)
    fields = (
        "candidate",
        "title",
        "scheduled_for",
        "zone",
        "minutes",
        "held_at",
        "attendees",
        "called_off_at",
        "called_off_because",
    )

    def page_of(self, row: Demo) -> str:
        return reverse("admin:demo", args=[row.pk])


@admin.register(Trial, site=site)
class TrialAdmin(AboutCandidates):
    """Trials in all evaluations that the reader has a part in."""

    empty_text = "Trials are planned on the Trials page of an evaluation."
    list_display = ("title", "candidate", "starts_on", "ends_on", "lead", "closed_at")
    list_filter = (by("candidate"),)
    search_fields = ("title",)
    ordering = ("-starts_on",)
    fields = ("candidate", "title", "starts_on", "ends_on", "zone", "lead", "summary")

    def page_of(self, row: Trial) -> str:
        return reverse("admin:trial", args=[row.pk])


@admin.register(Milestone, site=site)
class MilestoneAdmin(HardenedAdmin):
    """Dated things to do."""

    empty_text = "Milestones are added on the Trials page of an evaluation."
    list_display = ("title", "evaluation", "due_at", "owner", "state")
    list_filter = (by("evaluation"), by("state"))
    search_fields = ("title",)
    ordering = ("due_at",)
    fields = ("evaluation", "title", "due_at", "zone", "owner", "state", "state_reason")

    def page_of(self, row: Milestone) -> str:
        """Its trial, or the evaluation's milestones."""
        if row.trial_id:
            return reverse("admin:trial", args=[row.trial_id]) + "#milestones"
        return page_address(row.evaluation, "trials", "milestones")


@admin.register(Gap, site=site)
class GapAdmin(AboutCandidates):
    """What trials found missing."""

    candidate_path = "trial__candidate"
    empty_text = "Gaps are recorded on the page of a trial."
    list_display = ("text", "trial", "severity", "found_on", "closed_at")
    list_filter = (by("severity"),)
    search_fields = ("text",)
    ordering = ("-found_on",)
    fields = ("trial", "severity", "text", "found_on", "workaround", "closing_note")

    def page_of(self, row: Gap) -> str:
        """The gap on its trial's page."""
        return reverse("admin:trial", args=[row.trial_id]) + f"#gap-{row.pk}"


@admin.register(Evidence, site=site)
class EvidenceAdmin(AboutCandidates):
    """Every verdict; a newer one is a new row."""

    candidate_path = "claim__candidate"
    empty_text = "Evidence is recorded in demos, in trials, or on the page of a cell."
    list_display = (
        "source",
        "verdict",
        "candidate",
        "claim",
        "runner",
        "data",
        "recorded_by",
        "recorded_at",
    )
    list_filter = (by("source"), by("verdict"), by("runner"), by("data"))
    search_fields = ("note",)
    ordering = ("-recorded_at",)
    fields = (
        *("claim", "source", "verdict", "runner", "data", "named_values"),
        *("note", "url", "recorded_by", "recorded_at"),
    )

    @admin.display(description="candidate")
    def candidate(self, row: Evidence) -> Candidate:
        """Whose claim was judged."""
        return row.claim.candidate

    def page_of(self, row: Evidence) -> str:
        """The ledger of its cell."""
        return cell_address(row.claim)


@admin.register(Score, site=site)
class ScoreAdmin(AboutCandidates):
    """That a score was given; which one stands on the evaluation's Scores page."""

    empty_text = (
        "You see your own scores, and the others' once yours are locked or the "
        "consensus is open."
    )
    list_display = ("candidate", "category", "sheet", "given_at")
    list_select_related = ("candidate__evaluation", "category", "sheet")
    list_filter = (by("candidate"),)
    ordering = ("-given_at",)
    fields = ("candidate", "category", "given_at")

    def page_of(self, row: Score) -> str:
        """The scores of its evaluation."""
        return page_address(row.candidate.evaluation, "scores")
