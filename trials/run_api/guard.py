"""A run token opens the runs of its trial, and is refused at every other address."""

import re
from collections.abc import Callable
from typing import ClassVar

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from evaltracker.rest.problems import CONTENT_TYPE, problem_body
from trials.run_api.authentication import end_tokens_in_address, run_secret_of

RUNS = re.compile(r"/api/v1/trials/[^/]+/runs/")
LEAKED = (
    "A run token in a URL is not secret, so it was revoked. Send a new one in the "
    "header: Authorization: Bearer <run token>."
)


class RunTokenGuard:
    """Answers calls that carry a run token where none belongs."""

    # Whether this process may know run tokens.
    ends_leaked: ClassVar[bool] = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """400 if it stands in the address, 404 anywhere but at the runs."""
        if self.ends_leaked and end_tokens_in_address(request):
            return _problem(400, LEAKED)
        header = request.headers.get("Authorization", "")
        if run_secret_of(header) and not RUNS.fullmatch(request.path_info):
            return _problem(404)
        return self.get_response(request)


class VendorRunTokenGuard(RunTokenGuard):
    """The same in a process for vendors alone, where no run token opens anything."""

    ends_leaked: ClassVar[bool] = False


def _problem(status: int, detail: str = "") -> JsonResponse:
    return JsonResponse(
        problem_body(status, detail),
        status=status,
        content_type=CONTENT_TYPE,
        headers={"Cache-Control": "no-store"},
    )
