"""The page of one candidate that says why its vendor cannot get in."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.errors import Forbidden, NotFound
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.query import check_query
from evaltracker.pages.site import site
from evaltracker.pages.workspace import crumbs_to, show
from vendors.admin import vendor_access_calls as vendor_access_calls
from vendors.admin import vendor_access_invited as vendor_access_invited
from vendors.admin.pages import reader
from vendors.admin.vendor_access import BAD, WARN, Look, steps_of
from vendors.models import Candidate


def way_in(request: HttpRequest, candidate_id: uuid.UUID) -> HttpResponse:
    """Every step of a vendor's way in; for the owner, and for operators to read.

    Raises:
        Forbidden: it speaks of tokens and of addresses of callers.

    """
    check_query(request, filters={"try"})
    user = reader(request)
    candidate = (
        Candidate.objects.visible_to(user)
        .select_related("evaluation__owner", "vendor")
        .filter(pk=candidate_id)
        .first()
    )
    if candidate is None:
        raise NotFound
    evaluation = candidate.evaluation
    owns = is_owner(user, evaluation)
    if not (owns or user.is_superuser):
        raise Forbidden("Only the owner and operators look into how vendors get in.")
    here = reverse("admin:way_in", args=[candidate.pk])
    steps = steps_of(Look(candidate, tries="try" in request.GET, here=here))
    return show(
        request,
        evaluation,
        "vendors/way_in.html",
        title=f"Can the vendor get in? {candidate}",
        tab="invitations",
        crumbs=crumbs_to(
            evaluation, ("Invitations", "invitations"), (str(candidate), "")
        ),
        candidate=candidate,
        steps=steps,
        first=next((step for step in steps if step.tone == BAD), None),
        doubtful=[step for step in steps if step.tone == WARN],
        owns=owns,
        here=here,
    )


site.register_page("candidates/<uuid:candidate_id>/way-in/", way_in, "way_in")
