"""Handing in and withdrawing a vendor's prices, sealed until prices are opened."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import Actor, By, actor_of
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import (
    change,
    check_owned,
    lock,
    require_open,
    require_owner,
)
from evaltracker.toolbox.days import database_now, wall_of
from evaltracker.toolbox.text import Inputs
from vendors.choices import Pricing, Recurrence
from vendors.costs import CODES, amounts_at
from vendors.costs import Pricing as HowPriced
from vendors.models import Candidate, Question, Quote
from vendors.notices import QuestionAnswered
from vendors.selectors.answer_counts import given_away
from vendors.selectors.costs import is_quoted, own_quotes, standing_quote
from vendors.services.access import gathering_end, invited_candidates, owe_contacts
from vendors.services.candidates import lock_invitation
from vendors.services.opening import QuotedLine, checked_lines, kept_line

# Answering a question once for all, without giving away who asked.


@transaction.atomic
def answer_question(
    *,
    question: Question,
    answer: str,
    by: By,
    text: str | None = None,
    though_named: bool = False,
) -> Question:
    """Answer, or correct an answer; every invited vendor reads it.

    `text` words the question anew for all; what its asker wrote is kept apart. Words
    that hold a name of the asker are refused, unless the owner has looked at them
    and says that they give nobody away.

    Raises:
        Forbidden: not the owner. Refused: the evaluation has ended. Invalid: by field.

    """
    evaluation = lock(question.evaluation)
    require_owner(by, evaluation)
    require_open(evaluation)
    question = Question.objects.select_for_update(of=("self",), no_key=True).get(
        pk=question.pk
    )
    inputs = Inputs()
    words = {
        "text": inputs.text("text", question.text if text is None else text),
        "answer": inputs.text("answer", answer),
    }
    for field, name in () if though_named else given_away(question, **words):
        inputs.refuse(field, f"It names {name}, who asked. Word it otherwise.")
    inputs.check()
    if all(getattr(question, field) == value for field, value in words.items()):
        return question
    before, after = change(
        question,
        **words,
        answered_at=database_now(),
        answered_by=actor_of(by).user,
    )
    journal.record(
        evaluation=evaluation,
        action="question.answered",
        subject=question,
        by=by,
        before=before,
        after=after,
    )
    at = gathering_end(database_now())
    owe_contacts(
        kind=QuestionAnswered.name,
        candidates=invited_candidates(evaluation),
        subject=evaluation,
        occurrence=at.isoformat(),
        at=at,
    )
    return question


# What the lines of a quote add up to, by when it falls due.

CENT = Decimal("0.01")


def totals_of(lines: Iterable[QuotedLine]) -> dict[str, Decimal]:
    """The likely sum of each that is due once, monthly and yearly; a rise in percent
    is of other lines, and is in none."""
    sums: dict[str, Fraction] = {}
    for line in lines:
        if not line.is_priced or line.pricing == Pricing.PERCENT:
            continue
        low, likely, high = (
            Decimal(0) if amount is None else amount
            for amount in (line.low, line.likely, line.high)
        )
        pricing, quantity = HowPriced(line.pricing), Fraction(line.quantity)
        paid = amounts_at((low, likely, high), pricing, line.tiers, quantity)[1]
        sums[line.recurrence] = sums.get(line.recurrence, Fraction(0)) + paid
    return {
        due: _rounded(sums[due]) for due in map(str, Recurrence.values) if due in sums
    }


def _rounded(amount: Fraction) -> Decimal:
    whole = Decimal(amount.numerator) / Decimal(amount.denominator)
    return whole.quantize(CENT, rounding=ROUND_HALF_UP)


PAST = "That day has passed; name today or a later day."
NONE_STANDS = "You have no prices handed in, so there is nothing to withdraw."


@dataclass(frozen=True, slots=True)
class QuoteResult:
    """The quote that stands, and whether it is a new revision."""

    quote: Quote
    created: bool


@transaction.atomic
def hand_in_quote(
    *,
    candidate: Candidate,
    currency: str,
    valid_until: datetime.date,
    lines: Sequence[QuotedLine],
    by: Actor,
) -> QuoteResult:
    """Keep the prices as the next revision; the same prices again write nothing.

    The journal tells that it was done and until when they hold, and commits to them
    by a salted digest.

    Raises:
        Refused: claims are not open. NotFound: the candidate was not invited.
        Invalid: by field, a line's as “lines.0.likely”.

    """
    candidate, now = lock_invitation(candidate)
    inputs = Inputs()
    if currency not in CODES:
        inputs.refuse("currency", "Write the currency as its code, such as USD.")
    if valid_until < wall_of(now, candidate.evaluation.zone).date():
        inputs.refuse("valid_until", PAST)
    inputs.check()
    kept = [kept_line(line) for line in checked_lines(candidate, lines, currency)]
    stands = standing_quote(candidate)
    said = {"currency": currency, "valid_until": valid_until, "lines": kept}
    if stands and all(getattr(stands, name) == said[name] for name in said):
        return QuoteResult(stands, created=False)
    told = ("revision", "valid_until")
    quote = _keep(candidate, said, now, "quote.handed_in", told, by)
    return QuoteResult(quote, created=True)


@transaction.atomic
def withdraw_quote(*, candidate: Candidate, by: Actor) -> Quote:
    """Take the prices back: a revision without lines; the earlier ones stay.

    Raises:
        Refused: claims are not open, or no quote stands.
        NotFound: the candidate was not invited.

    """
    candidate, now = lock_invitation(candidate)
    stands = standing_quote(candidate)
    if stands is None:
        raise Refused(NONE_STANDS, code="nothing_to_withdraw")
    said = {
        "currency": stands.currency,
        "valid_until": stands.valid_until,
        "lines": [],
    }
    return _keep(candidate, said, now, "quote.withdrawn", ("revision",), by)


def _keep(
    candidate: Candidate,
    said: dict[str, Any],
    now: datetime.datetime,
    action: str,
    told: Sequence[str],
    by: Actor,
) -> Quote:
    """Keep the next revision; the journal tells the fields `told`."""
    last = own_quotes(candidate).first()
    quote = Quote.objects.create(
        candidate=candidate,
        revision=last.revision + 1 if last else 1,
        handed_in_at=now,
        handed_in_by=actor_of(by).name,
        **said,
    )
    journal.record(
        evaluation=candidate.evaluation,
        action=action,
        subject=quote,
        by=by,
        after={"candidate": candidate.name, **journal.snapshot(quote, told)},
        rows=[quote],
    )
    return quote


def check_let_owner_type_prices(evaluation: Evaluation, by: By) -> None:
    """The owner says it before any vendor has quoted, for quotes came sealed."""
    check_owned(evaluation, by)
    if evaluation.prices_opened_at is not None:
        raise Refused("Prices are open already.", code="opened_already")
    if is_quoted(evaluation):
        raise Refused(
            "A vendor has handed in a quote, so who reads quotes cannot change any "
            "more.",
            code="quoted_already",
        )


@transaction.atomic
def let_owner_type_prices(
    *, evaluation: Evaluation, owner_types_prices: bool, by: By
) -> Evaluation:
    """Say whether quotes are open to the owner at once, or sealed like from others.

    Raises:
        Forbidden: not the owner. Refused: somebody has quoted, or it has ended.

    """
    evaluation = lock(evaluation)
    check_let_owner_type_prices(evaluation, by)
    before, after = change(evaluation, owner_types_prices=owner_types_prices)
    if after:
        journal.record(
            evaluation=evaluation,
            action="quotes.reader_set",
            subject=evaluation,
            by=by,
            before=before,
            after=after,
        )
    return evaluation
