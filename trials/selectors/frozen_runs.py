"""Whether verdicts of runs come out again from the runs that were frozen with them."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from evaltracker.evaluations.models import Evaluation
from evaltracker.measures import Measure, Proposal, propose, propose_of_tests, written
from trials.models import Measurement
from trials.models.measurements import FAILED


def propose_from(measure: Measure | None, results: Sequence[str]) -> Proposal:
    """What frozen runs propose; counted from nothing else."""
    if measure is None:
        return propose_of_tests(len(results), results.count(FAILED))
    return propose(measure, [Decimal(text) for text in results])


def value_text(proposal: Proposal) -> str:
    """The statistic as it is kept; blank for tests."""
    return "" if proposal.value is None else written(proposal.value)


def recount(evaluation: Evaluation) -> Iterator[str]:
    """A sentence for each number of a verdict that its frozen runs do not come to."""
    kept = Measurement.objects.in_evaluation(evaluation).select_related(
        "evidence__claim__candidate", "evidence__claim__requirement"
    )
    for measurement in kept.iterator(chunk_size=50):
        claim = measurement.evidence.claim
        where = f"{claim.candidate.name}, {claim.requirement.ref}, runs"
        try:
            again = _counted(measurement)
        except (ArithmeticError, TypeError, ValueError) as error:
            yield f"{where}: they cannot be counted any more: {error!r}"
            continue
        for name, value in again.items():
            if (frozen := getattr(measurement, name)) != value:
                yield f"{where}, {name}: frozen {frozen!r}, counted again {value!r}"
        verdict = measurement.evidence.verdict
        if verdict != again["proposed"] and not measurement.reason:
            yield (
                f"{where}: they propose “{again['proposed']}”, and “{verdict}” was "
                "recorded without a reason"
            )


def _counted(measurement: Measurement) -> dict[str, object]:
    """What can be counted of it, by column."""
    measure = Measure.from_json(measurement.measure)
    proposal = propose_from(measure, measurement.results)
    return {
        "n": proposal.n,
        "value": value_text(proposal),
        "proposed": proposal.verdict,
    }
