"""Telling who runs a purchase that its stage lasts longer than the plan leaves it."""

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.clock import today_in
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.workflow.selectors import lateness_of
from evaltracker.workflow.stage_notices import StageLate
from stakeholders.selectors import places_of

WEEK = 7


def tell_of_late_stages() -> None:
    """A chore: owe the owner a mail when a stage is late, and each week it stays so."""
    going = list(
        Evaluation.objects.filter(status=Status.OPEN, must_run_by__isnull=False)
        .select_related("owner")
        .prefetch_related("visits")
    )
    places = places_of(going)
    for evaluation in going:
        late = lateness_of(evaluation, places[evaluation.pk])
        if late is None:
            continue
        weeks = (today_in(evaluation.zone) - late.due).days // WEEK
        owe_now(
            kind=StageLate.name,
            evaluation=evaluation,
            subject_id=late.visit.pk,
            occurrence=late.due.isoformat(),
            offset_days=-weeks * WEEK,
            recipient=evaluation.owner,
        )
