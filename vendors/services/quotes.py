"""Vendors' prices: handed in, sealed, and opened by two people."""

import datetime
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from dataclasses import field as dataclasses_field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from evaltracker.enumerations import Pricing, Recurrence
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal, policy
from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.journal import SYSTEM, Actor, By, actor_of, snapshot
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.notices.services.scheduling import cancel_notices, owe_now
from evaltracker.toolbox.days import database_now, wall_of
from evaltracker.toolbox.languages import listed
from evaltracker.toolbox.measures import written
from evaltracker.toolbox.text import CallFields
from vendors.choices import AS_COST, CostState, PriceSource, QuoteState
from vendors.costs import CODES, CostKind, Tier, amounts_at, kind_named
from vendors.costs.lines import stored_tier
from vendors.models import (
    Candidate,
    Contact,
    CostLine,
    PriceOpening,
    Quote,
    QuoteReader,
    VendorSession,
    VendorToken,
)
from vendors.notices import PricesAsked, PricesEscalated, PricesWaiting
from vendors.policy import check_read_answers
from vendors.selectors import costs
from vendors.services.access import actor_by_token, actor_in_pages
from vendors.services.candidates import (
    lock_candidate,
    lock_candidates,
    lock_invitation,
    record_on,
)
from vendors.services.costs import (
    PRICE_FIELDS,
    SAVED,
    WRITTEN,
    check_price,
    check_tiers,
    fill,
    name_of,
    open_part,
)

MOST_LINES = 100
AMOUNTS = ("low", "likely", "high")
# What a cost says as the line of a quote does.
SAME = (*AMOUNTS, "quantity", "unit", "pricing", "recurrence", "note")
BELOW_ZERO = _lazy("A price can't be below 0. Enter the price after the discount.")
NOT_ASKED = _lazy("This invitation asks for no “%(kind)s”. It asks for: %(kinds)s.")
NOT_YOURS = _lazy(
    "Say included or not offered. Only the buyer can rule that it does not apply."
)
TWICE = _lazy("There is another line for it; name the part that each is for in label.")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedLine:
    """What one kind of cost, or a part of it, is offered for; low and high that are
    left out are the likely price."""

    kind: str
    state: str = QuoteState.PRICED
    label: str = ""
    low: Decimal | None = None
    likely: Decimal | None = None
    high: Decimal | None = None
    quantity: Decimal = Decimal(1)
    unit: str = ""
    pricing: str = Pricing.PER_UNIT
    tiers: tuple[Tier, ...] = ()
    recurrence: str = Recurrence.ONCE
    note: str = ""
    # What the kind was called when it was handed in, which makes no other price.
    called: str = dataclasses_field(default="", compare=False)

    @property
    def is_priced(self) -> bool:
        return self.state == QuoteState.PRICED

    @property
    def name(self) -> str:
        kind = self.called or kind_named(self.kind, ()).name
        if self.label:
            return f"{kind} ({self.label})"
        return kind


FIELDS = tuple(field.name for field in fields(QuotedLine))
# Kept as plain text, whatever list of choices they are of.
CHOSEN = ("kind", "state", "pricing", "recurrence")


def kept_line(line: QuotedLine) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(line, name) for name in FIELDS}
    for name in AMOUNTS:
        values[name] = None if values[name] is None else written(values[name])
    values["quantity"] = written(line.quantity)
    values["tiers"] = [stored_tier(tier) for tier in line.tiers]
    return values | {name: str(values[name]) for name in CHOSEN}


def read_line(kept: Mapping[str, Any]) -> QuotedLine:
    values = dict(kept)
    for name in AMOUNTS:
        values[name] = None if kept[name] is None else Decimal(kept[name])
    values["quantity"] = Decimal(kept["quantity"])
    values["tiers"] = costs.tiers_of(kept["tiers"])
    return QuotedLine(**values)


def read_lines(kept: Iterable[Mapping[str, Any]]) -> list[QuotedLine]:
    return [read_line(line) for line in kept]


