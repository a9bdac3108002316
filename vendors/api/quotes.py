"""A vendor's own prices: read and replaced as one."""

import re
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evaltracker.enumerations import Pricing, Recurrence
from evaltracker.money import CODES
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.measures import written
from evaltracker.toolbox.rest.views import (
    StrictCharField,
    StrictDateField,
    StrictSerializer,
    problems,
)
from vendors.api.access import IDEMPOTENCY_KEY, WRITE, VendorView
from vendors.api.schema import reads, writes
from vendors.choices import (
    PRICING_CHOICES,
    RECURRENCE_CHOICES,
    CostState,
    KindGroup,
    QuoteState,
)
from vendors.costs import Tier
from vendors.costs.lines import MOST_TIERS
from vendors.models import Candidate, Quote
from vendors.selectors.costs import is_sealed, not_quoted, schedule_for, standing_quote
from vendors.services.idempotency import KeyLock
from vendors.services.quotes import (
    MOST_LINES,
    QuotedLine,
    hand_in_quote,
    note_read,
    withdraw_quote,
)

# A minus is read, so that the sentence can say that no price is below 0.
NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,4})?", re.ASCII)
AMOUNT: dict[str, Any] = {"type": "string", "pattern": r"^[0-9]{1,12}(\.[0-9]{1,4})?$"}


@extend_schema_field(AMOUNT)
class Amount(serializers.Field[Decimal, str, str, Any]):
    """An exact number as a string: a JSON number would be rounded on its way."""

    default_error_messages = {
        "invalid": 'Write the number as a string, with a point, such as "1200.50".'
    }

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str) or not NUMBER.fullmatch(data):
            self.fail("invalid")
        return Decimal(data)

    def to_representation(self, value: Any) -> str:
        return written(Decimal(value))


class VendorChoiceField(serializers.ChoiceField):
    """It lets through what only the buyer may say; the service refuses it."""

    def to_internal_value(self, data: Any) -> Any:
        is_buyers = data == CostState.NOT_APPLICABLE
        if is_buyers:
            return data
        return super().to_internal_value(data)


def chosen(choices: list[tuple[str, Any]], **more: Any) -> serializers.ChoiceField:
    names = ", ".join(name for name, _ in choices)
    wrong: dict[str, Any] = {"invalid_choice": f"It must be one of: {names}."}
    return VendorChoiceField(choices=choices, error_messages=wrong, **more)


def left_out(text: str) -> dict[str, Any]:
    return {"required": False, "allow_null": True, "default": None, "help_text": text}


class TierInput(StrictSerializer):
    """What holds above a number of units; the line's own price is the first tier."""

    above = Amount(help_text="The tier begins above this many units.")
    low = Amount(**left_out("Left out: the likely price."))
    likely = Amount(help_text="The likely price above that number.")
    high = Amount(**left_out("Left out: the likely price."))


class QuoteLineInput(StrictSerializer):
    """What one kind of cost, or a part of it, is offered for. “1.200” is 1.2."""

    kind = StrictCharField(
        max_length=60, help_text="Which kind of `schedule` it is for."
    )
    state = chosen(
        list(QuoteState.choices),
        required=False,
        default=QuoteState.PRICED.value,
        help_text="Left out: priced. Only a priced line carries amounts.",
    )
    label = StrictCharField(  # type: ignore[assignment]
        max_length=150,
        required=False,
        allow_blank=True,
        default="",
        help_text="Which part, if a kind has several lines.",
    )
    low = Amount(**left_out("The lowest price of a unit; left out: the likely one."))
    likely = Amount(**left_out("The likely price of a unit, which a price needs."))
    high = Amount(**left_out("The highest price of a unit; left out: the likely one."))
    quantity = Amount(required=False, default=Decimal(1), help_text="How many units.")
    unit = StrictCharField(
        max_length=60,
        required=False,
        allow_blank=True,
        default="",
        help_text="Such as user, hour or node.",
    )
    recurrence = chosen(
        list(RECURRENCE_CHOICES),
        required=False,
        default=Recurrence.ONCE.value,
        help_text="When it falls due; left out: once.",
    )
    pricing = chosen(
        list(PRICING_CHOICES),
        required=False,
        default=Pricing.PER_UNIT.value,
        help_text="How quantity and tiers make the price.",
    )
    tiers = serializers.ListField(
        child=TierInput(),
        max_length=MOST_TIERS,
        required=False,
        default=list,
        help_text="Prices above numbers of units.",
    )
    note = StrictCharField(max_length=500, required=False, allow_blank=True, default="")


