"""Opening sealed prices: one person asks, a second one confirms, and only then."""

import datetime

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.evaluations.policy import (
    change,
    check_owned,
    checked,
    lock,
    require_owner,
    require_stage,
)
from evaltracker.kit.clock import database_now
from evaltracker.notices.services.scheduling import cancel_notices, owe_now
from vendors.models import CostLine, PriceOpening
from vendors.opening_notices import PricesAsked, PricesEscalated, PricesWaiting
from vendors.policy import check_read_answers
from vendors.selectors.opening import (
    NOBODY,
    Seat,
    interested,
    opening_of,
    second_people,
    second_seats,
)
from vendors.services.costs import PRICE_FIELDS
from vendors.services.quote_entering import enter_quotes

WAITING_EVERY = datetime.timedelta(days=3)
# The owner hears of the second reminder and of each that follows.
ESCALATED_FROM = 2


def check_ask_to_open_prices(evaluation: Evaluation, by: User) -> None:
    """The owner asks once, in the decision stage, if somebody may confirm."""
    check_owned(evaluation, by, Stage.DECISION)
    if evaluation.prices_opened_at is not None:
        raise Refused("Prices are open already.", code="opened_already")
    if opening_of(evaluation) is not None:
        raise Refused("It is asked for already.", code="asked_already")
    if not second_people(evaluation):
        raise Refused(NOBODY, code="nobody_may_confirm")


def check_confirm_price_opening(opening: PriceOpening, by: User) -> Seat:
    """The seat from which a second person confirms what is awaited."""
    if opening.is_theirs(by):
        raise Forbidden("Prices are opened by two people; somebody else confirms.")
    seat = seat_of(by, opening)
    require_awaited(opening)
    require_stage(opening.evaluation, Stage.DECISION)
    check_read_answers(opening.evaluation, by)
    return seat


def check_withdraw_price_opening(opening: PriceOpening, by: By) -> None:
    """The owner takes back what is awaited."""
    require_owner(by, opening.evaluation)
    require_awaited(opening)


@transaction.atomic
def ask_to_open_prices(*, evaluation: Evaluation, by: User) -> PriceOpening:
    """Ask a second person to open the prices; nothing is visible before.

    Everybody who may confirm is owed a mail.
    """
    evaluation = lock(evaluation)
    check_ask_to_open_prices(evaluation, by)
    opening = PriceOpening(evaluation=evaluation, asked_by=by, asked_at=database_now())
    checked(opening)
    opening.save()
    owe_second_people(opening)
    journal.record(
        evaluation=evaluation,
        action="prices.asked",
        subject=opening,
        by=by,
        after={"asked_by": by.name, "asked_at": opening.asked_at},
    )
    return opening


def owe_second_people(opening: PriceOpening) -> None:
    """Owe everybody who may confirm the mail that asks them, once, and every three
    days a reminder; and the owner word of the second time and of each that follows.

    Who comes to such a role later is asked when this is called next, and reminded
    from then on.
    """
    people = second_people(opening.evaluation, opening)
    for person in people:
        owe_about(opening, PricesAsked.name, person)
    asked = Notice.objects.filter(
        kind=PricesAsked.name, subject_id=str(opening.pk), recipient__in=people
    )
    for notice in asked.select_related("recipient"):
        if times := times_since(notice.due_at):
            owe_about(opening, PricesWaiting.name, notice.recipient, times)
    times = times_since(opening.asked_at)
    if times >= ESCALATED_FROM:
        owner = opening.evaluation.owner
        owe_about(opening, PricesEscalated.name, owner, times)


def owe_about(
    opening: PriceOpening, kind: str, recipient: User | None, times: int = 0
) -> None:
    """Owe one mail about it; the same one is never owed twice."""
    owe_now(
        evaluation=opening.evaluation,
        kind=kind,
        subject_id=opening.pk,
        occurrence=1,
        offset_days=-times * WAITING_EVERY.days,
        recipient=recipient,
    )


def times_since(moment: datetime.datetime) -> int:
    """How many reminders have come due since then."""
    return (timezone.now() - moment) // WAITING_EVERY