def checked_lines(
    candidate: Candidate, lines: Sequence[QuotedLine], currency: str
) -> list[QuotedLine]:
    """The lines as they are kept, in the order of the schedule.

    Raises:
        Invalid: by “lines.<index>.<field>”, everything that is wrong.
    """
    inputs = CallFields()
    if not 1 <= len(lines) <= MOST_LINES:
        inputs.refuse(
            "lines", _("A quote has 1 to %(most)s lines.") % {"most": MOST_LINES}
        )
        inputs.check()
    valid = []
    seen = set()
    for index, line in enumerate(lines):
        of_line = CallFields()
        read = _checked(of_line, candidate, line, currency)
        if (read.kind, read.label) in seen:
            of_line.refuse("label", str(TWICE))
        seen.add((read.kind, read.label))
        valid.append(read)
        for field, sentences in of_line.errors.items():
            for sentence in sentences:
                inputs.refuse(f"lines.{index}.{field}", sentence)
    inputs.check()
    order = [kind.key for kind in costs.kinds_for(candidate)]
    return sorted(valid, key=lambda row: (order.index(row.kind), row.label))


def _checked(
    inputs: CallFields, candidate: Candidate, line: QuotedLine, currency: str
) -> QuotedLine:
    line = replace(
        line,
        label=inputs.line("label", line.label, blank=True),
        unit=inputs.line("unit", line.unit, limit=60, blank=True),
        note=inputs.text("note", line.note, limit=500, blank=True),
        low=line.likely if line.low is None else line.low,
        high=line.likely if line.high is None else line.high,
    )
    if line.state == CostState.NOT_APPLICABLE:
        inputs.refuse("state", str(NOT_YOURS))
        return line
    if line.state not in set(QuoteState):
        one_of = _("It must be one of: %(states)s.") % {"states": listed(QuoteState)}
        inputs.refuse("state", one_of)
        return line
    kinds = costs.kinds_for(candidate)
    if line.kind not in {kind.key for kind in kinds}:
        names = {"kind": line.kind[:60], "kinds": listed(kind.key for kind in kinds)}
        inputs.refuse("kind", NOT_ASKED % names)
        return line
    line = replace(line, called=kind_named(line.kind, kinds).name)
    if _below_zero(inputs, line):
        return line
    values = cost_values(line, currency)
    check_price(inputs, kinds, line.kind, line.label, values)
    check_tiers(inputs, values["state"], line.pricing, line.tiers)
    if not inputs.errors:
        _check_columns(inputs, line, values)
    return line


def _below_zero(inputs: CallFields, line: QuotedLine) -> bool:
    tiers = [amount for tier in line.tiers for amount in tier.amounts]
    for name in ("likely", "low", "high"):
        amount = getattr(line, name)
        is_own = name == "likely" or amount != line.likely
        if amount is not None and amount < 0 and is_own:
            inputs.refuse(name, str(BELOW_ZERO))
    if any(amount < 0 for amount in tiers):
        inputs.refuse("tiers", str(BELOW_ZERO))
    if line.quantity < 0:
        inputs.refuse("quantity", _("A quantity is 0 or more."))
    return bool(inputs.errors)


def _check_columns(
    inputs: CallFields, line: QuotedLine, values: dict[str, Any]
) -> None:
    row = CostLine(kind=line.kind, label=line.label, **values)
    try:
        row.clean_fields(exclude={"candidate"})
    except ValidationError as error:
        for field, sentences in error.message_dict.items():
            for sentence in sentences:
                inputs.refuse(field, sentence)


def cost_values(line: QuotedLine, currency: str) -> dict[str, Any]:
    return {
        "state": AS_COST[QuoteState(line.state)],
        "tiers": [stored_tier(tier) for tier in line.tiers],
        "currency": currency,
        **{name: getattr(line, name) for name in SAME},
    }


# How a price that somebody else had said of a kind stands beside the quote of it.
PART_OF = "Part of the vendor's quote of "
WITHDRAWN = "The vendor withdrew its quote on {}."


def waiting() -> Any:
    return Quote.objects.filter(revision__gt=F("candidate__quote_entered"))


