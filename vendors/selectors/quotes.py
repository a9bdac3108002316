"""Quotes: a vendor's own, and what the house may know of one that is sealed."""

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, QuerySet, Value, When

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.kit.reading import read_once
from vendors.costs import CHECKLIST
from vendors.models import Candidate, Quote
from vendors.policy import may_see_prices


@dataclass(frozen=True, slots=True)
class QuoteSeen:
    """All that is known of a sealed quote: when it was handed in or withdrawn, and
    until when it holds."""

    revision: int
    handed_in_at: datetime.datetime
    valid_until: datetime.date
    is_withdrawn: bool = False


def own_quotes(candidate: Candidate) -> QuerySet[Quote]:
    """Every revision that the vendor of `candidate` handed in, the last one first."""
    rows: QuerySet[Quote] = Quote.objects.filter(candidate=candidate)
    return rows.order_by("-revision")


def standing_quote(candidate: Candidate) -> Quote | None:
    """What the vendor asks now; None also once it has withdrawn its prices."""
    last = own_quotes(candidate).first()
    return None if last is None or last.is_withdrawn else last


def quotes_seen(evaluation: Evaluation) -> dict[UUID, QuoteSeen]:
    """What is known of the quotes of an evaluation, by candidate; reads no price. It is
    read once for a request that only reads."""
    rows = Quote.objects.in_evaluation(evaluation).order_by("revision")
    withdrawn = Case(When(lines=[], then=Value(True)), default=Value(False))
    told = rows.values_list(
        *("candidate", "revision", "handed_in_at", "valid_until"), withdrawn
    )
    return read_once(
        ("quotes seen", evaluation.pk),
        lambda: {row[0]: QuoteSeen(*row[1:]) for row in told},
    )


def may_see_quotes(user: User, evaluation: Evaluation) -> bool:
    """Whether what vendors quoted is open to `user`: as prices are, but to the owner
    only once they are opened, unless the owner enters prices here."""
    opened = evaluation.prices_opened_at is not None or evaluation.owner_types_prices
    return opened and may_see_prices(user, evaluation)


def is_sealed(evaluation: Evaluation, now: datetime.datetime) -> bool:
    """Whether nobody of the house would read a quote that is handed in now.

    That prices are open is told only while quotes are taken again after it.
    """
    if evaluation.owner_types_prices:
        return False
    opened = evaluation.prices_opened_at is not None
    return not (opened and evaluation.claims_are_open(now))


def not_quoted(candidate: Candidate, quote: Quote | None) -> list[str]:
    """Kinds of the checklist that the quote does not name."""
    said = {line["kind"] for line in quote.lines} if quote else set()
    return [str(kind) for kind in CHECKLIST[candidate.kind] if str(kind) not in said]


def is_quoted(evaluation: Evaluation) -> bool:
    """Whether any vendor has handed in prices, also if it withdrew them: what was
    said under seal stays sealed."""
    return bool(quotes_seen(evaluation))
