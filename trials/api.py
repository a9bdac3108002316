"""A vendor's own trial, and its replies to what the trial found missing."""

from decimal import Decimal
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evaltracker.errors import require_row
from evaltracker.toolbox.measures import written
from evaltracker.toolbox.rest.views import (
    PARAMS,
    StrictCharField,
    StrictDateField,
    StrictSerializer,
    page_of,
    read_id,
)
from evaltracker.toolbox.text import TEXT_LIMIT
from trials.choices import MilestoneState, Retest, Severity
from trials.models import Run
from trials.selectors.trials import agreed_gaps, agreed_trial, own_runs
from trials.services.trials import reply_to_gap
from vendors.api.access import (
    IDEMPOTENCY_KEY,
    INVITATION,
    READ,
    WRITE,
    VendorView,
    lists,
)
from vendors.api.schema import examples


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

    reply = StrictCharField(max_length=TEXT_LIMIT)
    promised_for = StrictDateField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The day from which it is fixed.",
    )
    workaround = StrictCharField(
        max_length=TEXT_LIMIT,
        required=False,
        allow_blank=True,
        default="",
        help_text="What can be done until then; blank leaves the one that is noted.",
    )


class TrialView(VendorView):
    """The trial of an invitation."""

    @extend_schema(
        operation_id="trial_read",
        summary="Your trial",
        responses={200: TrialOutput, **READ},
    )
    def get(self, request: Request, invitation: str) -> Response:
        """Read your trial with milestones, criteria and gaps; 404 until it is agreed.

        Of several trials it is the one that starts last.
        """
        trial = require_row(agreed_trial(self.invitation(request, invitation)))
        return Response(dict(TrialOutput(trial).data))


class OwnRunsView(VendorView):
    """What the buyer's programs measured in it."""

    params: ClassVar = {"GET": PARAMS}

    @lists("trial_runs_list", "Runs of your trial", RunOutput)
    def get(self, request: Request, invitation: str) -> Response:
        """List the numbers that were measured in your trial; 404 until it is agreed."""
        trial = require_row(agreed_trial(self.invitation(request, invitation)))
        return Response(
            page_of(
                request,
                own_runs(trial),
                key=("measured_at", "pk"),
                show=lambda run: dict(RunOutput(run).data),
            )
        )


class ReplyView(VendorView):
    """The reply to a gap."""

    @extend_schema(
        operation_id="gaps_reply",
        summary="Reply to a gap",
        parameters=[IDEMPOTENCY_KEY],
        request=ReplyInput,
        responses={200: GapOutput, **WRITE},
        examples=examples("reply_answer", body="reply"),
    )
    def post(self, request: Request, invitation: str, gap: str) -> HttpResponse:
        """Reply to a gap, with the day from which it is mended and a workaround.

        A later reply takes the place of the former, which the buyer's journal keeps.
        """
        candidate = self.invitation(request, invitation)
        agreed_gap = require_row(agreed_gaps(candidate).filter(pk=read_id(gap)).first())
        body = ReplyInput(data=request.data)
        body.is_valid(raise_exception=True)

        def reply() -> Response:
            replied = reply_to_gap(
                gap=agreed_gap, by=self.caller(request).actor, **body.validated_data
            )
            return Response(dict(GapOutput(replied).data))

        return self.work_once(request, reply)


# These addresses are not among the vendors' own, because floors look down only.
urlpatterns = [
    path(f"{INVITATION}gaps/<str:gap>/reply/", ReplyView.as_view()),
    path(f"{INVITATION}trial/runs/", OwnRunsView.as_view()),
    path(f"{INVITATION}trial/", TrialView.as_view()),
]
