"""A vendor's own trial, and its replies to what the trial found missing."""

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from evaltracker.errors import NotFound
from evaltracker.rest.calls import new_calls
from evaltracker.rest.cursors import PARAMS, page_of
from evaltracker.rest.schemas import PAGE_PARAMETERS, page
from evaltracker.rest.views import read_id
from trials.api import examples
from trials.api.serializers import GapOutput, ReplyInput, RunOutput, TrialOutput
from trials.models import Gap, Trial
from trials.selectors import agreed_gaps, agreed_trial, own_runs
from trials.services.gaps import reply_to_gap
from vendors.api.base import IDEMPOTENCY_KEY, INVITATION, READ, WRITE, VendorView


def show_trial(trial: Trial) -> dict[str, Any]:
    """A trial in the words of the API; it comes with its rows."""
    shown = {
        **{name: getattr(trial, name) for name in AGREED},
        "milestones": trial.milestones.all(),
        "criteria": trial.criteria.all(),
        "gaps": trial.gaps.all(),
    }
    return dict(TrialOutput(shown).data)


CALLS = new_calls()
AGREED = (
    "title",
    "starts_on",
    "ends_on",
    "zone",
    "workload",
    "environment",
    "data_allowed",
    "exit_plan",
    "agreed_at",
    "closed_at",
)


def show_gap(gap: Gap) -> dict[str, Any]:
    """A gap in the words of the API."""
    return dict(GapOutput(gap).data)


@CALLS.at(f"{INVITATION}trial/")
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
        found = agreed_trial(self.invitation(request, invitation))
        if found is None:
            raise NotFound
        return Response(show_trial(found))


@CALLS.at(f"{INVITATION}trial/runs/")
class OwnRunsView(VendorView):
    """What the buyer's programs measured in it."""

    params: ClassVar = {"GET": PARAMS}

    @extend_schema(
        operation_id="trial_runs_list",
        summary="Runs of your trial",
        parameters=PAGE_PARAMETERS,
        responses={200: page("RunPage", RunOutput), **READ},
    )
    def get(self, request: Request, invitation: str) -> Response:
        """List the numbers that were measured in your trial; 404 until it is agreed."""
        found = agreed_trial(self.invitation(request, invitation))
        if found is None:
            raise NotFound
        return Response(
            page_of(
                request,
                own_runs(found),
                key=("measured_at", "pk"),
                show=lambda run: dict(RunOutput(run).data),
            )
        )


@CALLS.at(f"{INVITATION}gaps/<str:gap>/reply/")
class ReplyView(VendorView):
    """The reply to a gap."""

    @extend_schema(
        operation_id="gaps_reply",
        summary="Reply to a gap",
        parameters=[IDEMPOTENCY_KEY],
        request=ReplyInput,
        responses={200: GapOutput, **WRITE},
        examples=examples.REPLY,
    )
    def post(self, request: Request, invitation: str, gap: str) -> HttpResponse:
        """Reply to a gap, with the day from which it is mended and a workaround.

        A later reply takes the place of the former, which the buyer's journal keeps.
        """
        candidate = self.invitation(request, invitation)
        found = agreed_gaps(candidate).filter(pk=read_id(gap)).first()
        if found is None:
            raise NotFound
        body = ReplyInput(data=request.data)
        body.is_valid(raise_exception=True)

        def reply() -> Response:
            said = reply_to_gap(
                gap=found, by=self.caller(request).actor, **body.validated_data
            )
            return Response(show_gap(said))

        return self.once(request, reply)
