"""A vendor's own trial and demos in the vendor pages."""

import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy

from evaltracker.errors import NotFound, Problem, require_row
from evaltracker.evaluations.models import Evaluation
from evaltracker.notices.calendars import CalendarDate, calendar_of
from evaltracker.notices.mail import link_to
from evaltracker.toolbox.days import wall_of
from evaltracker.toolbox.languages import long_day
from evaltracker.toolbox.rest.views import read_id
from trials.models import Demo, Trial
from trials.selectors.trials import agreed_gaps, agreed_trial, own_runs
from trials.services.trials import reply_to_gap
from vendors.answers import day_in
from vendors.models import Candidate, VendorSession
from vendors.portal.access import FORM, LINKS, READ, refusal, session_page, show
from vendors.services.access import actor_in_pages

TEMPLATE = "trials/portal/demos.html"


@session_page(*READ)
def demos(request: HttpRequest, session: VendorSession) -> HttpResponse:
    rows = [(demo, when_of(demo)) for demo in _booked_demos(session)]
    title = _your("demo", session.link.candidate.evaluation)
    return show(request, session, TEMPLATE, rows=rows, title=title)


@session_page(*READ)
def dates(request: HttpRequest, session: VendorSession) -> HttpResponse:
    page = _page(session.link.candidate)
    evaluation = session.link.candidate.evaluation
    entries = [
        CalendarDate(
            uid=str(demo.pk),
            sequence=demo.occurrence,
            what=_your("demo", evaluation),
            evaluation=evaluation.title,
            due_at=demo.scheduled_for,
            link=link_to(page),
            minutes=demo.minutes,
            place=demo.meeting_url,
            is_cancelled=demo.called_off_at is not None,
        )
        for demo in _booked_demos(session)
        if demo.scheduled_for is not None
    ]
    return HttpResponse(
        calendar_of(*entries),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="demo.ics"'},
    )


# Of the usual nouns, and of an evaluation's own.
TITLES = {
    "demo": (gettext_lazy("Your demo"), gettext_lazy("Your %(demo)s")),
    "trial": (gettext_lazy("Your trial"), gettext_lazy("Your %(trial)s")),
}


def _your(noun: str, evaluation: Evaluation) -> str:
    usual, reworded = TITLES[noun]
    return str(reworded % evaluation.words if noun in evaluation.words else usual)


def _page(candidate: Candidate) -> str:
    return reverse("vendor_trial:demos", args=[str(candidate.pk)])


def _dated(candidate: Candidate) -> QuerySet[Demo]:
    rows: QuerySet[Demo] = Demo.objects.filter(candidate=candidate)
    return rows.filter(scheduled_for__isnull=False)


def _booked_demos(session: VendorSession) -> list[Demo]:
    booked = list(_dated(session.link.candidate).order_by("scheduled_for", "pk"))
    if not booked:
        raise NotFound
    return booked


def when_of(demo: Demo) -> str:
    if demo.scheduled_for is None:
        raise LookupError("the demo has no date")
    starts = wall_of(demo.scheduled_for, demo.zone)
    ends = starts + datetime.timedelta(minutes=demo.minutes)
    hours = f"{starts:%H:%M} – {ends:%H:%M}"
    return f"{long_day(starts.date())}, {hours} ({demo.zone})"


def demos_link(candidate: Candidate) -> tuple[str, str] | None:
    if not _dated(candidate).exists():
        return None
    return _your("demo", candidate.evaluation), _page(candidate)


LINKS.append(demos_link)


TRIAL_TEMPLATE = "trials/portal/trial.html"
# All of them are in the API.
SHOWN_RUNS = 50


@session_page(*READ)
def trial(request: HttpRequest, session: VendorSession) -> HttpResponse:
    return _shown(request, session)


@session_page(*FORM)
def reply(request: HttpRequest, session: VendorSession, gap: str) -> HttpResponse:
    gaps = agreed_gaps(session.link.candidate)
    agreed_gap = require_row(gaps.filter(pk=read_id(gap)).first())
    if request.method != "POST":
        return _shown(request, session, replying=agreed_gap.pk)
    fields = ("reply", "promised_for", "workaround")
    typed = {name: request.POST.get(name, "") for name in fields}
    try:
        reply_to_gap(
            gap=agreed_gap,
            reply=typed["reply"],
            promised_for=day_in("promised_for", typed["promised_for"]),
            workaround=typed["workaround"],
            by=actor_in_pages(session.link),
        )
    except Problem as problem:
        return _shown(
            request, session, replying=agreed_gap.pk, problem=problem, typed=typed
        )
    invitation = str(session.link.candidate_id)
    return redirect("vendor_trial:trial", invitation=invitation)


def trial_link(candidate: Candidate) -> tuple[str, str] | None:
    if not Trial.objects.filter(candidate=candidate, agreed_at__isnull=False).exists():
        return None
    invitation = str(candidate.pk)
    page = reverse("vendor_trial:trial", args=[invitation])
    return _your("trial", candidate.evaluation), page


LINKS.append(trial_link)


def _shown(
    request: HttpRequest,
    session: VendorSession,
    *,
    problem: Problem | None = None,
    **context: Any,
) -> HttpResponse:
    agreed = require_row(agreed_trial(session.link.candidate))
    return show(
        request,
        session,
        TRIAL_TEMPLATE,
        **refusal(problem),
        trial=agreed,
        heading=_your("trial", session.link.candidate.evaluation),
        gaps=list(agreed.gaps.all()),
        criteria=list(agreed.criteria.all()),
        milestones=list(agreed.milestones.all()),
        runs=list(own_runs(agreed).order_by("-measured_at", "-id")[:SHOWN_RUNS]),
        **context,
    )


# These addresses are not among the vendors' own, because floors look down only.
app_name = "vendor_trial"
urlpatterns = [
    path("<str:invitation>/demos/", demos, name="demos"),
    path("<str:invitation>/demos/demo.ics", dates, name="demo_dates"),
    path("<str:invitation>/trial/", trial, name="trial"),
    path("<str:invitation>/gaps/<str:gap>/reply/", reply, name="reply"),
]
