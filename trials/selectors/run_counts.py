"""What the runs of criteria come to, counted in the database, and by day."""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, F, Max, Min, Q, Sum, Value, When, Window
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import RowNumber, TruncDate

from evaltracker.measures import (
    Measure,
    Proposal,
    UnitMismatch,
    convert,
    propose_of,
    propose_of_tests,
)
from evaltracker.measures.proposal import NOTHING
from evaltracker.measures.statistics import mean_of, ranks_of
from trials.models import Criterion, Run
from trials.selectors.run_sums import RunCount, Struck, Sums

# So many runs that somebody left out are drawn; each was a person's own act.
MOST_STRUCK = 200


@dataclass(slots=True)
class _Counted:
    """What one criterion has, while it is read."""

    measure: Measure | None
    whole: Sums = field(default_factory=Sums)
    days: dict[datetime.date, Sums] = field(default_factory=dict)
    units: set[str] = field(default_factory=set)
    struck: list[Struck] = field(default_factory=list)
    last_at: datetime.datetime | None = None
    # Why its runs cannot be counted: the measure has another unit since.
    mismatch: str = ""

    def add(self, row: Mapping[str, Any]) -> None:
        """Put a group of runs of one day and unit into it."""
        self.last_at = max(self.last_at or row["last"], row["last"])
        self.units.add(row["unit"])
        try:
            self.whole.add(row, self.measure)
            self.days.setdefault(row["day"], Sums()).add(row, self.measure)
        except UnitMismatch as error:
            self.mismatch = str(error)


def run_counts(criteria: Iterable[Criterion], zone: str) -> dict[uuid.UUID, RunCount]:
    """What the runs of each criterion come to, in three queries for all.

    A criterion without any run is not in it; one whose runs were all left out is.
    """
    measures = {row.pk: Measure.from_json(row.measure) for row in criteria}
    counted = _by_day(measures, zone)
    values = _ranked(counted)
    _strike(counted, zone)
    return {
        key: RunCount(
            measure=one.measure,
            proposal=_proposal(one, values.get(key, ())),
            days=[sums.day(day) for day, sums in sorted(one.days.items())],
            struck=one.struck,
            last_at=one.last_at,
        )
        for key, one in counted.items()
    }


def _by_day(
    measures: Mapping[uuid.UUID, Measure | None], zone: str
) -> dict[uuid.UUID, _Counted]:
    counts = Q(left_out_at__isnull=True)
    rows = (
        Run.objects.filter(criterion__in=measures)
        .order_by()
        .annotate(day=TruncDate("measured_at", tzinfo=ZoneInfo(zone)))
        .values("criterion_id", "day", "unit")
        .annotate(
            n=Count("pk", filter=counts),
            out=Count("pk", filter=~counts),
            tests=Count("pk", filter=counts & Q(failed__isnull=False)),
            failures=Count("pk", filter=counts & Q(failed=True)),
            lowest=Min("number", filter=counts),
            highest=Max("number", filter=counts),
            total=Sum("number", filter=counts),
            last=Max("measured_at"),
        )
    )
    found: dict[uuid.UUID, _Counted] = {}
    for row in rows:
        key = row["criterion_id"]
        found.setdefault(key, _Counted(measures[key])).add(row)
    return found


def _ranked(counted: Mapping[uuid.UUID, _Counted]) -> dict[uuid.UUID, list[Decimal]]:
    """The numbers at the ranks of each criterion's statistic."""
    wanted = Q()
    for key, one in counted.items():
        if one.measure and one.whole.n and not one.mismatch:
            ranks = ranks_of(one.measure.statistic, one.whole.n)
            wanted |= Q(criterion=key, rank__in=ranks) if ranks else Q()
    if not wanted:
        return {}
    ordered = Window(
        RowNumber(), partition_by="criterion", order_by=_in_one_unit(counted)
    )
    rows = (
        Run.objects.counting()
        .filter(criterion__in=counted, number__isnull=False)
        .order_by()
        .annotate(rank=ordered)
        .filter(wanted)
    )
    found: dict[uuid.UUID, list[Decimal]] = {}
    for key, number, unit in rows.values_list("criterion_id", "number", "unit"):
        measure = counted[key].measure
        if measure is not None and number is not None:
            found.setdefault(key, []).append(convert(number, unit, measure.unit))
    return found


def _in_one_unit(counted: Mapping[uuid.UUID, _Counted]) -> F | CombinedExpression:
    """Numbers as they compare: by factor where a criterion has runs of two units."""
    factors = [
        When(criterion=key, unit=unit, then=Value(convert(Decimal(1), unit, wanted)))
        for key, one in counted.items()
        if one.measure and not one.mismatch
        for wanted in [one.measure.unit]
        for unit in sorted(one.units - {wanted, ""})
    ]
    if not factors:
        return F("number")
    return F("number") * Case(*factors, default=Value(Decimal(1)))


def _strike(counted: Mapping[uuid.UUID, _Counted], zone: str) -> None:
    """Note the runs that were left out, the newest of them."""
    rows = (
        Run.objects.filter(criterion__in=counted, left_out_at__isnull=False)
        .order_by("-left_out_at")
        .values_list("criterion_id", "measured_at", "number", "unit")
    )
    for key, at, number, unit in rows[:MOST_STRUCK]:
        one = counted[key]
        if one.measure and number is not None and not one.mismatch:
            number = convert(number, unit, one.measure.unit)
        one.struck.append(Struck(at.astimezone(ZoneInfo(zone)).date(), number))


def _proposal(one: _Counted, at_ranks: Sequence[Decimal]) -> Proposal:
    measure, whole = one.measure, one.whole
    if measure is None:
        return propose_of_tests(whole.n, whole.failed)
    if one.mismatch:
        return replace(NOTHING, n=whole.n, why=one.mismatch)
    spread = whole.spread
    if spread is None:
        return NOTHING
    value = mean_of(at_ranks) if at_ranks else spread.mean
    return propose_of(measure, whole.n, value, spread.lowest, spread.highest)
