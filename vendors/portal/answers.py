"""What is asked, and what the vendor says to it."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse

from evaltracker.kit.clock import database_now
from vendors.models import VendorSession
from vendors.portal.base import READ, session_page, show
from vendors.portal.deadlines import deadline_of
from vendors.selectors import asked_requirements


@session_page(*READ)
def answers(request: HttpRequest, session: VendorSession) -> HttpResponse:
    """What is asked, by category."""
    evaluation = session.link.candidate.evaluation
    rows = asked_requirements(evaluation).order_by(
        "category__position", "position", "ref"
    )
    by_category = groupby(rows, key=lambda row: row.category.name)
    return show(
        request,
        session,
        "answers.html",
        deadline=deadline_of(evaluation, database_now()),
        categories=[(name, list(rows)) for name, rows in by_category],
    )
