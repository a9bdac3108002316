"""Reads for people's programs: purchases, the matrix, blockers, and what waits."""

import datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evaltracker.evaluations.choices import Priority, Stage, Status, TokenScope
from evaltracker.evaluations.models import Evaluation
from evaltracker.pages.tabs import unless_unchanged
from evaltracker.pages.workspace import find_evaluation
from evaltracker.toolbox.rest.views import (
    PAGE_PARAMETERS,
    PARAMS,
    page,
    page_of,
    problems,
)
from evaltracker.workflow.api.base import READ, StaffView
from evaltracker.workflow.gates.table import reports_for
from evaltracker.workflow.inbox import WorkItem, my_work
from trials.choices import EvidenceVerdict
from trials.policy import today_in
from trials.scoring import Standing
from trials.selectors.cells import awaited_replies
from trials.selectors.matrix import matrix_json, standing_ledger
from vendors.choices import Availability, CandidateKind, CandidateState
from vendors.policy import check_read_answers

# The matrix as JSON: what `trials.selectors.matrix` writes, described.

VERDICTS = ", ".join(EvidenceVerdict)


class CellOutput(serializers.Serializer[Any]):
    """What a candidate claimed of a requirement, and what was seen of it."""

    claimed = serializers.ChoiceField(choices=[("", "Nothing"), *Availability.choices])
    shown = serializers.CharField(
        allow_blank=True, help_text=f"The verdict of a demo: {VERDICTS}, or blank."
    )
    tested = serializers.CharField(
        allow_blank=True, help_text=f"The verdict of a trial: {VERDICTS}, or blank."
    )
    standing = serializers.ChoiceField(
        choices=[(standing, standing) for standing in Standing]
    )
    not_applicable = serializers.BooleanField()
    to_reconfirm = serializers.BooleanField(
        help_text="Whether the requirement changed after it was answered."
    )


class MatrixRowOutput(serializers.Serializer[Any]):
    """A requirement, with a cell per candidate in their order."""

    ref = serializers.CharField()
    category = serializers.CharField()
    text = serializers.CharField()
    priority = serializers.ChoiceField(choices=Priority.choices)
    weight = serializers.IntegerField()
    cells = CellOutput(many=True)


