"""Asking for a colleague to be let in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from evaltracker.errors import Problem
from vendors.models import VendorSession
from vendors.portal.answers import address
from vendors.portal.base import FORM, refusal, session_page, show
from vendors.selectors.contact_requests import own_contact_requests
from vendors.services.contact_requests import ask_for_contact
from vendors.services.sign_in import actor_in_pages


@session_page(*FORM)
def colleagues(request: HttpRequest, session: VendorSession) -> HttpResponse:
    """Whom the vendor asked to let in, and a form for one more."""
    link = session.link
    problem: Problem | None = None
    typed = {name: request.POST.get(name, "") for name in ("name", "email")}
    if request.method == "POST":
        try:
            ask_for_contact(link=link, by=actor_in_pages(link), **typed)
            return redirect(address(session, "colleagues"))
        except Problem as refused:
            problem = refused
    rows = list(own_contact_requests(link.candidate).order_by("-asked_at", "pk"))
    said = {"requests": rows, "typed": typed, **refusal(problem)}
    return show(request, session, "colleagues.html", **said)