class QuoteInput(StrictSerializer):
    """All prices of an invitation, in one currency, valid until a day."""

    currency = chosen(
        [(code, code) for code in sorted(CODES)], help_text="ISO 4217, such as EUR."
    )
    valid_until = StrictDateField(help_text="The last day on which the prices hold.")
    lines = serializers.ListField(
        child=QuoteLineInput(),
        min_length=1,
        max_length=MOST_LINES,
        help_text="A kind without a line is not stated, which is never zero.",
    )
    readers = serializers.ListField(
        child=StrictCharField(max_length=254),
        max_length=50,
        required=False,
        default=list,
        help_text="Addresses of your own contacts who may read these prices.",
    )


class TierOutput(serializers.Serializer[Any]):
    """A tier, each number as a string."""

    above = Amount()
    low = Amount()
    likely = Amount()
    high = Amount()


class QuoteLineOutput(serializers.Serializer[Any]):
    """A line as it is kept; `QuoteLineInput` says what its fields mean."""

    kind = serializers.CharField()
    state = serializers.ChoiceField(choices=QuoteState.choices)
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    low = Amount(allow_null=True)
    likely = Amount(allow_null=True)
    high = Amount(allow_null=True)
    quantity = Amount()
    unit = serializers.CharField(allow_blank=True)
    recurrence = serializers.ChoiceField(choices=RECURRENCE_CHOICES)
    pricing = serializers.ChoiceField(choices=PRICING_CHOICES)
    tiers = TierOutput(many=True)
    note = serializers.CharField(allow_blank=True)


class ScheduleRow(serializers.Serializer[Any]):
    """What is asked for: a kind of cost, or a part of one that everybody prices."""

    kind = serializers.CharField()
    name = serializers.CharField()
    part = serializers.CharField(
        allow_blank=True, help_text="Send it as `label`; blank: the kind as a whole."
    )
    group = serializers.ChoiceField(choices=KindGroup.choices)
    due = serializers.ChoiceField(choices=RECURRENCE_CHOICES)
    unit = serializers.CharField(allow_blank=True)
    quantity = Amount()
    help = serializers.CharField(allow_blank=True)


class QuoteOutput(serializers.Serializer[Any]):
    """The own quote as it stands."""

    revision = serializers.IntegerField(help_text="0: you have no quote.")
    handed_in_at = serializers.DateTimeField(allow_null=True)
    handed_in_by = serializers.CharField(allow_blank=True)
    currency = serializers.CharField(allow_blank=True)
    valid_until = serializers.DateField(allow_null=True)
    withheld = serializers.BooleanField(
        help_text="True: this token may not read the prices that stand. No token that "
        "the buyer issued may; a contact's own token reads what the contact may read."
    )
    lines = QuoteLineOutput(many=True, allow_null=True, help_text="Null: withheld.")
    schedule = ScheduleRow(
        many=True, help_text="What you are asked to price, in this order."
    )
    not_quoted = serializers.ListField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="Kinds of `schedule` without a whole answer; null: withheld.",
    )
    buyer_currency = serializers.CharField(
        help_text="What the buyer counts in; another currency is converted."
    )
    sealed = serializers.BooleanField(
        help_text="True: nobody of the buyer reads a price before two people open "
        "all prices. False: the procurement lead reads yours at once."
    )


