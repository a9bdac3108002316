"""What a request owes is nudged on its way."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from evaltracker.notices.nudging import listening
from evaltracker.notices.tasks import nudge


class NudgeMiddleware:
    """Wakes the sweep after a request that owed something; it holds nobody up.

    By then the request's transaction has ended: rolled back, the nudge finds nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and nudge if something is owed now."""
        with listening() as heard:
            response = self.get_response(request)
        if heard:
            nudge()
        return response
