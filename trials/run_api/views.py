"""The call by which a program of the buyer's reports runs."""

import datetime
from typing import Any, ClassVar, cast

from django.conf import settings
from rest_framework import exceptions
from rest_framework.parsers import BaseParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from evaltracker.errors import Invalid, NotFound
from evaltracker.rest.calls import new_calls
from evaltracker.rest.views import StrictView, read_id
from trials.choices import ReportFormat
from trials.models import RunToken
from trials.run_api.authentication import RunTokenAuthentication
from trials.run_api.bodies import FORMATS, PARSERS, text_of
from trials.run_api.schema import describe_report
from trials.run_formats import ReportedFile, read_instant
from trials.run_formats.described import NAMES, read_description_apart
from trials.run_formats.in_toto import read_in_toto
from trials.run_formats.json_runs import read_json_runs
from trials.run_formats.junit import read_junit
from trials.services.run_reports import receive_report
from vendors.api.throttling import MinuteThrottle
from vendors.counting import address_of

CALLS = new_calls()
IN_BODY = "A JSON body says this itself; remove it from the address."


class RunThrottle(MinuteThrottle):
    """`RUN_CALLS_PER_MINUTE` of each run token."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether this token may call once more."""
        if request.auth is None:
            return True
        return self.count(f"run-calls:{request.auth.pk}", settings.RUN_CALLS_PER_MINUTE)


class RunGuessThrottle(MinuteThrottle):
    """`CALLS_WITHOUT_TOKEN_PER_MINUTE` of each address, with no or an unknown token."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether this address may call without a good token once more."""
        name = f"run-calls-without-token:{address_of(request)}"
        return self.count(name, settings.CALLS_WITHOUT_TOKEN_PER_MINUTE)


@CALLS.at("<str:trial>/runs/")
class RunsView(StrictView):
    """Runs of one trial, posted by its run token."""

    authentication_classes = (RunTokenAuthentication,)
    permission_classes = (IsAuthenticated,)
    throttle_classes = (RunThrottle,)
    parser_classes: tuple[type[BaseParser], ...] = PARSERS
    params: ClassVar = {"POST": frozenset({*NAMES, "measured_at"})}

    @describe_report
    def post(self, request: Request, trial: str) -> Response:
        """Report runs: all of the file is kept, or nothing."""
        token = cast("RunToken", request.auth)
        if read_id(trial) != token.trial_id:
            raise NotFound
        content = cast("bytes", request.data)
        kind = FORMATS[(request.content_type or "").partition(";")[0].strip().lower()]
        received = receive_report(
            token=token,
            format=kind,
            content=content,
            said=read_report(kind, content, request.query_params.dict()),
        )
        report = received.report
        body = {
            "id": report.key,
            "format": report.format,
            "runs": received.runs,
            "ignored": report.ignored,
            "sha256": report.sha256,
            "received_at": report.received_at,
        }
        return Response(body, status=201 if received.created else 200)

    def handle_exception(self, exc: Exception) -> Response:
        """Count calls without a good token by their address, and stop a flood."""
        if isinstance(
            exc, exceptions.AuthenticationFailed | exceptions.NotAuthenticated
        ):
            guesses = RunGuessThrottle()
            if not guesses.allow_request(self.request, self):
                exc = exceptions.Throttled(guesses.wait())
        return super().handle_exception(exc)


def read_report(
    kind: ReportFormat, content: bytes, params: dict[str, Any]
) -> ReportedFile:
    """What a body of that kind says; `params` describe a file that cannot do so itself.

    Raises:
        Invalid: by place. ParseError: it is no JSON.

    """
    if kind == ReportFormat.JSON:
        if params:
            raise Invalid(IN_BODY, errors={name: [IN_BODY] for name in sorted(params)})
        return read_json_runs(text_of(content))
    described = read_description_apart(params)
    given = _instant(params.get("measured_at"))
    if kind == ReportFormat.JUNIT:
        return read_junit(content, described, given)
    return read_in_toto(text_of(content), described, given)


def _instant(text: str | None) -> datetime.datetime | None:
    try:
        return read_instant(text) if text else None
    except ValueError as error:
        raise Invalid(str(error), errors={"measured_at": [str(error)]}) from error