def enter_quotes(*, evaluation: Evaluation, by: By) -> None:
    """Let what vendors quoted stand among the costs; the caller has locked it.

    A quote says all of each kind that it names: the same line is replaced, and what
    else was priced of that kind is part of the quote from now on. What it does not
    name is not stated, unless somebody has said it. After one that was withdrawn,
    nothing is stated of what came from it.
    """
    candidates = {row.pk: row for row in lock_candidates(evaluation).values()}
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
            enter_quotes(evaluation=policy.lock(home), by=SYSTEM)


def _enter(candidate: Candidate, quote: Quote, by: By) -> None:
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
    policy.change_all(touched, SAVED)
    Candidate.objects.filter(pk=candidate.pk).update(quote_entered=quote.revision)
    if added or touched:
        _tell(candidate, quote, by, before, [*added, *touched], len(added))


def _rows(
    candidate: Candidate, quote: Quote, day: Any, there: dict[tuple[str, str], CostLine]
) -> tuple[list[CostLine], list[CostLine]]:
    cost_kinds = costs.kinds_of(candidate.evaluation)
    if quote.is_withdrawn:
        return [], _taken_out(there.values(), day, cost_kinds)
    added = []
    touched = []
    lines = read_lines(quote.lines)
    quoted = {(line.kind, line.label) for line in lines}
    for line in lines:
        values = _values(line, quote, day)
        if row := there.get((line.kind, line.label)):
            touched.append(fill(row, values, cost_kinds))
        else:
            new = CostLine(candidate=candidate, kind=line.kind, label=line.label)
            added.append(fill(new, values, cost_kinds))
    kinds = {line.kind for line in lines}
    part = {"state": CostState.INCLUDED, **dict.fromkeys(AMOUNTS)}
    for key, row in there.items():
        if key not in quoted and row.kind in kinds and row.state == CostState.PRICED:
            values = {**part, "note": f"{PART_OF}{day}."}
            touched.append(fill(row, values, cost_kinds))
    listed = {row.kind for row in there.values()}
    added += [
        CostLine(candidate=candidate, kind=kind, currency=quote.currency)
        for kind in costs.not_quoted(candidate, quote)
        if kind not in listed | kinds
    ]
    return added, touched


def _taken_out(
    rows: Iterable[CostLine], day: Any, cost_kinds: Sequence[CostKind]
) -> list[CostLine]:
    nothing = {"state": CostState.UNSAID, **dict.fromkeys(AMOUNTS), "quoted_on": None}
    blank = {**nothing, "note": WITHDRAWN.format(day)}
    return [
        fill(row, blank, cost_kinds)
        for row in rows
        if row.said_by == PriceSource.VENDOR or row.note.startswith(PART_OF)
    ]


def _values(line: QuotedLine, quote: Quote, day: Any) -> dict[str, Any]:
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
    home = candidate.evaluation
    names = {name_of(row) for row in rows[added:]}
    before = {name: open_part(home, before[name]) for name in sorted(names)}
    after = {
        "candidate": candidate.name,
        "revision": quote.revision,
        "lines": {
            name_of(row): open_part(home, snapshot(row, WRITTEN)) for row in rows
        },
    }
    if quote.is_withdrawn:
        action = "quote.taken_out"
    else:
        action = "quote.entered"
    journal.record(home, action, quote, by, before=before, after=after)


WAITING_EVERY = datetime.timedelta(days=3)
# The owner hears of the second reminder and of each that follows.
ESCALATED_FROM = 2


def check_ask_to_open_prices(evaluation: Evaluation, by: User) -> None:
    policy.check_owned(evaluation, by, Stage.DECISION)
    if evaluation.prices_opened_at is not None:
        raise Refused("Prices are open already.", code="opened_already")
    if costs.opening_of(evaluation) is not None:
        raise Refused("It is asked for already.", code="asked_already")
    if not costs.second_people(evaluation):
        raise Refused(costs.nobody_opens(evaluation), code="nobody_may_confirm")


def check_confirm_price_opening(opening: PriceOpening, by: User) -> costs.Seat:
    if opening.is_theirs(by):
        raise Forbidden("Prices are opened by two people; somebody else confirms.")
    seat = seat_of(by, opening)
    require_awaited(opening)
    policy.require_stage(opening.evaluation, Stage.DECISION)
    check_read_answers(opening.evaluation, by)
    return seat


