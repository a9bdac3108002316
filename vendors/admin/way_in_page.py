"""The page of one candidate that says why its vendor cannot get in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from evaltracker.errors import Forbidden, NotFound
from evaltracker.evaluations.admin.query import check_query
from evaltracker.evaluations.admin.site import site
from evaltracker.evaluations.admin.workspace import crumbs_to, show
from evaltracker.evaluations.policy import is_owner
from vendors.admin import way_in_checks as way_in_checks
from vendors.admin import way_in_door as way_in_door
from vendors.admin.pages import reader
from vendors.admin.way_in import BAD, WARN, Look, steps_of
from vendors.models import Candidate

if TYPE_CHECKING:
    import uuid

    from django.http import HttpRequest, HttpResponse


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
        first=next((one for one in steps if one.tone == BAD), None),
        doubtful=[one for one in steps if one.tone == WARN],
        owns=owns,
        here=here,
    )


site.register_page("candidates/<uuid:candidate_id>/way-in/", way_in, "way_in")
