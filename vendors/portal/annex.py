"""The annex of promises: its text, a receipt, and objections to its lines."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from evaltracker.errors import Problem, require_row
from evaltracker.toolbox.languages import moment
from vendors.models import Candidate, VendorSession
from vendors.portal.access import FORM, LINKS, refusal, session_page, show
from vendors.portal.claims import address
from vendors.selectors.access import reader_of
from vendors.selectors.annex import annex_for, annex_versions
from vendors.services.access import actor_in_pages
from vendors.services.annex import confirm_annex, object_to_annex

TITLE = gettext_lazy("Annex of promises")
FIELDS = {"confirm": ("sha256", "name"), "object": ("line", "words")}


@session_page(*FORM)
def annex(request: HttpRequest, session: VendorSession) -> HttpResponse:
    link, reader = session.link, reader_of(session)
    candidate = link.candidate
    then = request.POST.get("then", "")
    then = then if then in FIELDS else "confirm"
    typed = {name: request.POST.get(name, "") for name in FIELDS[then]}
    refused: Problem | None = None
    if request.method == "POST":
        say: Any = confirm_annex if then == "confirm" else object_to_annex
        by = actor_in_pages(link)
        try:
            say(candidate=candidate, reader=reader, by=by, **typed)
            return redirect(address(session, "annex"))
        except Problem as problem:
            refused = problem
    shown = require_row(annex_for(candidate, reader))
    document: Any = shown.document
    zone = candidate.evaluation.zone
    receipt = document.receipts.first()
    context: dict[str, Any] = {
        "annex": shown,
        "receipt": receipt,
        "confirmed_at": receipt and moment(receipt.confirmed_at, zone),
        "published_at": moment(document.published_at, zone),
        "then": then,
        "typed": typed,
        "name": typed["name"] if "name" in typed and refused else link.contact.name,
        "wrong": getattr(refused, "errors", {}),
        "differing": getattr(refused, "difference", "").splitlines(),
        **refusal(refused),
    }
    return show(request, session, "annex.html", title=TITLE, **context)


def annex_link(candidate: Candidate) -> tuple[str, str] | None:
    place = reverse("vendor_pages:annex", args=[candidate.pk])
    return (str(TITLE), place) if annex_versions(candidate).exists() else None


LINKS.append(annex_link)