def check_withdraw_price_opening(opening: PriceOpening, by: By) -> None:
    policy.require_owner(by, opening.evaluation)
    require_awaited(opening)


@transaction.atomic
def ask_to_open_prices(*, evaluation: Evaluation, by: User) -> PriceOpening:
    """Ask a second person to open the prices; nothing is visible before.

    Everybody who may confirm is owed a mail.
    """
    evaluation = policy.lock(evaluation)
    check_ask_to_open_prices(evaluation, by)
    opening = PriceOpening(evaluation=evaluation, asked_by=by, asked_at=database_now())
    policy.checked(opening)
    opening.save()
    schedule_opening_mails(opening)
    after = {"asked_by": by.name, "asked_at": opening.asked_at}
    journal.record(evaluation, "prices.asked", opening, by, after=after)
    return opening


def schedule_opening_mails(opening: PriceOpening) -> None:
    """Owe everybody who may confirm the mail that asks them, once, and every three
    days a reminder; and the owner word of the second time and of each that follows.

    Who comes to such a role later is asked when this is called next, and reminded
    from then on.
    """
    people = costs.second_people(opening.evaluation, opening)
    for person in people:
        schedule_opening_mail(opening, PricesAsked.name, person)
    notices = Notice.objects.filter(
        kind=PricesAsked.name, subject_id=str(opening.pk), recipient__in=people
    )
    for notice in notices.select_related("recipient"):
        if times := times_since(notice.due_at):
            schedule_opening_mail(opening, PricesWaiting.name, notice.recipient, times)
    times = times_since(opening.asked_at)
    if times >= ESCALATED_FROM:
        owner = opening.evaluation.owner
        schedule_opening_mail(opening, PricesEscalated.name, owner, times)


