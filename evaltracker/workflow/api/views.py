"""Reads for people's programs: purchases, the matrix, blockers, and what waits."""

import datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.models import Evaluation
from evaltracker.pages.etag import unless_unchanged
from evaltracker.rest.calls import new_calls
from evaltracker.rest.cursors import PARAMS, page_of
from evaltracker.rest.schemas import PAGE_PARAMETERS, page, problems
from evaltracker.workflow.api.base import READ, StaffView
from evaltracker.workflow.api.matrix import MatrixOutput
from evaltracker.workflow.gates.reports import reports_for
from evaltracker.workflow.inbox import WorkItem, my_work
from trials.policy import today_in
from trials.selectors.counted import standing_ledger
from trials.selectors.findings import awaited_replies
from trials.selectors.matrix_json import matrix_json
from vendors.policy import check_read_answers

CALLS = new_calls()
EVALUATION = "evaluations/<str:slug>/"


class EvaluationOutput(serializers.Serializer[Any]):
    """A purchase that you may see."""

    slug = serializers.CharField()
    title = serializers.CharField()
    buyer = serializers.CharField()
    owner = serializers.CharField(source="owner.name")
    stage = serializers.ChoiceField(choices=Stage.choices)
    status = serializers.ChoiceField(choices=Status.choices)
    must_run_by = serializers.DateField(allow_null=True)


class BlockerOutput(serializers.Serializer[Any]):
    """Why a gate is closed, and where it is mended."""

    sentence = serializers.CharField()
    link = serializers.CharField()


class GateOutput(serializers.Serializer[Any]):
    """One gate of the stage."""

    name = serializers.CharField()
    rule = serializers.CharField()
    open = serializers.BooleanField()
    waived = serializers.BooleanField()
    blockers = BlockerOutput(many=True)


class GatesOutput(serializers.Serializer[Any]):
    """How the gates of the stage stand."""

    stage = serializers.ChoiceField(choices=Stage.choices)
    open = serializers.BooleanField(help_text="Whether the stage may be left.")
    gates = GateOutput(many=True)


class WorkOutput(serializers.Serializer[Any]):
    """One thing that waits on you."""

    kind = serializers.CharField()
    what = serializers.CharField()
    why = serializers.CharField()
    due = serializers.CharField(
        allow_null=True, help_text="A day, or an instant with its offset."
    )
    late = serializers.BooleanField()
    link = serializers.CharField()


class InboxOutput(serializers.Serializer[Any]):
    """What waits on you in this purchase."""

    results = WorkOutput(many=True)


@CALLS.at("evaluations/")
class EvaluationsView(StaffView):
    """The purchases that a person may see."""

    params: ClassVar = {"GET": PARAMS}

    @extend_schema(
        operation_id="staff_evaluations_list",
        summary="Evaluations that you may see",
        parameters=PAGE_PARAMETERS,
        responses={200: page("EvaluationPage", EvaluationOutput), **READ},
    )
    def get(self, request: Request) -> Response:
        """List the evaluations that you may see."""
        rows = Evaluation.objects.visible_to(self.person(request)).real()
        return Response(
            page_of(
                request,
                rows.select_related("owner"),
                key=("created_at", "pk"),
                show=lambda evaluation: dict(EvaluationOutput(evaluation).data),
            )
        )


@CALLS.at(f"{EVALUATION}matrix/")
class MatrixView(StaffView):
    """The ledger of one purchase."""

    @extend_schema(
        operation_id="staff_matrix_read",
        summary="The matrix",
        responses={200: MatrixOutput, **READ, **problems(403, 409)},
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """Read requirement by candidate: claimed, shown, tested and the standing.

        No price and no person's score is in it. It has an ETag: send it back as
        If-None-Match, and the answer is 304 while nothing has changed.
        """
        evaluation = self.evaluation(request, slug)
        check_read_answers(evaluation, self.person(request))
        day = today_in(evaluation.zone)

        def make() -> HttpResponse:
            found = matrix_json(standing_ledger(evaluation).of_active())
            return HttpResponse(found, content_type="application/json")

        return unless_unchanged(
            request._request, evaluation, make, day=day, counted=awaited_replies()
        )


@CALLS.at(f"{EVALUATION}blockers/")
class BlockersView(StaffView):
    """The gates of the stage."""

    @extend_schema(
        operation_id="staff_blockers_read",
        summary="What keeps the evaluation in its stage",
        responses={200: GatesOutput, **READ},
    )
    def get(self, request: Request, slug: str) -> Response:
        """Read every gate of the stage, with what keeps it closed."""
        evaluation = self.evaluation(request, slug)
        # An ended purchase has no gate before it.
        user = self.person(request)
        reports = reports_for(user, evaluation) if evaluation.is_open else []
        gates = [
            {
                "name": report.gate.name,
                "rule": report.gate.rule,
                "open": report.open,
                "waived": report.waiver is not None,
                "blockers": [
                    {"sentence": blocker.sentence, "link": blocker.link}
                    for blocker in report.blockers
                ],
            }
            for report in reports
        ]
        is_clear = all(report.open for report in reports)
        return Response({"stage": evaluation.stage, "open": is_clear, "gates": gates})


@CALLS.at(f"{EVALUATION}inbox/")
class InboxView(StaffView):
    """What waits on a person."""

    @extend_schema(
        operation_id="staff_inbox_read",
        summary="What waits on you in this evaluation",
        responses={200: InboxOutput, **READ},
    )
    def get(self, request: Request, slug: str) -> Response:
        """Read what waits on you, the most urgent first."""
        evaluation = self.evaluation(request, slug)
        found = my_work(self.person(request), evaluation)
        return Response({"results": [show_work(item) for item in found]})


def show_work(item: WorkItem) -> dict[str, Any]:
    """A piece of work in the words of the API."""
    due: datetime.date | datetime.datetime | None = item.due
    return {
        "kind": item.kind,
        "what": item.what,
        "why": item.why,
        "due": due.isoformat() if due else None,
        "late": item.late,
        "link": item.link,
    }
