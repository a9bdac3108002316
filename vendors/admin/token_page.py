"""The one page that shows a token's secret, once, in the answer to a POST.

It is no act: an act ends with a redirect, and a secret must not survive one, neither
in a message nor in a session.
"""

from __future__ import annotations

import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from evaltracker.errors import Forbidden, NotFound, Problem
from evaltracker.evaluations.admin.query import check_query
from evaltracker.evaluations.admin.site import site
from vendors.admin.inputs import day_field
from vendors.admin.pages import reader
from vendors.models import Vendor
from vendors.policy import may_keep_tokens
from vendors.selectors import live_tokens
from vendors.services.tokens import issue_token

if TYPE_CHECKING:
    import uuid

    from django.http import HttpRequest

USUAL_DAYS = 365


class TokenForm(forms.Form):
    """What the token is for, and until when it opens anything."""

    label = forms.CharField(
        label="Label",
        max_length=80,
        required=False,
        help_text="For people to tell it by, such as “build server”.",
    )
    expires_on = day_field(
        "Last day", required=False, help_text="In UTC. Blank: until it is revoked."
    )
    # The live tokens that the page showed, so that a reload issues no second one.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


def token_view(request: HttpRequest, vendor_id: uuid.UUID) -> HttpResponse:
    """Ask for a label (GET); issue a token and show it (POST)."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    check_query(request, filters={"next"})
    vendor = Vendor.objects.visible_to(reader(request)).filter(pk=vendor_id).first()
    if vendor is None:
        raise NotFound
    if not may_keep_tokens(reader(request), vendor):
        raise Forbidden(
            f"Only the owner of an evaluation with {vendor} in it handles its tokens."
        )
    if request.method == "POST":
        return _issue(request, vendor)
    last = timezone.now().date() + datetime.timedelta(days=USUAL_DAYS)
    form = TokenForm(initial={"expires_on": last, "seen": _live(vendor)})
    return _page(request, vendor, form)


def _issue(request: HttpRequest, vendor: Vendor) -> HttpResponse:
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, vendor, form, status=HTTPStatus.BAD_REQUEST)
    if form.cleaned_data["seen"] != _live(vendor):
        form = _again(form, vendor)
        changed = "The vendor's tokens changed since this page was made. Look again."
        return _page(request, vendor, form, sentence=changed, status=409)
    last: datetime.date | None = form.cleaned_data["expires_on"]
    expires = None
    if last is not None:
        midnight = datetime.datetime.combine(last, datetime.time(), datetime.UTC)
        expires = midnight + datetime.timedelta(days=1)
    try:
        token, secret = issue_token(
            vendor=vendor,
            label=form.cleaned_data["label"],
            expires_at=expires,
            by=reader(request),
        )
    except Problem as problem:
        return _page(
            request, vendor, form, sentence=problem.sentence, status=problem.status
        )
    return _page(request, vendor, None, token=token, secret=secret)


def _again(form: TokenForm, vendor: Vendor) -> TokenForm:
    """What was typed, with the tokens of now."""
    return TokenForm(initial={**form.cleaned_data, "seen": _live(vendor)})


def _live(vendor: Vendor) -> str:
    """The live tokens, told by their prefixes."""
    return " ".join(sorted(live_tokens(vendor).values_list("prefix", flat=True)))


def _back(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None
    )
    return wanted if ours else ""


def _page(
    request: HttpRequest,
    vendor: Vendor,
    form: TokenForm | None,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    return site.page(
        request,
        "vendors/token.html",
        title=f"Issue a token: {vendor}",
        status=status,
        crumbs=[
            ("Vendors", reverse("admin:vendors_vendor_changelist")),
            (str(vendor), ""),
        ],
        vendor=vendor,
        form=form,
        back=_back(request),
        live=live_tokens(vendor),
        **context,
    )


site.register_page("vendors/<uuid:vendor_id>/token/", token_view, "issue_token")
