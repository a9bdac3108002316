"""What the metrics of the brief were, are to be, and have come to, check by check."""

import datetime
import re
from collections.abc import Collection
from dataclasses import dataclass

from evaltracker.evaluations.models import Evaluation, Metric
from evaltracker.workflow.models import MetricValue, PromiseCheck

# “61 %”, “4.5 h”, “EUR 120”: a number with its unit. A comma may stand for thousands
# or for decimals, so a number with one is not read.
NUMBER = re.compile(r"([^\d,.+-]*)([+-]?\d+(?:\.\d+)?)([^\d,.]*)")


@dataclass(frozen=True, slots=True)
class MetricPlace:
    """What a check says of a metric: a value, or why there is none."""

    check: PromiseCheck
    value: MetricValue | None
    today: datetime.date

    @property
    def is_missing(self) -> bool:
        """Whether it should be there by now."""
        check = self.check
        if self.value is not None or check.waived_reason:
            return False
        return not check.is_open or check.due_on <= self.today


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A metric with a place for each check."""

    metric: Metric
    places: tuple[MetricPlace, ...]

    @property
    def given(self) -> list[MetricValue]:
        """Its values, the earliest first."""
        return [place.value for place in self.places if place.value is not None]

    def way(self, value: str) -> float | None:
        """How much of the way from baseline to target a value has gone.

        None unless all three are numbers of one unit that differ.
        """
        read = [
            number_of(text)
            for text in (self.metric.baseline, self.metric.target, value)
        ]
        if None in read or len({unit for _, unit in filter(None, read)}) != 1:
            return None
        before, target, now = [number for number, _ in filter(None, read)]
        return None if before == target else (now - before) / (target - before)


def number_of(text: str) -> tuple[float, str] | None:
    """A number and its unit, if the text is no more than that."""
    found = NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    lead, number, unit = found.groups()
    return float(number), f"{lead.strip()}|{unit.strip()}".casefold()


def metric_rows(
    evaluation: Evaluation, checks: Collection[PromiseCheck], today: datetime.date
) -> list[MetricRow]:
    """Every metric of the brief with its values; two queries."""
    said = {
        (row.promise_check_id, row.metric_id): row
        for row in MetricValue.objects.filter(promise_check__in=checks).select_related(
            "recorded_by"
        )
    }
    return [
        MetricRow(
            metric,
            tuple(
                MetricPlace(check, said.get((check.pk, metric.pk)), today)
                for check in checks
            ),
        )
        for metric in evaluation.metrics.all()
    ]