def schedule_opening_mail(
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
    return (timezone.now() - moment) // WAITING_EVERY


def stop_asking(opening: PriceOpening, because: str) -> None:
    for kind in (PricesAsked, PricesWaiting, PricesEscalated):
        cancel_notices(kind=kind.name, subject_id=opening.pk, because=because)


@transaction.atomic
def confirm_price_opening(*, opening: PriceOpening, by: User) -> Evaluation:
    """Open the prices to everybody with a part, once and for good.

    What vendors quoted stands among the costs with it. The entry holds every price as
    it was at that instant.
    """
    evaluation = policy.lock(opening.evaluation)
    opening = PriceOpening.objects.select_related("asked_by").get(pk=opening.pk)
    opening.evaluation = evaluation
    seat = check_confirm_price_opening(opening, by)
    if seat.lending:
        lender = seat.part.user
    else:
        lender = None
    now = database_now()
    policy.change(
        opening,
        confirmed_by=by,
        on_behalf_of=lender,
        role=seat.part.role,
        confirmed_at=now,
    )
    before, after = policy.change(evaluation, prices_opened_at=now)
    stop_asking(opening, "Prices are open.")
    enter_quotes(evaluation=evaluation, by=by)
    after |= {
        "asked_by": opening.asked_by.name,
        "asked_at": opening.asked_at,
        "confirmed_by": by.name,
        "role": seat.part.role,
        "prices": {
            str(line.pk): journal.snapshot(line, PRICE_FIELDS)
            for line in CostLine.objects.in_evaluation(evaluation).order_by("pk")
        },
    }
    details: Any = {"before": before, "after": after}
    details["on_behalf_of"] = lender.name if lender else ""
    journal.record(evaluation, "prices.opened", evaluation, by, **details)
    return evaluation


@transaction.atomic
def withdraw_price_opening(*, opening: PriceOpening, by: By) -> PriceOpening:
    evaluation = policy.lock(opening.evaluation)
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
    stop_asking(opening, because)
    policy.change_and_tell(
        opening,
        "prices.ask_withdrawn",
        by,
        because,
        withdrawn_at=database_now(),
        withdrawn_by=actor_of(by).user,
    )
    return opening


def seat_of(user: User, opening: PriceOpening) -> costs.Seat:
    for seat in costs.second_seats(opening.evaluation, opening):
        if seat.user == user:
            return seat
    home = opening.evaluation.pk
    if user.pk in costs.interested([home])[home]:
        raise Forbidden(
            "You declared an interest in a candidate; until the owner clears it, "
            "somebody else confirms."
        )
    raise Forbidden(
        f"Only {costs.opening_names(opening.evaluation, 'and')} open prices."
    )


def require_awaited(opening: PriceOpening) -> None:
    if opening.confirmed_at is not None:
        raise Refused("Prices are open already.", code="opened_already")
    if opening.withdrawn_at is not None:
        raise Refused("The request was withdrawn; ask again.", code="withdrawn")


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
        pricing = Pricing(line.pricing)
        quantity = Fraction(line.quantity)
        paid = amounts_at((low, likely, high), pricing, line.tiers, quantity)[1]
        sums[line.recurrence] = sums.get(line.recurrence, Fraction(0)) + paid
    return {due.value: _rounded(sums[due]) for due in Recurrence if due in sums}


def _rounded(amount: Fraction) -> Decimal:
    whole = Decimal(amount.numerator) / Decimal(amount.denominator)
    return whole.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


class NotLookedOver(Invalid):
    """Of these `lines` another digest was shown, or none yet; they are not kept."""

    def __init__(
        self, lines: Sequence[QuotedLine], valid_until: datetime.date, digest: str
    ) -> None:
        super().__init__(_("You changed these prices since. Look them over again."))
        self.lines = lines
        self.valid_until = valid_until
        self.digest = digest


NOT_A_CONTACT = _lazy("It is the address of none of your contacts: %(address)s.")


@dataclass(frozen=True, slots=True)
class QuoteResult:
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
    reader: str = "",
    readers: Collection[str] = (),
    shown: str | None = None,
) -> QuoteResult:
    """Keep the prices as the next revision, for `reader` and `readers` to read.

    `reader` (`reader_of`) is who hands in. Where they may read what stands, the same
    prices again write no revision; to anybody else that would tell what stands.

    The journal tells that it was done, until when they hold and who reads them, and
    commits to them by a salted digest.

    `shown` is the digest of what somebody looked over; a program looks at nothing.

    Raises:
        Refused: claims are not open. NotFound: the candidate was not invited. Invalid:
        by field, a line's as “lines.0.likely”. NotLookedOver: others were `shown`.
    """
    candidate, now = lock_invitation(candidate)
    inputs = CallFields()
    if currency not in CODES:
        inputs.refuse("currency", _("Write the currency as its code, such as USD."))
    if valid_until < wall_of(now, candidate.evaluation.zone).date():
        past = _("That day has passed; name today or a later day.")
        inputs.refuse("valid_until", past)
    named = _own_people(inputs, candidate, readers) | ({reader} if reader else set())
    inputs.check()
    read = checked_lines(candidate, lines, currency)
    stands = costs.standing_quote(candidate, reader)
    stored = list(map(kept_line, read))
    text = json.dumps([currency, valid_until.isoformat(), *stored])
    digest = hashlib.sha256(text.encode()).hexdigest()
    if shown not in (None, digest):
        raise NotLookedOver(read, valid_until, digest)
    body = {"currency": currency, "valid_until": valid_until, "lines": stored}
    same = stands and (currency, valid_until, read) == (
        *(stands.currency, stands.valid_until, read_lines(stands.lines or ())),
    )
    if stands and same and named <= set(stands.readers.values_list("email", flat=True)):
        return QuoteResult(stands, created=False)
    logged = ("revision", "valid_until")
    details = {"readers": sorted(named), "handed_in_as": reader}
    quote = _store(candidate, body, now, "quote.handed_in", logged, by, details)
    add_readers(quote, named, by)
    return QuoteResult(quote, created=True)


