"""Which criteria of running trials still wait for runs, or for somebody to confirm."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count

from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.measures import (
    Measure,
    Proposal,
    propose,
    propose_of_tests,
    written,
)
from trials.models import Criterion, Measurement, Run, Trial
from trials.models.runs import FAILED
from trials.selectors.trials import unjudged_criteria
from vendors.choices import CandidateState

# Whether verdicts of runs come out again from the runs that were frozen with them.


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


@dataclass(frozen=True, slots=True)
class RunsOwed:
    """A criterion without a verdict, how many runs it has and how many it needs."""

    criterion: Criterion
    n: int
    least: int

    @property
    def to_confirm(self) -> bool:
        """Whether its runs propose a verdict that nobody has confirmed."""
        return self.n >= self.least

    @property
    def words(self) -> str:
        """“no run yet”, “12 of 20 runs”, or “20 runs to confirm”."""
        if self.to_confirm:
            return "1 run to confirm" if self.n == 1 else f"{self.n:,} runs to confirm"
        return f"{self.n} of {self.least} runs" if self.n else "no run yet"


def running_trials_of(evaluation: Evaluation) -> list[Trial]:
    """The trials under an agreed contract that are not closed."""
    rows = Trial.objects.filter(
        candidate__evaluation=evaluation,
        agreed_at__isnull=False,
        closed_at__isnull=True,
    ).exclude(candidate__state=CandidateState.ELIMINATED)
    return list(rows)


def runs_owed(trials: Collection[Trial]) -> list[RunsOwed]:
    """Must-haves first, then what only has to be confirmed; in two queries.

    What has no measure and no test result is judged by eye.
    """
    rows = unjudged_criteria().filter(trial__in=trials)
    criteria = list(rows.select_related("requirement", "trial__candidate"))
    counts = {
        key: (numbers, tests)
        for key, numbers, tests in Run.objects.counting()
        .filter(criterion__in=criteria)
        .order_by()
        .values_list("criterion")
        .annotate(numbers=Count("number"), tests=Count("failed"))
    }
    found = []
    for criterion in criteria:
        numbers, tests = counts.get(criterion.pk, (0, 0))
        measure = Measure.from_json(criterion.measure)
        if measure:
            found.append(RunsOwed(criterion, numbers, measure.least_n))
        elif tests:
            found.append(RunsOwed(criterion, tests, 1))
    return sorted(
        found,
        key=lambda each: (
            not each.criterion.requirement.is_must,
            not each.to_confirm,
            each.criterion.trial.candidate.name,
            each.criterion.position,
        ),
    )
