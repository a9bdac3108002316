"""One look at an evaluation: what the gates of a stage need, read at most once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from django.utils import timezone

from evaltracker.evaluations.models import Visit
from evaltracker.workflow.memo import document_of
from stakeholders.selectors import RuleTally, tally
from stakeholders.services.sign_offs import digest_of
from trials.models import Trial
from trials.selectors import ledger
from vendors.choices import CandidateState
from vendors.models import Candidate

if TYPE_CHECKING:
    import datetime

    from evaltracker.evaluations.models import Evaluation, Requirement
    from trials.selectors import Ledger


class Look:
    """An evaluation as it stands at `now`; facts are cached for one request."""

    def __init__(
        self, evaluation: Evaluation, now: datetime.datetime | None = None
    ) -> None:
        """Look at `evaluation`; `now` defaults to this instant."""
        self.evaluation = evaluation
        self.now = now or timezone.now()

    @cached_property
    def visit(self) -> Visit:
        """The stay that is going on, or the last one of an ended evaluation."""
        return Visit.objects.filter(evaluation=self.evaluation).latest("number")

    @cached_property
    def requirements(self) -> list[Requirement]:
        """Requirements that are not retired."""
        live = self.evaluation.requirements.filter(retired_at__isnull=True)
        return list(live.select_related("category", "metric"))

    @property
    def musts(self) -> list[Requirement]:
        """The must-haves among them."""
        return [one for one in self.requirements if one.is_must]

    @cached_property
    def shortlisted(self) -> list[Candidate]:
        """Candidates still in the running."""
        running = (CandidateState.SHORTLISTED, CandidateState.CHOSEN)
        return list(
            Candidate.objects.filter(evaluation=self.evaluation, state__in=running)
        )

    @cached_property
    def ledger(self) -> Ledger:
        """Every cell of every candidate still in the running."""
        return ledger(self.evaluation, candidates=self.shortlisted)

    @cached_property
    def trials(self) -> list[Trial]:
        """Trials of candidates still in the running, with criteria and gaps."""
        return list(
            Trial.objects.filter(candidate__in=self.shortlisted)
            .select_related("candidate")
            .prefetch_related("criteria", "gaps")
        )

    @cached_property
    def document(self) -> str:
        """The words that are signed in this stage, as they stand now."""
        return document_of(self.evaluation, visit=self.visit)

    @cached_property
    def tallies(self) -> list[RuleTally]:
        """How each sign-off rule of this stage stands for those words."""
        return tally(self.visit, digest_of(self.document))
