"""Facts for the scoring tests: short builders, and strategies over all of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from evaltracker.enumerations import Availability, Source
from trials import scoring
from trials.scoring import (
    DEFAULT_CREDITS,
    CellFacts,
    CellState,
    ClaimFacts,
    Credits,
    EvidenceFacts,
    Fit,
    PromiseRecord,
    RequirementFacts,
    Verdict,
)

TODAY = date(2026, 11, 24)
_START = datetime(2026, 11, 1, tzinfo=UTC)


def found(
    source: str,
    verdict: str,
    day: int = 0,
    *,
    independent: bool = True,
    judged: str | None = None,
) -> EvidenceFacts:
    """Return a verdict so many days after the first of the month."""
    return EvidenceFacts(
        source=Source(source),
        verdict=Verdict(verdict),
        at=_START + timedelta(days=day),
        independent=independent,
        judged=None if judged is None else Availability(judged),
    )


def cell(
    availability: str = "now",
    *evidence: EvidenceFacts,
    on: date | None = None,
    stale: bool = False,
    not_applicable: bool = False,
    excused: bool = False,
) -> CellFacts:
    """Return a cell with a claim and what was found of it."""
    return CellFacts(
        claim=ClaimFacts(Availability(availability), on, stale),
        evidence=evidence,
        not_applicable=not_applicable,
        excused=excused,
    )


def states(
    keys: Iterable[str],
    cells: Mapping[str, CellFacts],
    today: date,
    credits: Credits = DEFAULT_CREDITS,
) -> dict[str, CellState]:
    """Return the states of cells without lists; one that is not given is empty."""
    return {
        key: scoring.plain_state(cells.get(key, CellFacts()), today, credits)
        for key in keys
    }


def fit(
    weights: Mapping[str, Decimal],
    cells: Mapping[str, CellFacts],
    today: date,
    credits: Credits = DEFAULT_CREDITS,
) -> Fit:
    """Return the fit of cells without lists."""
    return scoring.fit(weights, states(weights, cells, today, credits))


def knock_outs(
    requirements: Sequence[RequirementFacts],
    cells: Mapping[str, CellFacts],
    today: date,
) -> tuple[RequirementFacts, ...]:
    """Return what knocks out among cells without lists."""
    keys = [requirement.key for requirement in requirements]
    return scoring.knock_outs(requirements, states(keys, cells, today))


def promise_record(
    requirements: Sequence[RequirementFacts],
    cells: Mapping[str, CellFacts],
    today: date,
) -> PromiseRecord:
    """Return the promise record of cells without lists."""
    keys = [requirement.key for requirement in requirements]
    return scoring.promise_record(requirements, states(keys, cells, today))


evidences = st.builds(
    EvidenceFacts,
    source=st.sampled_from(Source),
    verdict=st.sampled_from(Verdict),
    at=st.integers(0, 5).map(lambda day: _START + timedelta(days=day)),
    independent=st.booleans(),
)
claims = st.builds(
    ClaimFacts,
    availability=st.sampled_from(Availability),
    available_from=st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    stale=st.booleans(),
)
cells = st.builds(
    CellFacts,
    claim=st.none() | claims,
    evidence=st.lists(evidences, max_size=5).map(tuple),
    not_applicable=st.booleans(),
    excused=st.booleans(),
)
keys = st.sampled_from([f"1.{n}" for n in range(1, 12)])
weights = st.decimals(0, 10, places=1)
shares = st.decimals(0, 1, places=2)
weightings = st.dictionaries(keys, weights, max_size=8)
columns = st.dictionaries(keys, cells, max_size=8)
ONE = Decimal(1)
