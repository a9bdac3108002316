"""The bodies of the vendor API: what comes in, and, apart from it, what goes out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from evaltracker.evaluations.choices import Priority
from evaltracker.evaluations.models import Requirement
from evaltracker.kit.text import LINK_LIMIT, TEXT_LIMIT
from evaltracker.rest.views import Day, StrictSerializer, Text
from vendors.api.shapes import HoldsForField, MeasureOutput, NumberField
from vendors.choices import STATED, Availability
from vendors.selectors.demands import demanded

HOLDS_FOR = (
    "The values of the buyer's lists for which it holds: values by list, everywhere, "
    "or a list of objects with values, availability and available_from."
)
AVAILABILITY = [(availability.value, availability.label) for availability in STATED]


class ClaimInput(StrictSerializer):
    """An answer to one requirement."""

    # For the description; `claim_bodies` reads.

    requirement = Text(max_length=80, help_text="The requirement's ref.")
    availability = serializers.ChoiceField(
        choices=AVAILABILITY,
        help_text="When it exists; an honest never counts in your favour.",
        error_messages={"invalid_choice": f"It must be one of: {', '.join(STATED)}."},
    )
    available_from = Day(
        required=False,
        allow_null=True,
        default=None,
        help_text="Required for planned; allowed for beta and on_request.",
    )
    environments = serializers.ListField(
        child=Text(max_length=60),
        max_length=20,
        required=False,
        default=list,
        help_text="Where else it runs, in your own words; holds_for answers the "
        "buyer's lists.",
    )
    holds_for = HoldsForField(
        required=False,
        allow_null=True,
        default=None,
        help_text=HOLDS_FOR,
    )
    number = NumberField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The number that you claim, where the requirement has a measure; in "
        "any unit that can be compared with its own.",
    )
    statement = Text(max_length=TEXT_LIMIT, help_text="Your answer, as plain text.")
    evidence_url = Text(
        max_length=LINK_LIMIT,
        required=False,
        allow_blank=True,
        default="",
        help_text="An http(s) link that shows it; kept as text, never fetched.",
    )


class ClaimOutput(serializers.Serializer[Any]):
    """One revision of an own claim."""

    requirement = serializers.CharField(source="requirement.ref")
    availability = serializers.ChoiceField(
        choices=[*AVAILABILITY, (Availability.WITHDRAWN.value, "Withdrawn")]
    )
    available_from = serializers.DateField(allow_null=True)
    environments = serializers.ListField(child=serializers.CharField())
    holds_for = HoldsForField(allow_null=True, help_text="As it was given.")
    number = NumberField(allow_null=True, help_text="As it was given.")
    statement = serializers.CharField(allow_blank=True)
    evidence_url = serializers.CharField(allow_blank=True)
    revision = serializers.IntegerField()
    submitted_at = serializers.DateTimeField()


class RequirementOutput(serializers.Serializer[Any]):
    """What is asked; never what it weighs or who else answers."""

    ref = serializers.CharField()
    category = serializers.CharField(source="category.name")
    text = serializers.CharField()
    priority = serializers.ChoiceField(choices=Priority.choices)
    help = serializers.CharField(source="vendor_help", allow_blank=True)
    revision = serializers.IntegerField()
    measure = serializers.SerializerMethodField(
        help_text="The number that must be reached, if there is one: claim yours."
    )
    lists = serializers.SerializerMethodField(
        help_text="Values by list: it must hold for each, so answer for each."
    )

    @extend_schema_field(MeasureOutput(allow_null=True))
    def get_measure(self, requirement: Requirement) -> dict[str, Any] | None:
        """Its parts and its words; null of none."""
        if not requirement.measure:
            return None
        return {**requirement.measure, "words": requirement.measure_words}

    def get_lists(self, requirement: Requirement) -> dict[str, list[str]]:
        """The values by list in which it must hold."""
        return demanded(requirement)


class InvitationOutput(serializers.Serializer[Any]):
    """What a vendor was invited to."""

    id = serializers.UUIDField()
    evaluation = serializers.CharField(help_text="The title of the evaluation.")
    buyer = serializers.CharField(allow_blank=True)
    candidate = serializers.CharField(help_text="Which of your products is meant.")
    claims_open = serializers.BooleanField()
    claims_close_at = serializers.DateTimeField(allow_null=True)
    requirements = serializers.IntegerField(help_text="How many are asked.")
    claims = serializers.IntegerField(help_text="How many you answer now.")
    test = serializers.BooleanField(
        help_text="Whether the list is made up, for you to try; nothing of it counts."
    )
