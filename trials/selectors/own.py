"""What a vendor may read of its own trials: from the agreement on."""

from django.db.models import QuerySet

from trials.models import Gap, Run, Trial
from vendors.models import Candidate


def agreed_trial(candidate: Candidate) -> Trial | None:
    """The agreed trial that starts last, with its milestones, criteria and gaps."""
    rows: QuerySet[Trial] = Trial.objects.filter(
        candidate=candidate, agreed_at__isnull=False
    )
    return (
        rows.prefetch_related(
            "milestones", "criteria__requirement", "gaps__requirement"
        )
        .order_by("starts_on", "agreed_at")
        .last()
    )


def agreed_gaps(candidate: Candidate) -> QuerySet[Gap]:
    """What agreed trials of a candidate found missing."""
    rows: QuerySet[Gap] = Gap.objects.filter(
        trial__candidate=candidate, trial__agreed_at__isnull=False
    )
    return rows.select_related("requirement", "trial__candidate__evaluation")


def own_runs(trial: Trial) -> QuerySet[Run]:
    """The numbers that the buyer's programs measured, also those that were left out;
    never where or from what they came."""
    rows: QuerySet[Run] = Run.objects.filter(
        criterion__trial=trial, number__isnull=False
    )
    return rows.select_related("criterion__requirement").only(
        *("number", "unit", "measured_at", "criterion__position"),
        "criterion__requirement__ref",
    )
