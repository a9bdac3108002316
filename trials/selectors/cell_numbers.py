"""The numbers of cells: what was claimed for a measure, and what was measured."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BooleanField, Case, Value, When

from evaltracker.evaluations.models import Evaluation
from evaltracker.measures import CellNumbers, Measure, Measured, Reading
from trials.choices import Source
from trials.models import Evidence, Measurement
from trials.selectors.counted import counted_once
from trials.selectors.findings import awaiting_reply
from vendors.models import Claim
from vendors.named_values import Named, named_words

# By candidate and requirement.
type Spot = tuple[Any, Any]
type Numbers = Mapping[tuple[UUID, UUID], CellNumbers]


class TrialVerdict(NamedTuple):
    """A verdict of a trial; `awaits` is whether the vendor may still answer it."""

    key: Any
    spot: Spot
    reconfirms: Any
    named: Named
    measured: Measured | None
    awaits: bool


def cell_numbers(evaluation: Evaluation) -> Numbers:
    """The numbers of every cell that has one, in three queries."""
    return counted_once(evaluation, "numbers", _read)


def measured_by(verdicts: Iterable[TrialVerdict]) -> dict[Spot, list[Measured]]:
    """What the verdicts that stand were measured at, by spot.

    Verdicts come in the order of time: a newer one stands for the values that it
    names, or for all. One that was said again keeps its number.
    """
    numbers: dict[Any, Measured | None] = {}
    standing: dict[Spot, dict[str, Measured | None]] = {}
    for one in verdicts:
        measured = one.measured or numbers.get(one.reconfirms)
        numbers[one.key] = measured
        if one.awaits:
            continue
        named = named_words(one.named)
        if not named:
            standing[one.spot] = {}
        standing.setdefault(one.spot, {})[named] = measured
    return {
        spot: found
        for spot, by_name in standing.items()
        if (found := [each for each in by_name.values() if each])
    }


def _read(evaluation: Evaluation) -> Numbers:
    measured = measured_by(_verdicts(evaluation))
    claimed = _claims(evaluation)
    needs = evaluation.requirements.filter(retired_at__isnull=True)
    asked = {
        key: Measure.from_json(measure)
        for key, measure in needs.values_list("pk", "measure")
    }
    return {
        spot: CellNumbers(asked[spot[1]], claimed.get(spot), measured.get(spot, ()))
        for spot in {**claimed, **measured}
        if spot[1] in asked
    }


def _claims(evaluation: Evaluation) -> dict[Spot, Reading]:
    rows = Claim.objects.filter(
        candidate__evaluation=evaluation, superseded_at__isnull=True
    ).exclude(number={})
    return {
        (candidate, requirement): claimed
        for candidate, requirement, said in rows.order_by().values_list(
            "candidate_id", "requirement_id", "number"
        )
        if (claimed := Reading.kept(said))
    }


def _verdicts(evaluation: Evaluation) -> Iterable[TrialVerdict]:
    """Those on requirements of which something was measured."""
    measured = Measurement.objects.in_evaluation(evaluation).values(
        "evidence__claim__requirement"
    )
    rows = (
        Evidence.objects.filter(
            source=Source.TRIAL,
            claim__candidate__evaluation=evaluation,
            claim__requirement__in=measured.order_by(),
        )
        .annotate(
            awaits=Case(
                When(awaiting_reply("finding__"), then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            )
        )
        .order_by("recorded_at", "pk")
        .values_list(
            *("pk", "claim__candidate_id", "claim__requirement_id", "reconfirms_id"),
            *("named_values", "criterion__named_values", "awaits"),
            *("measurement__measure", "measurement__value", "measurement__n"),
        )
    )
    for key, candidate, requirement, again, own, shared, awaits, *kept in rows:
        named = {**(shared or {}), **own}
        measure, value, n = kept
        said = {"measure": measure, "value": value, "n": n, "named": named_words(named)}
        yield TrialVerdict(
            key=key,
            spot=(candidate, requirement),
            reconfirms=again,
            named=named,
            measured=Measured.from_json(said) if measure else None,
            awaits=awaits,
        )
