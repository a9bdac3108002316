"""What a request owes is nudged on its way."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from evaltracker.kit import long_work
from evaltracker.notices.nudging import listening
from evaltracker.notices.tasks import nudge, nudge_work


class NudgeMiddleware:
    """Wakes who does what a request has left to do; it holds nobody up.

    By then the request's transaction has ended: rolled back, the nudge finds nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and nudge if something is owed now."""
        with listening() as heard, long_work.listening() as waits:
            response = self.get_response(request)
        if heard:
            nudge()
        if waits:
            nudge_work()
        return response
