"""The body of a quote: what comes in, and, apart from it, what goes out."""

import re
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from evaltracker.money import CODES
from evaltracker.rest.views import Day, StrictSerializer, Text
from vendors.choices import Pricing, QuoteState, Recurrence
from vendors.costs import CostKind, Tier
from vendors.costs.tiers import MOST_TIERS
from vendors.services.quote_lines import MOST_LINES, QuotedLine

# A minus is read, so that the sentence can say that no price is below 0.
NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,4})?", re.ASCII)
AMOUNT: dict[str, Any] = {
    "type": "string",
    "pattern": r"^[0-9]{1,12}(\.[0-9]{1,4})?$",
}
WRITE_AMOUNT = 'Write the number as a string, with a point, such as "1200.50".'
KINDS = [(kind.value, kind.label) for kind in CostKind]
ONE_OF = "It must be one of: {}."


@extend_schema_field(AMOUNT)
class Amount(serializers.Field[Decimal, str, str, Any]):
    """An exact number as a string: a JSON number would be rounded on its way."""

    default_error_messages = {"invalid": WRITE_AMOUNT}

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str) or not NUMBER.fullmatch(data):
            self.fail("invalid")
        return Decimal(data)

    def to_representation(self, value: Any) -> str:
        return str(value)


def chosen(choices: list[tuple[str, str]], **more: Any) -> serializers.ChoiceField:
    """One of a list; what is not on it is answered with the list."""
    names = ", ".join(name for name, _ in choices)
    wrong: dict[str, Any] = {"invalid_choice": ONE_OF.format(names)}
    return serializers.ChoiceField(choices=choices, error_messages=wrong, **more)


def left_out(words: str) -> dict[str, Any]:
    """For a field that may be missing or null."""
    return {"required": False, "allow_null": True, "default": None, "help_text": words}


class TierInput(StrictSerializer):
    """What holds above a number of units; the line's own price is the first tier."""

    above = Amount(help_text="The tier begins above this many units.")
    low = Amount(**left_out("Left out: the likely price."))
    likely = Amount(help_text="The likely price above that number.")
    high = Amount(**left_out("Left out: the likely price."))


class QuoteLineInput(StrictSerializer):
    """What one kind of cost, or a part of it, is offered for."""

    kind = chosen(KINDS, help_text="What of the checklist it is for.")
    state = chosen(
        list(QuoteState.choices),
        required=False,
        default=QuoteState.PRICED.value,
        help_text="Left out: priced. Only a priced line carries amounts.",
    )
    label = Text(  # type: ignore[assignment]
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
    unit = Text(
        max_length=60,
        required=False,
        allow_blank=True,
        default="",
        help_text="Such as user, hour or node.",
    )
    recurrence = chosen(
        list(Recurrence.choices),
        required=False,
        default=Recurrence.ONCE.value,
        help_text="When it falls due; left out: once.",
    )
    pricing = chosen(
        list(Pricing.choices),
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
    note = Text(max_length=500, required=False, allow_blank=True, default="")


class QuoteInput(StrictSerializer):
    """All prices of an invitation, in one currency, valid until a day."""

    currency = chosen(
        [(code, code) for code in sorted(CODES)], help_text="ISO 4217, such as EUR."
    )
    valid_until = Day(help_text="The last day on which the prices hold.")
    lines = serializers.ListField(
        child=QuoteLineInput(),
        min_length=1,
        max_length=MOST_LINES,
        help_text="A kind without a line is not stated, which is never zero.",
    )


class TierOutput(serializers.Serializer[Any]):
    """A tier, each number as a string."""

    above = Amount()
    low = Amount()
    likely = Amount()
    high = Amount()


class QuoteLineOutput(serializers.Serializer[Any]):
    """A line as it is kept; `QuoteLineInput` says what its fields mean."""

    kind = serializers.ChoiceField(choices=KINDS)
    state = serializers.ChoiceField(choices=QuoteState.choices)
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    low = Amount(allow_null=True)
    likely = Amount(allow_null=True)
    high = Amount(allow_null=True)
    quantity = Amount()
    unit = serializers.CharField(allow_blank=True)
    recurrence = serializers.ChoiceField(choices=Recurrence.choices)
    pricing = serializers.ChoiceField(choices=Pricing.choices)
    tiers = TierOutput(many=True)
    note = serializers.CharField(allow_blank=True)


class QuoteOutput(serializers.Serializer[Any]):
    """The own quote as it stands."""

    revision = serializers.IntegerField(help_text="0: no quote of yours stands.")
    handed_in_at = serializers.DateTimeField(allow_null=True)
    handed_in_by = serializers.CharField(allow_blank=True)
    currency = serializers.CharField(allow_blank=True)
    valid_until = serializers.DateField(allow_null=True)
    lines = QuoteLineOutput(many=True)
    not_quoted = serializers.ListField(
        child=serializers.ChoiceField(choices=KINDS),
        help_text="Kinds of the checklist that have no line.",
    )
    buyer_currency = serializers.CharField(
        help_text="What the buyer counts in; another currency is converted."
    )
    sealed = serializers.BooleanField(
        help_text="True: nobody of the buyer reads a price before two people open "
        "all prices. False: the procurement lead reads yours at once."
    )


def line_of(given: dict[str, Any]) -> QuotedLine:
    """A line of a body that was read."""
    tiers = tuple(map(tier_of, given["tiers"]))
    return QuotedLine(**(given | {"tiers": tiers}))


def tier_of(given: dict[str, Any]) -> Tier:
    """A tier of a body; low and high that are left out are the likely price."""
    likely = given["likely"]
    low, high = (
        likely if given[name] is None else given[name] for name in ("low", "high")
    )
    return Tier(given["above"], low, likely, high)