class MatrixCandidateOutput(serializers.Serializer[Any]):
    """A candidate, with what its column comes to."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=CandidateKind.choices)
    state = serializers.ChoiceField(choices=CandidateState.choices)
    fit = serializers.CharField(
        allow_null=True,
        help_text="In percent; null while nothing is scored or answered.",
    )
    asked = serializers.IntegerField(help_text="Scored requirements that apply.")
    answered = serializers.IntegerField(
        help_text="Of the asked; a note without a status is no answer."
    )
    ours = serializers.IntegerField(help_text="Of the answered, by the buyer's notes.")
    noted = serializers.IntegerField(
        help_text="Of the asked, noted by the buyer without a status."
    )
    shown = serializers.IntegerField(help_text="Of the answered, judged by a demo.")
    tested = serializers.IntegerField(help_text="Of the answered, judged by a trial.")
    researched = serializers.IntegerField(
        help_text="Of the answered, backed by independent research; neither of both."
    )
    blocked_by = serializers.ListField(
        child=serializers.CharField(), help_text="Refs of must-haves that it fails."
    )


class NumberOutput(serializers.Serializer[Any]):
    """A number with its unit; nothing of it where none was claimed."""

    value = serializers.CharField(required=False)
    unit = serializers.CharField(required=False)


class MeasuredOutput(serializers.Serializer[Any]):
    """What the runs of a confirmed verdict came to, in the unit of its measure."""

    measure = serializers.DictField(
        help_text="As it was when they were counted; empty for tests."
    )
    value = serializers.CharField(allow_blank=True, help_text="Blank for tests.")
    n = serializers.IntegerField(help_text="How many runs were counted.")
    failed = serializers.IntegerField(
        required=False, help_text="How many tests failed; only of tests."
    )
    named = serializers.CharField(
        allow_blank=True, help_text="The values of the brief's lists that it is for."
    )


class CellNumbersOutput(serializers.Serializer[Any]):
    """The numbers of one cell."""

    ref = serializers.CharField()
    candidate = serializers.UUIDField()
    asked = serializers.DictField(help_text="The measure of the requirement.")
    claimed = NumberOutput()
    measured = MeasuredOutput(many=True)


class MatrixOutput(serializers.Serializer[Any]):
    """Every requirement of every candidate that is not eliminated."""

    as_of = serializers.DateField()
    candidates = MatrixCandidateOutput(many=True)
    numbers = CellNumbersOutput(
        many=True,
        help_text="Of cells in which a number was claimed or runs were confirmed.",
    )
    requirements = MatrixRowOutput(many=True)


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

    name = serializers.CharField(source="gate.name")
    rule = serializers.CharField(source="gate.rule")
    open = serializers.BooleanField()
    waived = serializers.BooleanField(source="is_waived")
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


class TokenOutput(serializers.Serializer[Any]):
    """The token that calls."""

    label = serializers.CharField()
    prefix = serializers.CharField()
    scope = serializers.ChoiceField(choices=TokenScope.choices)
    ends_at = serializers.DateTimeField()
    evaluation = serializers.CharField(
        source="evaluation.slug",
        default=None,
        allow_null=True,
        help_text="The one that it opens; null: all that its person may see.",
    )


class MeOutput(serializers.Serializer[Any]):
    """Whose token it is, and what it opens."""

    name = serializers.CharField(source="person.name")
    username = serializers.CharField(source="person.username")
    token = TokenOutput(source="*")


class MeView(StaffView):
    """Who calls."""

    @extend_schema(
        operation_id="staff_me_read",
        summary="Who you are here",
        responses={200: MeOutput, **READ},
    )
    def get(self, request: Request) -> Response:
        """Read whose token this is, its scope and its end."""
        return Response(MeOutput(self.token(request)).data)


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
        user: Any = request.user
        rows = Evaluation.objects.visible_to(user).real()
        return Response(
            page_of(
                request,
                rows.select_related("owner"),
                key=("created_at", "pk"),
                show=lambda evaluation: dict(EvaluationOutput(evaluation).data),
            )
        )


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
        user: Any = request.user
        evaluation = find_evaluation(user, slug)
        check_read_answers(evaluation, user)
        day = today_in(evaluation.zone)

        def make() -> HttpResponse:
            content = matrix_json(standing_ledger(evaluation).of_active())
            return HttpResponse(content, content_type="application/json")

        return unless_unchanged(
            request._request, evaluation, make, day=day, counted=awaited_replies()
        )


class BlockersView(StaffView):
    """The gates of the stage."""

    @extend_schema(
        operation_id="staff_blockers_read",
        summary="What keeps the evaluation in its stage",
        responses={200: GatesOutput, **READ},
    )
    def get(self, request: Request, slug: str) -> Response:
        """Read every gate of the stage, with what keeps it closed."""
        user: Any = request.user
        evaluation = find_evaluation(user, slug)
        # An ended purchase has no gate before it.
        reports = reports_for(user, evaluation) if evaluation.is_open else []
        gates = GateOutput(reports, many=True).data
        is_clear = all(report.open for report in reports)
        return Response({"stage": evaluation.stage, "open": is_clear, "gates": gates})


class InboxView(StaffView):
    """What waits on a person."""

    @extend_schema(
        operation_id="staff_inbox_read",
        summary="What waits on you in this evaluation",
        responses={200: InboxOutput, **READ},
    )
    def get(self, request: Request, slug: str) -> Response:
        """Read what waits on you, the most urgent first."""
        user: Any = request.user
        items = my_work(user, find_evaluation(user, slug))
        return Response({"results": [show_work(item) for item in items]})


def show_work(item: WorkItem) -> dict[str, Any]:
    due: datetime.date | datetime.datetime | None = item.due
    return {
        "kind": item.kind,
        "what": item.what,
        "why": item.why,
        "due": due.isoformat() if due else None,
        "late": item.late,
        "link": item.link,
    }
