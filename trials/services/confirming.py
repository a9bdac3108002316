"""Confirming what the runs of a criterion propose, or saying why not."""

from django.db import transaction

from evaltracker.errors import Refused, Stale
from evaltracker.evaluations.journal import By
from evaltracker.kit.text import read_reason
from evaltracker.measures import (
    Measure,
    Measured,
    Proposal,
    UnitMismatch,
    convert,
    written,
)
from trials.choices import Runner, Source
from trials.models import Criterion, Evidence, Measurement, Run
from trials.models.measurements import FAILED, PASSED
from trials.selectors.frozen_runs import propose_from, value_text
from trials.services.evidence import check_criterion, record_evidence
from trials.services.judging import least_runs, runs_that_count
from vendors.models import Claim
from vendors.services.candidates import lock_candidate

NO_RUN = "No run counts for this criterion yet, so there is nothing to confirm."
WHY_OTHER = "Give the reason for another verdict than the one the runs propose."


def check_confirm_runs(criterion: Criterion, by: By) -> None:
    """Whoever has a part confirms what enough runs propose.

    Raises:
        Forbidden: no part in the evaluation, or a declared interest.
        Refused: no trial under way, or too few runs.

    """
    check_criterion(criterion, by)
    n, least = runs_that_count(criterion), least_runs(criterion)
    if not n:
        raise Refused(NO_RUN)
    if n < least:
        raise Refused(
            f"Only {n} of the {least} runs that this criterion asks for have come in; "
            "confirm it when they all have."
        )


@transaction.atomic
def confirm_runs(
    *,
    criterion: Criterion,
    claim: Claim,
    verdict: str,
    by: By,
    data: str,
    proposed: str = "",
    reason: str = "",
    runner: str = Runner.US,
    named_values: object = None,
) -> Evidence:
    """Record the verdict that the runs of a criterion propose, and freeze them with it.

    `proposed` is what the person was shown; blank if nothing was.

    Raises:
        Forbidden: no part in the evaluation, or a declared interest.
        Refused: too few runs, or as for `record_evidence`.
        Stale: the runs propose something else than was shown.
        Invalid: another verdict without a reason.

    """
    lock_candidate(claim.candidate)
    criterion = Criterion.objects.select_related(
        "trial__candidate__evaluation", "requirement"
    ).get(pk=criterion.pk)
    check_confirm_runs(criterion, by)
    measure = Measure.from_json(criterion.measure)
    results = frozen_runs(criterion, measure)
    proposal = propose_from(measure, results)
    if proposal.verdict is None:
        raise Refused(NO_RUN)
    if proposed and proposed != proposal.verdict:
        raise Stale(
            "Runs came in or were left out since you opened the page: they propose "
            f"“{proposal.verdict}” now. Look at them again."
        )
    differs = verdict != proposal.verdict
    why = read_reason(reason, WHY_OTHER) if differs else ""
    said = note_of(measure, proposal)
    return record_evidence(
        claim=claim,
        source=Source.TRIAL,
        verdict=verdict,
        note=f"{said}. {why}" if why else said,
        runner=runner,
        data=data,
        named_values=named_values,
        criterion=criterion,
        measurement=Measurement(
            measure=criterion.measure,
            results=list(results),
            n=proposal.n,
            value=value_text(proposal),
            proposed=proposal.verdict,
            reason=why,
        ),
        by=by,
    )


def frozen_runs(criterion: Criterion, measure: Measure | None) -> list[str]:
    """The runs that count, in order of time, as they are frozen.

    Raises:
        Refused: one cannot be compared with the measure.

    """
    runs = Run.objects.counting().filter(criterion=criterion)
    runs = runs.order_by("measured_at", "id")
    if measure is None:
        outcomes = runs.filter(failed__isnull=False).values_list("failed", flat=True)
        return [FAILED if failed else PASSED for failed in outcomes]
    numbers = runs.values_list("number", "unit")
    try:
        return [
            written(convert(number, unit, measure.unit))
            for number, unit in numbers.iterator()
            if number is not None
        ]
    except UnitMismatch as error:
        raise Refused(str(error)) from error


def note_of(measure: Measure | None, proposal: Proposal) -> str:
    """“p95 12.1 ms of 40 runs (bound at most 20 ms)”."""
    if measure is None or proposal.value is None:
        return proposal.why.rstrip(".")
    return Measured(measure, proposal.value, proposal.n).words
