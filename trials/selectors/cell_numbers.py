"""The numbers of cells: what was claimed for a measure, and what runs came to."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    IntegerField,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Length, Replace

from evaltracker.evaluations.models import Evaluation
from evaltracker.measures import CellNumbers, Measure, Measured, Reading
from trials.choices import Source
from trials.models import Evidence, Measurement
from trials.models.measurements import FAILED
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
    """The numbers of every cell that has one, in two queries."""
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
    asked: dict[UUID, Measure | None] = {}
    claimed = _claims(evaluation, asked)
    measured = measured_by(_verdicts(evaluation, asked))
    return {
        spot: CellNumbers(asked[spot[1]], claimed.get(spot), measured.get(spot, ()))
        for spot in {**claimed, **measured}
    }


def _claims(
    evaluation: Evaluation, asked: dict[UUID, Measure | None]
) -> dict[Spot, Reading]:
    """The numbers of answers that stand; what was asked is put into `asked`."""
    rows = Claim.objects.filter(
        candidate__evaluation=evaluation,
        superseded_at__isnull=True,
        requirement__retired_at__isnull=True,
    ).exclude(number={})
    found: dict[Spot, Reading] = {}
    for candidate, requirement, said, measure in rows.order_by().values_list(
        *("candidate_id", "requirement_id", "number", "requirement__measure")
    ):
        if claimed := Reading.kept(said):
            found[candidate, requirement] = claimed
            _ask(asked, requirement, measure)
    return found


def _ask(
    asked: dict[UUID, Measure | None], requirement: UUID, measure: Mapping[str, Any]
) -> None:
    if requirement not in asked:
        asked[requirement] = Measure.from_json(measure)


def _verdicts(
    evaluation: Evaluation, asked: dict[UUID, Measure | None]
) -> Iterable[TrialVerdict]:
    """Those on requirements of which something was measured."""
    measured = Measurement.objects.in_evaluation(evaluation).values(
        "evidence__claim__requirement"
    )
    rows = (
        Evidence.objects.filter(
            source=Source.TRIAL,
            claim__candidate__evaluation=evaluation,
            claim__requirement__in=measured.order_by(),
            claim__requirement__retired_at__isnull=True,
        )
        .annotate(
            awaits=Case(
                When(awaiting_reply("finding__"), then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            ),
            failed=failed_tests(),
        )
        .order_by("recorded_at", "pk")
        .values_list(
            *("pk", "claim__candidate_id", "claim__requirement_id", "reconfirms_id"),
            *("named_values", "criterion__named_values", "awaits"),
            "claim__requirement__measure",
            *("measurement__measure", "measurement__value", "measurement__n", "failed"),
        )
    )
    for key, candidate, requirement, again, own, shared, awaits, now, *kept in rows:
        _ask(asked, requirement, now)
        named = {**(shared or {}), **own}
        said = dict(zip(("measure", "value", "n", "failed"), kept, strict=True))
        yield TrialVerdict(
            key=key,
            spot=(candidate, requirement),
            reconfirms=again,
            named=named,
            measured=None
            if said["n"] is None
            else Measured.from_json({**said, "named": named_words(named)}),
            awaits=awaits,
        )


def failed_tests() -> Case:
    """How many tests of a verdict failed, counted in the text that the column holds;
    0 where numbers were measured."""
    text = Cast("measurement__results", TextField())
    rest = Replace(text, Value(f'"{FAILED}"'), Value(""))
    length = len(f'"{FAILED}"')
    return Case(
        When(measurement__value="", then=(Length(text) - Length(rest)) / length),
        default=Value(0),
        output_field=IntegerField(),
    )
