"""Confirming what was entered for the vendor from its mail."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from evaltracker.errors import NotFound
from evaltracker.rest.views import read_id
from vendors.models import VendorSession
from vendors.portal.answers import address
from vendors.portal.base import session_page
from vendors.selectors.mailed_sheets import sheets_to_confirm
from vendors.services.sheet_confirmation import confirm_sheet
from vendors.services.sign_in import actor_in_pages


@session_page("POST")
def confirm(request: HttpRequest, session: VendorSession, sheet: str) -> HttpResponse:
    """Say yes to the answers of a sheet."""
    rows = sheets_to_confirm(session.link.candidate)
    found = rows.filter(pk=read_id(sheet)).first()
    if found is None:
        raise NotFound
    confirm_sheet(sheet=found, by=actor_in_pages(session.link))
    return redirect(address(session, "answers"))
