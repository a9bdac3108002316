"""A person's calendar, for programs that cannot sign in: the address is the secret."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from evaltracker.notices.calendars import calendar_of, dates_of
from evaltracker.notices.services.preferences import owner_of_feed


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
