"""Making a quote's lines the cost lines of its candidate, once they may be read."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import SYSTEM, By, snapshot
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import change_all, lock
from evaltracker.kit.clock import wall_of
from vendors.choices import CostState, PriceSource
from vendors.models import Candidate, CostLine, Quote
from vendors.selectors.quotes import not_quoted
from vendors.services.cost_rows import (
    SAVED,
    WRITTEN,
    fill,
    locked,
    name_of,
    open_part,
)
from vendors.services.quote_lines import AMOUNTS, QuotedLine, cost_values, read_lines

# How a price that somebody else had said of a kind stands beside the quote of it.
PART_OF = "Part of the vendor's quote of "
WITHDRAWN = "The vendor withdrew its quote on {}."


def waiting() -> Any:
    """Quotes that are not among the costs of their candidate."""
    return Quote.objects.filter(revision__gt=F("candidate__quote_entered"))


def enter_quotes(*, evaluation: Evaluation, by: By) -> None:
    """Let what vendors quoted stand among the costs; the caller has locked it.

    A quote says all of each kind that it names: the same line is replaced, and what
    else was priced of that kind is part of the quote from now on. What it does not
    name is not stated, unless somebody has said it. After one that was withdrawn,
    nothing is stated of what came from it.
    """
    candidates = {row.pk: row for row in locked(evaluation).values()}
    rows = waiting().filter(candidate__evaluation=evaluation)
    last = {quote.candidate_id: quote for quote in rows.order_by("revision")}
    for key in sorted(last, key=lambda key: candidates[key].name):
        candidate = candidates[key]
        candidate.evaluation = evaluation
        _enter(candidate, last[key], by)


def enter_quotes_at_once() -> None:
    """The same where quotes are not sealed from the owner, or from nobody any more."""
    read = Q(candidate__evaluation__owner_types_prices=True) | Q(
        candidate__evaluation__prices_opened_at__isnull=False
    )
    rows = waiting().filter(read, candidate__evaluation__status=Status.OPEN)
    homes = rows.order_by("candidate__evaluation").values("candidate__evaluation")
    for home in Evaluation.objects.filter(pk__in=homes).order_by("pk"):
        with transaction.atomic():
            enter_quotes(evaluation=lock(home), by=SYSTEM)


def _enter(candidate: Candidate, quote: Quote, by: By) -> None:
    """Write the lines of one quote, in one entry of the journal."""
    day = wall_of(quote.handed_in_at, candidate.evaluation.zone).date()
    there = {
        (row.kind, row.label): row
        for row in CostLine.objects.filter(candidate=candidate)
    }
    for row in there.values():
        row.candidate = candidate
    before = {name_of(row): snapshot(row, WRITTEN) for row in there.values()}
    added, touched = _rows(candidate, quote, day, there)
    CostLine.objects.bulk_create(added)
    change_all(touched, SAVED)
    Candidate.objects.filter(pk=candidate.pk).update(quote_entered=quote.revision)
    if added or touched:
        _tell(candidate, quote, by, before, [*added, *touched], len(added))


def _rows(
    candidate: Candidate,
    quote: Quote,
    day: Any,
    there: dict[tuple[str, str], CostLine],
) -> tuple[list[CostLine], list[CostLine]]:
    """The lines that are new, and those of `there` that change."""
    if quote.is_withdrawn:
        return [], _taken_out(there.values(), day)
    added, touched = [], []
    lines = read_lines(quote.lines)
    quoted = {(line.kind, line.label) for line in lines}
    for line in lines:
        values = _values(line, quote, day)
        if row := there.get((line.kind, line.label)):
            touched.append(fill(row, values))
        else:
            new = CostLine(candidate=candidate, kind=line.kind, label=line.label)
            added.append(fill(new, values))
    kinds = {line.kind for line in lines}
    part = {"state": CostState.INCLUDED, **dict.fromkeys(AMOUNTS)}
    for key, row in there.items():
        if key not in quoted and row.kind in kinds and row.state == CostState.PRICED:
            touched.append(fill(row, {**part, "note": f"{PART_OF}{day}."}))
    said = {row.kind for row in there.values()}
    added += [
        CostLine(candidate=candidate, kind=kind, currency=quote.currency)
        for kind in not_quoted(candidate, quote)
        if kind not in said
    ]
    return added, touched


def _taken_out(rows: Iterable[CostLine], day: Any) -> list[CostLine]:
    """Those that rest on a quote, as not stated."""
    nothing = {"state": CostState.UNSAID, **dict.fromkeys(AMOUNTS), "quoted_on": None}
    said = {**nothing, "note": WITHDRAWN.format(day)}
    return [
        fill(row, said)
        for row in rows
        if row.said_by == PriceSource.VENDOR or row.note.startswith(PART_OF)
    ]


def _values(line: QuotedLine, quote: Quote, day: Any) -> dict[str, Any]:
    """All columns of a cost line that the vendor says."""
    return {
        **cost_values(line, quote.currency),
        "said_by": PriceSource.VENDOR,
        "quoted_on": day,
        "rate": None,
        **dict.fromkeys(("source_text", "source_url"), ""),
    }


def _tell(
    candidate: Candidate,
    quote: Quote,
    by: By,
    before: dict[str, Any],
    rows: list[CostLine],
    added: int,
) -> None:
    """Write it into the journal; amounts only once they are open."""
    home = candidate.evaluation
    names = {name_of(row) for row in rows[added:]}
    journal.record(
        evaluation=home,
        action="quote.taken_out" if quote.is_withdrawn else "quote.entered",
        subject=quote,
        by=by,
        before={name: open_part(home, before[name]) for name in sorted(names)},
        after={
            "candidate": candidate.name,
            "revision": quote.revision,
            "lines": {
                name_of(row): open_part(home, snapshot(row, WRITTEN)) for row in rows
            },
        },
        rows=rows,
    )
