"""The bodies of the trial calls: what was agreed and found, never how it is judged."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from evaltracker.kit.text import TEXT_LIMIT
from evaltracker.measures import written
from evaltracker.rest.views import Day, StrictSerializer, Text
from trials.choices import MilestoneState, Retest, Severity
from trials.models import Run


class MilestoneOutput(serializers.Serializer[Any]):
    """A dated thing to do."""

    title = serializers.CharField()
    due_at = serializers.DateTimeField()
    zone = serializers.CharField(help_text="In which the date was agreed.")
    state = serializers.ChoiceField(choices=MilestoneState.choices)


class CriterionOutput(serializers.Serializer[Any]):
    """What the trial must reach."""

    requirement = serializers.CharField(source="requirement.ref")
    text = serializers.CharField()
    threshold = serializers.CharField(
        source="number", allow_blank=True, help_text="The number, in words."
    )
    method = serializers.CharField(allow_blank=True)


class RunOutput(serializers.Serializer[Any]):
    """One number that the buyer's program measured."""

    criterion = serializers.IntegerField(
        source="criterion.position", help_text="Its place among the trial's criteria."
    )
    requirement = serializers.CharField(source="criterion.requirement.ref")
    value = serializers.SerializerMethodField("in_digits", help_text="Exact, as text.")
    unit = serializers.CharField()
    measured_at = serializers.DateTimeField()

    def in_digits(self, run: Run) -> str:
        """The number as it was measured."""
        return written(run.number or Decimal())


class GapOutput(serializers.Serializer[Any]):
    """What the trial found missing, and what you replied."""

    id = serializers.UUIDField()
    requirement = serializers.CharField(
        source="requirement.ref", allow_null=True, default=None
    )
    severity = serializers.ChoiceField(choices=Severity.choices)
    text = serializers.CharField()
    found_on = serializers.DateField()
    workaround = serializers.CharField(allow_blank=True)
    reply = serializers.CharField(allow_blank=True)
    promised_for = serializers.DateField(allow_null=True)
    reply_at = serializers.DateTimeField(allow_null=True)
    reply_until = serializers.DateTimeField(
        allow_null=True,
        help_text="What failed a criterion counts from then on, or once you replied.",
    )
    retest = serializers.ChoiceField(
        choices=[("", "Not tried again"), *Retest.choices],
        help_text="What trying it again came to, the last time.",
    )
    retest_note = serializers.CharField(
        allow_blank=True, help_text="What was seen then."
    )
    retested_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class TrialOutput(serializers.Serializer[Any]):
    """Your trial as it was agreed."""

    title = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    zone = serializers.CharField()
    workload = serializers.CharField()
    environment = serializers.CharField(allow_blank=True)
    data_allowed = serializers.CharField(allow_blank=True)
    exit_plan = serializers.CharField(allow_blank=True)
    agreed_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    milestones = MilestoneOutput(many=True)
    criteria = CriterionOutput(many=True)
    gaps = GapOutput(many=True)


class ReplyInput(StrictSerializer):
    """What you say to a gap."""

    reply = Text(max_length=TEXT_LIMIT)
    promised_for = Day(
        required=False,
        allow_null=True,
        default=None,
        help_text="The day from which it is fixed.",
    )
    workaround = Text(
        max_length=TEXT_LIMIT,
        required=False,
        allow_blank=True,
        default="",
        help_text="What can be done until then; blank leaves the one that is noted.",
    )
