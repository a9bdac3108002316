"""One's own account: who one is here, how one comes in, what happened to the login.

Other modules hang a panel into it, by the page's name "account".
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import get_adapter as get_sign_on_adapter
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from evaltracker.accounts.services import addresses, erasure, people
from evaltracker.evaluations.models import AccountEntry, User
from evaltracker.pages.acts import Act, Confirm, register_act
from evaltracker.pages.fields import form_like
from evaltracker.pages.panels import panels_of
from evaltracker.pages.site import site
from evaltracker.pages.zone_field import ZoneField

SHOWN = 10


def account_page(request: HttpRequest) -> HttpResponse:
    """Names, ways in, roles, and the last lines of one's own log."""
    user: Any = request.user
    factors = Authenticator.objects.filter(user=user).values_list("type", flat=True)
    return site.page(
        request,
        "evaluations/account.html",
        title="Your account",
        crumbs=[("Your account", "")],
        person=user,
        factors=[kind for kind in factors if kind != Authenticator.Type.RECOVERY_CODES],
        sign_on=get_sign_on_adapter(request).list_providers(request),
        connected=SocialAccount.objects.filter(user=user).exists(),
        panels=panels_of("account", user, user),
        entries=AccountEntry.objects.filter(person=user).select_related("by")[:SHOWN],
    )


site.register_page("account/", account_page, "my_account")


def confirm_page(request: HttpRequest, key: str) -> HttpResponse:
    """Whose address it becomes; POST by that person makes it so."""
    user: Any = request.user
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED)
    if request.method == "POST":
        addresses.confirm_address(key=key, by=user)
        messages.success(request, "The address is yours from now on.")
        return HttpResponseRedirect(reverse("admin:my_account"))
    return site.page(
        request,
        "evaluations/confirm_address.html",
        title="Confirm your mail address",
        crumbs=[("Your account", reverse("admin:my_account")), ("Mail address", "")],
        address=addresses.address_in(key, user),
    )


site.register_page("account/address/<str:key>/", confirm_page, "confirm_address")


class OnOwnAccount(Act[User]):
    """An act on oneself."""

    def load(self, user: User, target_id: str) -> Any:
        """Always oneself, as the row is now."""
        super().load(user, target_id)
        return User.objects.get(pk=user.pk)

    def allowed(self, user: User, target: Any) -> bool:
        return True

    def cancel_url(self, target: Any) -> str:
        return reverse("admin:my_account")

    def context(self, target: Any, user: User) -> dict[str, Any]:
        return {"crumbs": [("Your account", self.cancel_url(None)), (self.title, "")]}


@register_act
class ChangeDetails(OnOwnAccount):
    name = "change-details"
    title = "Change your details"
    verb = "Save"
    help = "Your name is printed on what you sign from now on; earlier signatures stay."
    success = "Saved."
    form_class = form_like(
        User,
        people.OWN,
        time_zone=ZoneField(
            help_text="Dates in pages and mails are shown in this zone."
        ),
    )
    service = people.change_own_details

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """What stands there now."""
        return {field: getattr(target, field) for field in people.OWN}


class AddressForm(forms.Form):
    email = forms.EmailField(
        label="New mail address",
        help_text="Single sign-on finds you by it, so take your company's.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


@register_act
class ChangeAddress(OnOwnAccount):
    name = "change-address"
    title = "Change your mail address"
    verb = "Send the link"
    help = "A link goes to the new address; it counts once you have confirmed it there."
    success = "A link is on its way to the new address."
    form_class = AddressForm
    service = addresses.ask_for_address

    def needs_proof(self, target: Any, user: User) -> bool:
        """A new password goes to it, so whoever found an open screen must not."""
        return True

    def arguments(self, target: Any, data: Mapping[str, Any]) -> dict[str, Any]:
        """The form's field is named for browsers that fill it."""
        return {"address": data["email"]}


@register_act
class AskForErasure(OnOwnAccount):
    """Ask to be forgotten."""

    name = "ask-for-erasure"
    title = "Ask to be erased"
    verb = "Ask for it"
    help = (
        "An operator then puts “Erased person” in place of your name and address and "
        "stops your login, for ever. What you signed, and journals, keep your name: "
        "they are the proof of who agreed to what."
    )
    success = "The operators know. Until one of them does it, nothing changes."
    form_class = Confirm
    dangerous = True
    service = erasure.ask_for_erasure
