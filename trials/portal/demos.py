"""When a vendor shows its own demo, where, and a calendar file of that."""

import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.errors import NotFound
from evaltracker.kit.clock import wall_of
from evaltracker.notices.calendars import CalendarDate, calendar_of
from evaltracker.notices.mail import link_to
from trials.models import Demo
from vendors.models import Candidate, VendorSession
from vendors.portal.base import READ, session_page, show
from vendors.portal.menu import LINKS

TEMPLATE = "trials/portal/demos.html"


@session_page(*READ)
def demos(request: HttpRequest, session: VendorSession) -> HttpResponse:
    """Each demo with its date, moved and called off ones too."""
    rows = [(demo, when_of(demo)) for demo in _own(session)]
    return show(request, session, TEMPLATE, rows=rows)


@session_page(*READ)
def dates(request: HttpRequest, session: VendorSession) -> HttpResponse:
    """All of them for a calendar; a program that has one already moves or drops it."""
    page = _page(session.link.candidate)
    evaluation = session.link.candidate.evaluation
    found = [
        CalendarDate(
            uid=str(demo.pk),
            sequence=demo.occurrence,
            what="Your demo",
            evaluation=evaluation.title,
            due_at=demo.scheduled_for,
            link=link_to(page),
            minutes=demo.minutes,
            place=demo.meeting_url,
            is_cancelled=demo.called_off_at is not None,
        )
        for demo in _own(session)
        if demo.scheduled_for is not None
    ]
    return HttpResponse(
        calendar_of(*found),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="demo.ics"'},
    )


def _page(candidate: Candidate) -> str:
    return reverse("vendor_trial:demos", args=[str(candidate.pk)])


def _dated(candidate: Candidate) -> QuerySet[Demo]:
    rows: QuerySet[Demo] = Demo.objects.filter(candidate=candidate)
    return rows.filter(scheduled_for__isnull=False)


def _own(session: VendorSession) -> list[Demo]:
    """Those that have a date, the next first.

    Raises:
        NotFound: there is none.

    """
    found = list(_dated(session.link.candidate).order_by("scheduled_for", "pk"))
    if not found:
        raise NotFound
    return found


def when_of(demo: Demo) -> str:
    """Day, hours and zone: “Friday 11 March 2044, 14:00 to 15:30 (Europe/Berlin)”."""
    if demo.scheduled_for is None:
        raise LookupError("the demo has no date")
    starts = wall_of(demo.scheduled_for, demo.zone)
    ends = starts + datetime.timedelta(minutes=demo.minutes)
    day = f"{starts:%A} {starts.day} {starts:%B %Y}"
    return f"{day}, {starts:%H:%M} to {ends:%H:%M} ({demo.zone})"


def demos_link(candidate: Candidate) -> tuple[str, str] | None:
    """The page, once a demo has a date."""
    if not _dated(candidate).exists():
        return None
    return "Your demo", _page(candidate)


LINKS.append(demos_link)
