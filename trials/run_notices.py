"""The kind of notice about a run token that stood in an address."""

from collections.abc import Iterator
from typing import ClassVar

from django.urls import reverse

from evaltracker.evaluations.models import Notice
from evaltracker.notices.about import About, ended
from evaltracker.notices.kinds import register
from trials.models import RunToken


@register
class RunTokenLeaked(About[RunToken]):
    """A run token stood in an address and was revoked: told to who runs the trial."""

    name: ClassVar[str] = "run_token_leaked"
    rows: ClassVar = RunToken.objects.select_related("trial")

    def reasons(self, notice: Notice, row: RunToken) -> Iterator[str]:
        """Unless nothing is posted any more."""
        yield ended(notice)
        yield "The trial is closed." if row.trial.closed_at else ""

    def title(self, row: RunToken) -> str:
        """The beginning of it, and its trial."""
        return f"{row.prefix}… of {row.trial.title}"

    def page(self, notice: Notice, row: RunToken) -> str:
        """Where another one is made."""
        return reverse("admin:trial_runs", args=[row.trial_id])

    def values(self, notice: Notice, row: RunToken) -> dict[str, str]:
        """How people tell it from others."""
        return {"prefix": row.prefix}
