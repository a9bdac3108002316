"""The claimed and measured numbers of a document, by candidate and requirement."""

from collections.abc import Iterator
from typing import Any

from evaltracker.measures import CellNumbers, Measure, Measured, Reading
from evaltracker.portable.registry import Document
from trials.choices import Source
from trials.models.measurements import FAILED
from trials.selectors.cell_numbers import Spot, TrialVerdict, measured_by
from vendors.named_values import named_words

type Row = dict[str, Any]


def numbers_of(document: Document) -> dict[Spot, CellNumbers]:
    """As the matrix says them, on the day of the newest entry of the journal."""
    measured = measured_by(verdicts(document))
    asked = {row["id"]: Measure.from_json(row["measure"]) for row in needs(document)}
    claimed = {
        spot_of(row): Reading.kept(row["number"])
        for row in document["claims"]
        if row["number"] and row["superseded_at"] is None
    }
    return {
        spot: CellNumbers(asked[spot[1]], claimed.get(spot), measured.get(spot, ()))
        for spot in {**claimed, **measured}
        if spot[1] in asked
    }


def needs(document: Document) -> Iterator[Row]:
    """The requirements that are asked."""
    yield from (row for row in document["requirements"] if row["retired_at"] is None)


def spot_of(claim: Row) -> Spot:
    """Where a claim stands."""
    return claim["candidate"], claim["requirement"]


def verdicts(document: Document) -> Iterator[TrialVerdict]:
    """Those of trials, in the order of time."""
    now = document["journal"][-1]["at"]
    spots = {row["id"]: spot_of(row) for row in document["claims"]}
    shared = {row["id"]: row["named_values"] for row in document["criteria"]}
    kept = {row["evidence"]: row for row in document["measurements"]}
    awaited = {
        row["evidence"]
        for row in document["gaps"]
        if not (row["reply_at"] or row["closed_at"])
        and (row["reply_until"] or "") > now
    }
    rows = (row for row in document["evidence"] if row["source"] == Source.TRIAL)
    for row in sorted(rows, key=lambda row: (row["recorded_at"], row["id"])):
        named = {**shared.get(row["criterion"], {}), **row["named_values"]}
        found = kept.get(row["id"])
        yield TrialVerdict(
            key=row["id"],
            spot=spots[row["claim"]],
            reconfirms=row["reconfirms"],
            named=named,
            measured=measured_of(found, named) if found else None,
            awaits=row["id"] in awaited,
        )


def measured_of(measurement: Row, named: dict[str, list[str]]) -> Measured | None:
    """What the runs of a verdict on these values came to."""
    failed = measurement["results"].count(FAILED)
    words = named_words(named)
    return Measured.from_json({**measurement, "named": words, "failed": failed})