def _own_people(
    inputs: CallFields, candidate: Candidate, addresses: Collection[str]
) -> set[str]:
    people = Contact.objects.current().filter(vendor=candidate.vendor_id)
    emails = {email.lower() for email in people.values_list("email", flat=True)}
    for index, address in enumerate(addresses):
        if address.lower() not in emails:
            inputs.refuse(f"readers.{index}", NOT_A_CONTACT % {"address": address})
    return emails & {address.lower() for address in addresses}


def add_readers(quote: Quote, addresses: Iterable[str], by: Actor) -> list[QuoteReader]:
    """Keep who may read it from now on; the caller has locked its candidate and knows
    that `by` may say so. Whom it names already is not named again."""
    new = set(addresses) - set(quote.readers.values_list("email", flat=True))
    columns = {"candidate_id": quote.candidate_id, "named_by": by.name}
    return QuoteReader.objects.bulk_create(
        QuoteReader(quote=quote, email=address, **columns) for address in sorted(new)
    )


@transaction.atomic
def withdraw_quote(*, candidate: Candidate, by: Actor, reader: str) -> Quote:
    """Take the prices back: a revision without lines; the earlier ones stay.

    Raises:
        Forbidden: `reader` may not read what stands. Refused: nothing stands.
    """
    candidate, now = lock_invitation(candidate)
    stands = costs.standing_quote(candidate, reader)
    if not reader or (stands and stands.is_withheld):
        raise Forbidden(
            _("Only who may read these prices may withdraw them."), code="not_a_reader"
        )
    if stands is None:
        raise Refused(
            _("You have no prices handed in, so there is nothing to withdraw."),
            code="nothing_to_withdraw",
        )
    body = {"currency": stands.currency, "valid_until": stands.valid_until, "lines": []}
    return _store(candidate, body, now, "quote.withdrawn", ("revision",), by)


def note_read(*, quote: Quote | None, key: VendorSession | VendorToken) -> None:
    """Keep the first read of a revision by a session or token, if it shows prices."""
    if quote is None or not quote.lines or quote.reads.filter(key=key.pk).exists():
        return
    if isinstance(key, VendorToken):
        reader = key.prefix
        by = actor_by_token(key.vendor.name, key.prefix)
    else:
        reader = key.link.contact.name
        by = actor_in_pages(key.link)
    with transaction.atomic():
        candidate = lock_candidate(quote.candidate)
        if quote.reads.filter(key=key.pk).exists():
            return
        quote.reads.create(candidate=candidate, key=key.pk, reader=reader)
        details: dict[str, Any] = {"revision": quote.revision, "reader": reader}
        record_on(candidate, "quote.read", by, quote, **details)


def _store(
    candidate: Candidate,
    columns: dict[str, Any],
    now: datetime.datetime,
    action: str,
    logged: Sequence[str],
    by: Actor,
    details: Mapping[str, Any] | None = None,
) -> Quote:
    """Keep the next revision; the journal tells the fields `logged` and `details`."""
    before = Quote.objects.filter(candidate=candidate).aggregate(last=Max("revision"))
    quote = Quote.objects.create(
        candidate=candidate,
        revision=(before["last"] or 0) + 1,
        handed_in_at=now,
        handed_in_by=actor_of(by).name,
        **columns,
    )
    entry = {**journal.snapshot(quote, logged), **(details or {})}
    record_on(candidate, action, by, quote, **entry)
    return quote


def check_let_owner_type_prices(evaluation: Evaluation, by: By) -> None:
    policy.check_owned(evaluation, by)
    if evaluation.prices_opened_at is not None:
        raise Refused("Prices are open already.", code="opened_already")
    if costs.is_quoted(evaluation):
        raise Refused(
            "A vendor has handed in a quote, so who reads quotes cannot change any "
            "more.",
            code="quoted_already",
        )


@transaction.atomic
def let_owner_type_prices(
    *, evaluation: Evaluation, owner_types_prices: bool, by: By
) -> Evaluation:
    """Say whether quotes are open to the owner at once, or sealed like from others."""
    evaluation = policy.lock(evaluation)
    check_let_owner_type_prices(evaluation, by)
    policy.change_and_tell(
        evaluation, "quotes.reader_set", by, owner_types_prices=owner_types_prices
    )
    return evaluation
