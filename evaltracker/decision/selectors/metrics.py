"""Metrics of the brief and what was read of them after the decision."""

import datetime
import re
from collections.abc import Collection
from dataclasses import dataclass

from evaltracker.decision.models import MetricValue, PromiseCheck
from evaltracker.evaluations.models import Evaluation, Metric

# “61 %”, “4.5 h”, “EUR 120”: a number with its unit. A comma may stand for thousands
# or for decimals, so a number with one is not read.
NUMBER = re.compile(r"([^\d,.+-]*)([+-]?\d+(?:\.\d+)?)([^\d,.]*)")


@dataclass(frozen=True, slots=True)
class MetricPlace:
    check: PromiseCheck
    value: MetricValue | None
    today: datetime.date

    @property
    def is_missing(self) -> bool:
        check = self.check
        if self.value is not None or check.waived_reason:
            return False
        return not check.is_open or check.due_on <= self.today


@dataclass(frozen=True, slots=True)
class MetricRow:
    metric: Metric
    places: tuple[MetricPlace, ...]

    @property
    def given(self) -> list[MetricValue]:
        return [place.value for place in self.places if place.value is not None]

    def way(self, value: str) -> float | None:
        """How much of the way from baseline to target a value has gone. None unless all
        three are numbers of one unit that differ."""
        read = [
            number_of(text)
            for text in (self.metric.baseline, self.metric.target, value)
        ]
        if None in read or len({unit for _, unit in filter(None, read)}) != 1:
            return None
        before, target, now = [number for number, _ in filter(None, read)]
        if before == target:
            return None
        return (now - before) / (target - before)


def number_of(text: str) -> tuple[float, str] | None:
    match = NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    lead, number, unit = match.groups()
    return float(number), f"{lead.strip()}|{unit.strip()}".casefold()


def newest_readings(evaluation: Evaluation) -> dict[str, str]:
    """By metric what it was last measured to be; nobody measures before the award."""
    if evaluation.is_open:
        return {}
    rows = MetricValue.objects.filter(metric__evaluation=evaluation)
    ordered = rows.order_by("promise_check__due_on", "pk")
    return dict(ordered.values_list("metric__name", "value"))


def metric_rows(
    evaluation: Evaluation, checks: Collection[PromiseCheck], today: datetime.date
) -> list[MetricRow]:
    values = {
        (row.promise_check_id, row.metric_id): row
        for row in MetricValue.objects.filter(promise_check__in=checks).select_related(
            "recorded_by"
        )
    }
    return [
        MetricRow(
            metric,
            tuple(
                MetricPlace(check, values.get((check.pk, metric.pk)), today)
                for check in checks
            ),
        )
        for metric in evaluation.metrics.all()
    ]