def stop_asking(opening: PriceOpening, because: str) -> None:
    """Owe no mail about it any more."""
    for kind in (PricesAsked, PricesWaiting, PricesEscalated):
        cancel_notices(kind=kind.name, subject_id=opening.pk, because=because)


def every_price(evaluation: Evaluation) -> dict[str, dict[str, object]]:
    """The prices of an evaluation as they are, by the id of their line."""
    return {
        str(line.pk): journal.snapshot(line, PRICE_FIELDS)
        for line in CostLine.objects.in_evaluation(evaluation).order_by("pk")
    }


@transaction.atomic
def confirm_price_opening(*, opening: PriceOpening, by: User) -> Evaluation:
    """Open the prices to everybody with a part, once and for good.

    What vendors quoted stands among the costs with it. The entry holds every price as
    it was at that instant.
    """
    evaluation = lock(opening.evaluation)
    opening = PriceOpening.objects.select_related("asked_by").get(pk=opening.pk)
    opening.evaluation = evaluation
    seat = check_confirm_price_opening(opening, by)
    lender = seat.part.user if seat.lending else None
    now = database_now()
    change(
        opening,
        confirmed_by=by,
        on_behalf_of=lender,
        role=seat.part.role,
        confirmed_at=now,
    )
    before, after = change(evaluation, prices_opened_at=now)
    stop_asking(opening, "Prices are open.")
    enter_quotes(evaluation=evaluation, by=by)
    journal.record(
        evaluation=evaluation,
        action="prices.opened",
        subject=evaluation,
        by=by,
        before=before,
        after={
            **after,
            "asked_by": opening.asked_by.name,
            "asked_at": opening.asked_at,
            "confirmed_by": by.name,
            "role": seat.part.role,
            "prices": every_price(evaluation),
        },
        on_behalf_of=lender.name if lender else "",
    )
    return evaluation


@transaction.atomic
def withdraw_price_opening(*, opening: PriceOpening, by: By) -> PriceOpening:
    """Take the request back; prices stay sealed, and it can be asked for anew."""
    evaluation = lock(opening.evaluation)
    opening = PriceOpening.objects.get(pk=opening.pk)
    opening.evaluation = evaluation
    check_withdraw_price_opening(opening, by)
    return drop(opening, by, "The request was withdrawn.")


def drop_asked_opening(*, evaluation: Evaluation, by: By, because: str) -> None:
    """Let a request that is awaited lapse, as the evaluation leaves the stage.

    The caller has locked the evaluation.
    """
    opening = PriceOpening.objects.awaited().filter(evaluation=evaluation).first()
    if opening is not None:
        opening.evaluation = evaluation
        drop(opening, by, because)


def drop(opening: PriceOpening, by: By, because: str) -> PriceOpening:
    """Mark it withdrawn, stop its mails, and say so in the journal."""
    before, after = change(
        opening, withdrawn_at=database_now(), withdrawn_by=actor_of(by).user
    )
    stop_asking(opening, because)
    journal.record(
        evaluation=opening.evaluation,
        action="prices.ask_withdrawn",
        subject=opening,
        by=by,
        before=before,
        after=after,
        reason=because,
    )
    return opening


def seat_of(user: User, opening: PriceOpening) -> Seat:
    """The seat from which `user` confirms, their own before a lent one."""
    for seat in second_seats(opening.evaluation, opening):
        if seat.user == user:
            return seat
    home = opening.evaluation.pk
    if user.pk in interested([home])[home]:
        raise Forbidden(
            "You declared an interest in a candidate; until the owner clears it, "
            "somebody else confirms."
        )
    raise Forbidden(
        "Prices are opened by Leadership or Finance, a role that you do not hold here."
    )


def require_awaited(opening: PriceOpening) -> None:
    """Refuse a request that is over, one way or the other."""
    if opening.confirmed_at is not None:
        raise Refused("Prices are open already.", code="opened_already")
    if opening.withdrawn_at is not None:
        raise Refused("The request was withdrawn; ask again.", code="withdrawn")
