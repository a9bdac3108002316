"""The page that issues or replaces a vendor's API token and shows its secret once,
in the answer to the POST.

It is no act: an act ends with a redirect, and a secret must not survive one, neither
in a message nor in a session.
"""

import datetime
import uuid
from http import HTTPStatus
from typing import Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from evaltracker.errors import Forbidden, NotFound, Problem
from evaltracker.pages.fields import day_field, end_of
from evaltracker.pages.query import check_query
from evaltracker.pages.site import site
from vendors.admin.pages import reader
from vendors.models import Vendor, VendorToken
from vendors.policy import may_keep_tokens
from vendors.selectors import live_tokens
from vendors.services.tokens import issue_token, rotate_token

USUAL_DAYS = 365
# How long an old token goes on beside the one that replaces it.
USUAL_OVERLAP = datetime.timedelta(days=7)


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


class ReplaceForm(TokenForm):
    """The same, and until when the old one goes on."""

    old_ends_on = day_field(
        "Last day of the old token",
        help_text="In UTC. Until then both open the API, so that nobody is cut off.",
    )


def token_view(request: HttpRequest, vendor_id: uuid.UUID) -> HttpResponse:
    """Ask for a label (GET); issue a token and show it (POST).

    With `replaces` it takes the place of another one, which goes on for a while.
    """
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    check_query(request, filters={"next", "replaces"})
    vendor = Vendor.objects.visible_to(reader(request)).filter(pk=vendor_id).first()
    if vendor is None:
        raise NotFound
    if not may_keep_tokens(reader(request), vendor):
        raise Forbidden(
            f"Only the owner of an evaluation with {vendor} in it handles its tokens."
        )
    old = _replaced(request, vendor)
    if request.method == "POST":
        return _issue(request, vendor, old)
    today = timezone.now().date()
    initial = {
        "label": old.label if old else "",
        "expires_on": today + datetime.timedelta(days=USUAL_DAYS),
        "old_ends_on": today + USUAL_OVERLAP,
        "seen": _live(vendor),
    }
    return _page(request, vendor, _form_for(old)(initial=initial), old=old)


def _replaced(request: HttpRequest, vendor: Vendor) -> VendorToken | None:
    """The live token of this vendor that the address says is to be replaced."""
    wanted = request.GET.get("replaces")
    if wanted is None:
        return None
    try:
        return live_tokens(vendor).get(pk=wanted)
    except (ObjectDoesNotExist, ValidationError) as error:
        raise NotFound from error


def _form_for(old: VendorToken | None) -> type[TokenForm]:
    return ReplaceForm if old else TokenForm


def _issue(
    request: HttpRequest, vendor: Vendor, old: VendorToken | None
) -> HttpResponse:
    form = _form_for(old)(request.POST)
    if not form.is_valid():
        return _page(request, vendor, form, old=old, status=HTTPStatus.BAD_REQUEST)
    data = form.cleaned_data
    if data["seen"] != _live(vendor):
        form = _form_for(old)(initial={**data, "seen": _live(vendor)})
        changed = "The vendor's tokens changed since this page was made. Look again."
        return _page(request, vendor, form, old=old, sentence=changed, status=409)
    terms: dict[str, Any] = {
        "label": data["label"],
        "expires_at": end_of(data["expires_on"]) if data["expires_on"] else None,
        "by": reader(request),
    }
    try:
        with transaction.atomic():
            token, secret = (
                rotate_token(token=old, ends_at=end_of(data["old_ends_on"]), **terms)
                if old
                else issue_token(vendor=vendor, **terms)
            )
    except Problem as problem:
        sentence, status = problem.sentence, problem.status
        return _page(request, vendor, form, old=old, sentence=sentence, status=status)
    return _page(request, vendor, None, old=old, token=token, secret=secret)


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
    old: VendorToken | None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    return site.page(
        request,
        "vendors/token.html",
        title=f"{'Replace' if old else 'Issue'} a token: {vendor}",
        status=status,
        crumbs=[
            ("Vendors", reverse("admin:vendors_vendor_changelist")),
            (str(vendor), ""),
        ],
        vendor=vendor,
        form=form,
        old=old,
        back=_back(request),
        live=live_tokens(vendor),
        **context,
    )


site.register_page("vendors/<uuid:vendor_id>/token/", token_view, "issue_token")
