"""The list of evaluations: all of a team's purchases at a glance, one line each."""

from functools import cache
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.views import ChangeList

from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.text import shortened
from evaltracker.pages.base import HardenedAdmin, ScopedChangeList
from evaltracker.pages.filters import by
from evaltracker.pages.site import site
from evaltracker.pages.templatetags.evaltracker import badge, day
from evaltracker.workflow.inbox.glances import Glance, glances

TOLD = 110


@cache
def stage_picture(stage: str, status: str) -> SafeString:
    """The five stages as steps, the one that it is in by its name."""
    now = Stage(stage)
    is_open = status == Status.OPEN
    steps = [
        "done" if not is_open or each.position < now.position else "now"
        for each in Stage
        if each.position <= now.position
    ]
    rest = ["ahead"] * (len(Stage) - len(steps))
    return render_to_string(
        "evaltracker/charts/steps.html",
        {
            "steps": [*steps, *rest],
            "words": now.label if is_open else Status(status).label,
        },
    )


def how_late(glance: Glance) -> SafeString:
    """Whether something is overdue, or will be, in a word."""
    if glance.late:
        return badge(f"late: {glance.late}", "bad")
    if glance.too_late:
        return badge("will be late", "bad")
    return badge("nothing late", "good")


class GlancesList(ScopedChangeList):
    """A list whose rows know what they tell the reader."""

    def get_results(self, request: HttpRequest) -> None:
        """The rows of the page, each with its glance."""
        super().get_results(request)
        user: Any = request.user
        rows: list[Any] = list(self.result_list)  # type: ignore[has-type]
        found = glances(user, rows)
        for row in rows:
            row.glance = found[row.pk]
        self.result_list = rows


@admin.register(Evaluation, site=site)
class EvaluationAdmin(HardenedAdmin):
    """Purchases being decided, newest first."""

    empty_text = (
        "You have no part in an evaluation yet. The owner of one can give you a part; "
        "if you run purchases yourself, start one from My work."
    )
    list_acts = ("start-evaluation", "import-evaluation")
    list_display = ("title", "in_stage", "next_date", "risk", "leader", "owner")
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
        """The overview, where a row leads."""
        return reverse("admin:evaluation_overview", args=[row.slug])

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return GlancesList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What the reader may see but test invitations, with whoever runs it."""
        rows: Any = super().get_queryset(request)
        return rows.real().select_related("owner")  # type: ignore[no-any-return]

    @admin.display(description="stage", ordering="stage")
    def in_stage(self, row: Evaluation) -> SafeString:
        """The five stages as steps, drawn and named."""
        return stage_picture(row.stage, row.status)

    @admin.display(description="next date")
    def next_date(self, row: Any) -> SafeString | str:
        """The next day on which something is due, and what."""
        if row.glance.next_date is None:
            return "–"
        dated = row.glance.next_date
        return format_html(
            '{}<div class="et-soft">{}</div>', day(dated.day), dated.what
        )

    @admin.display(description="risk")
    def risk(self, row: Any) -> SafeString | str:
        """What is late, and the first thing in the way."""
        if not row.is_open:
            return f"late: {row.glance.late}" if row.glance.late else "–"
        return format_html(
            '{}<div class="et-soft" dir="auto">{}</div>',
            how_late(row.glance),
            shortened(row.glance.in_the_way, TOLD),
        )

    @admin.display(description="leader")
    def leader(self, row: Any) -> SafeString | str:
        """Who is first, or was chosen."""
        if not row.glance.leader:
            nobody = row.glance.no_leader or "none yet"
            return nobody if row.is_open else "–"
        chosen = badge("chosen", "good") if row.status == Status.DECIDED else ""
        return format_html('<span dir="auto">{}</span> {}', row.glance.leader, chosen)
