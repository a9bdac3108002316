"""What a request owes is nudged on its way."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from evaltracker.notices.calendars import calendar_of, dates_of
from evaltracker.notices.kinds import listening
from evaltracker.notices.services.digests import owner_of_feed
from evaltracker.notices.tasks import nudge, nudge_work
from evaltracker.toolbox import processes as long_work

# A person's calendar, for programs that cannot sign in: the address is the secret.


@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Their own dates and nobody else's. Whoever has no such address finds nothing."""
    person = owner_of_feed(secret)
    if person is None:
        raise Http404
    return HttpResponse(
        calendar_of(*dates_of(person), name="evaltracker"),
        content_type="text/calendar; charset=utf-8",
        headers={
            "Cache-Control": "no-store",
            "X-Robots-Tag": "noindex",
            "Content-Disposition": 'inline; filename="evaltracker.ics"',
        },
    )


class NudgeMiddleware:
    """Wakes who does what a request has left to do; it holds nobody up.

    By then the request's transaction has ended: rolled back, the nudge finds nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and nudge if something is owed now."""
        with listening() as heard, long_work.long_work_listening() as waits:
            response = self.get_response(request)
        if heard:
            nudge()
        if waits:
            nudge_work()
        return response
