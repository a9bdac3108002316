"""A vendor's own trial as it was agreed, and its replies to what was found missing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from evaltracker.errors import NotFound, Problem
from evaltracker.rest.views import read_id
from trials.models import Trial
from trials.selectors import agreed_gaps, agreed_trial, own_runs
from trials.services.gaps import reply_to_gap
from vendors.models import Candidate, VendorSession
from vendors.portal.base import FORM, READ, refusal, session_page, show
from vendors.portal.menu import LINKS
from vendors.services.sign_in import actor_in_pages
from vendors.typed_answers import day_in

TEMPLATE = "trials/portal/trial.html"
# All of them are in the API.
SHOWN_RUNS = 50


@session_page(*READ)
def trial(request: HttpRequest, session: VendorSession) -> HttpResponse:
    """The contract, its criteria and dates, and what was found."""
    return _shown(request, session)


@session_page(*FORM)
def reply(request: HttpRequest, session: VendorSession, gap: str) -> HttpResponse:
    """Reply to a gap, with a date and a workaround."""
    found = agreed_gaps(session.link.candidate).filter(pk=read_id(gap)).first()
    if found is None:
        raise NotFound
    if request.method != "POST":
        return _shown(request, session, replying=found.pk)
    fields = ("reply", "promised_for", "workaround")
    typed = {name: request.POST.get(name, "") for name in fields}
    try:
        reply_to_gap(
            gap=found,
            reply=typed["reply"],
            promised_for=day_in("promised_for", typed["promised_for"]),
            workaround=typed["workaround"],
            by=actor_in_pages(session.link),
        )
    except Problem as problem:
        return _shown(request, session, replying=found.pk, problem=problem, typed=typed)
    invitation = str(session.link.candidate_id)
    return redirect("vendor_trial:trial", invitation=invitation)


def trial_link(candidate: Candidate) -> tuple[str, str] | None:
    """The page of the trial, once one is agreed."""
    if not Trial.objects.filter(candidate=candidate, agreed_at__isnull=False).exists():
        return None
    invitation = str(candidate.pk)
    return "Your trial", reverse("vendor_trial:trial", args=[invitation])


LINKS.append(trial_link)


def _shown(
    request: HttpRequest,
    session: VendorSession,
    *,
    problem: Problem | None = None,
    **context: Any,
) -> HttpResponse:
    """The trial; after a refusal with what was typed."""
    found = agreed_trial(session.link.candidate)
    if found is None:
        raise NotFound
    return show(
        request,
        session,
        TEMPLATE,
        **refusal(problem),
        trial=found,
        gaps=list(found.gaps.all()),
        criteria=list(found.criteria.all()),
        milestones=list(found.milestones.all()),
        runs=list(own_runs(found).order_by("-measured_at", "-id")[:SHOWN_RUNS]),
        **context,
    )