def line_of(given: dict[str, Any]) -> QuotedLine:
    tiers = tuple(map(tier_of, given["tiers"]))
    return QuotedLine(**(given | {"tiers": tiers}))


def tier_of(given: dict[str, Any]) -> Tier:
    likely = given["likely"]
    low, high = (
        likely if given[name] is None else given[name] for name in ("low", "high")
    )
    return Tier(given["above"], low, likely, high)


def show_quote(candidate: Candidate, quote: Quote | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "revision": 0,
        "handed_in_at": None,
        "handed_in_by": "",
        "currency": "",
        "valid_until": None,
        "lines": [],
    }
    if quote is not None:
        shown = {name: getattr(quote, name) for name in shown}
    withheld = quote is not None and quote.is_withheld
    shown |= {
        "withheld": withheld,
        "schedule": schedule_for(candidate),
        "not_quoted": None if withheld else not_quoted(candidate, quote),
        "buyer_currency": candidate.evaluation.currency,
        "sealed": is_sealed(candidate.evaluation, database_now()),
    }
    return dict(QuoteOutput(shown).data)


class QuoteView(VendorView):
    """The vendor's own prices, which no rival and nobody of the buyer reads."""

    def keyed(self, request: Request) -> KeyLock | None:
        """A key is its own token's alone, and none of a token that may read nothing:
        with what it replays one could try what was handed in."""
        turn = super().keyed(request)
        caller = self.caller(request)
        if turn is None or not caller.reader:
            return None
        return replace(turn, route=f"{turn.route} {caller.token.prefix}")

    @reads("quote_read", "Your quote", QuoteOutput, "quote_answer")
    def get(self, request: Request, invitation: str) -> Response:
        """Read your prices as they stand, and what is not quoted yet.

        A token that the buyer issued reads when they were handed in and until when
        they hold, and no price: whoever issued it has seen it.
        """
        candidate = self.invitation(request, invitation)
        quote = standing_quote(candidate, self.caller(request).reader)
        if request.method != "HEAD":
            note_read(quote=quote, key=self.caller(request).token)
        return Response(show_quote(candidate, quote))

    @writes(
        *(QuoteInput, QuoteOutput, "quote_withheld", "quote"),
        operation_id="quote_hand_in",
        summary="Quote your prices",
    )
    def put(self, request: Request, invitation: str) -> HttpResponse:
        """Quote all prices: 201 a new revision, 200 the same prices again.

        They may change until claims close. Amounts are strings, so that none is
        rounded. A line for a kind says all that you charge for it. A token that may not
        read what stands always makes a new revision, whatever its key. Who may read it
        are `readers`, and the contact whose own token it is.
        """
        candidate = self.invitation(request, invitation)
        caller = self.caller(request)
        values = self.read_body(request, QuoteInput)
        values["lines"] = [line_of(line) for line in values["lines"]]
        values |= {"by": caller.actor, "reader": caller.reader}

        def put() -> tuple[Quote | None, bool]:
            result = hand_in_quote(candidate=candidate, **values)
            return standing_quote(candidate, caller.reader), result.created

        return self.made(request, put, partial(show_quote, candidate))

    @extend_schema(
        operation_id="quote_withdraw",
        summary="Withdraw your prices",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={200: QuoteOutput, **problems(403), **WRITE},
    )
    def delete(self, request: Request, invitation: str) -> HttpResponse:
        """Withdraw all prices: none stand until you quote again. Earlier revisions
        stay on record, as sealed as before. A token that may not read them may not."""
        candidate = self.invitation(request, invitation)
        caller = self.caller(request)

        def withdraw() -> Response:
            withdraw_quote(candidate=candidate, by=caller.actor, reader=caller.reader)
            return Response(show_quote(candidate, None))

        return self.work_once(request, withdraw)
