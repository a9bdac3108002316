"""The kinds of notices about runs: a leaked token, a benchmark that has stopped."""

import datetime
from collections.abc import Iterator
from typing import ClassVar

from django.urls import reverse

from evaltracker.evaluations.models import Notice
from evaltracker.kit.days import day_in_words
from evaltracker.notices.about import About, ended
from evaltracker.notices.kinds import register
from trials.models import RunToken, Trial
from trials.selectors.silence import silent_since
from trials.trial_notices import CLOSED, AboutTrial, why_over


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


@register
class BenchmarkSilent(AboutTrial):
    """The benchmark of a trial has stopped reporting: told to its lead."""

    name: ClassVar[str] = "benchmark_silent"
    for_chat: ClassVar[bool] = True
    gone: ClassVar[str] = CLOSED

    def reasons(self, notice: Notice, row: Trial) -> Iterator[str]:
        """Unless it reports again, or nothing is waited for any more."""
        yield why_over(notice, row)
        since = silent_since(row)
        if since is None or since.isoformat() != notice.occurrence:
            yield "Runs have come in since, or the trial's last day is over."

    def page(self, notice: Notice, row: Trial) -> str:
        """Where its runs and tokens are."""
        return f"{super().page(notice, row)}#criteria"

    def values(self, notice: Notice, row: Trial) -> dict[str, str]:
        """The day of the last run, and the last day of the trial."""
        since = datetime.date.fromisoformat(notice.occurrence)
        return {"day": day_in_words(since), "ends": day_in_words(row.ends_on)}
