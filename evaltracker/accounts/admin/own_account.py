"""One's own account: name, address, erasure, tokens."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import get_adapter as get_sign_on_adapter
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from evaltracker.accounts import services as people
from evaltracker.evaluations.choices import TokenScope
from evaltracker.evaluations.models import AccountEntry, Evaluation, PersonalToken, User
from evaltracker.pages.acts import Act, Outcome
from evaltracker.pages.base import check_query
from evaltracker.pages.fields import Offer, OfferingForm, ZoneField, form_like, form_of
from evaltracker.pages.site import panels_of, site

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


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_page(request: HttpRequest, key: str) -> HttpResponse:
    """Whose address it becomes; POST by that person makes it so."""
    user: Any = request.user
    if request.method == "POST":
        people.confirm_address(key=key, by=user)
        messages.success(request, "Address confirmed.")
        return HttpResponseRedirect(reverse("admin:my_account"))
    return site.page(
        request,
        "evaluations/confirm_address.html",
        title="Confirm your mail address",
        crumbs=[("Your account", reverse("admin:my_account")), ("Mail address", "")],
        address=people.address_in(key, user),
    )


class OnPage[T](Act[T]):
    """An act on a page outside evaluations: where that stands, and its address."""

    homes: ClassVar[Sequence[tuple[str, str]]] = (("Your account", "admin:my_account"),)

    def cancel_url(self, target: Any) -> str:
        return reverse(self.homes[-1][1])

    def context(self, target: Any, user: User) -> dict[str, Any]:
        above = ((label, reverse(name)) for label, name in self.homes)
        return {"crumbs": [*above, (self.title, "")]}


class OnOwnAccount(OnPage[User]):
    def load(self, user: User, target_id: str) -> Any:
        super().load(user, target_id)
        return User.objects.get(pk=user.pk)

    def allowed(self, user: User, target: Any) -> bool:
        return True


own_zone = partial(
    ZoneField, help_text="Dates in pages and mails are shown in this zone."
)


class ChangeDetails(OnOwnAccount):
    title = "Change your details"
    verb = "Save"
    help = "Future signatures carry this name. Earlier ones keep the old name."
    success = "Saved."
    form_class = form_like(User, people.OWN, time_zone=own_zone())
    service = people.change_own_details
    current_fields = people.OWN


class ChangeAddress(OnOwnAccount):
    title = "Change your mail address"
    verb = "Send the link"
    help = "A link goes to the new address; it counts once you have confirmed it there."
    success = "A link is on its way to the new address."
    form_class = form_of(
        email=forms.EmailField(
            label="New mail address",
            help_text="Your company's sign-in finds you by it.",
            widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        )
    )
    service = people.ask_for_address
    # A new password goes to it, so whoever found an open screen must not.
    needs_proof = True

    def arguments(self, target: Any, data: Mapping[str, Any]) -> dict[str, Any]:
        return {"address": data["email"]}


class AskForErasure(OnOwnAccount):
    title = "Ask to be erased"
    verb = "Ask an operator"
    help = (
        "An operator then replaces your name and address by “Erased person” and ends "
        "your login for good. Signatures and journals keep your name as proof of who "
        "agreed."
    )
    success = "Asked. Nothing changes until an operator erases your account."
    dangerous = True
    service = people.ask_for_erasure


@require_safe
def my_tokens(request: HttpRequest) -> HttpResponse:
    """One's own that are live; an operator sees everybody's."""
    check_query(request)
    user: Any = request.user
    tokens = PersonalToken.objects.visible_to(user).live()
    return site.page(
        request,
        "evaluations/my_tokens.html",
        title="Tokens",
        crumbs=[("Your account", reverse("admin:my_account")), ("Tokens", "")],
        tokens=tokens.select_related("person", "evaluation").order_by("made_at", "id"),
        has_factor=people.has_factor(user),
    )


class PersonalTokenForm(OfferingForm):
    label = forms.CharField(max_length=80, help_text="Such as “nightly import”.")
    scope = forms.ChoiceField(choices=TokenScope.choices, widget=forms.RadioSelect)
    days = forms.IntegerField(min_value=1, max_value=people.MOST_DAYS)
    evaluation: Any = forms.ModelChoiceField(
        None, required=False, empty_label="All that you own or have a part in"
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    offers: ClassVar[Mapping[str, Offer]] = {
        "evaluation": lambda user: Evaluation.objects.visible_to(user.as_program())
    }


class MakeToken(OnOwnAccount):
    homes = (*OnPage.homes, ("Tokens", "admin:my_tokens"))
    title = "New token"
    verb = "Make the token"
    help = "Your program then reads, and if you let it, acts with your own rights."
    heading_format = "{title}"
    form_class = PersonalTokenForm
    version_fields = ("seen",)
    service = people.make_token
    needs_proof = True
    in_dialog = False

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {"scope": "read", "days": 30, "seen": people.newest_token(user)}

    def judged(self, target: Any) -> tuple[Any, ...]:
        return ()

    def destination(self, target: Any, made: Any) -> Outcome:
        shown = {"token": made[0], "secret": made[1]}
        return SimpleTemplateResponse("evaluations/token_made.html", shown)


class RevokePersonalToken(OnPage[PersonalToken]):
    homes = (*OnPage.homes, ("Tokens", "admin:my_tokens"))
    title = "Revoke a token"
    verb = "Revoke the token"
    help = "Calls with it are refused at once."
    success = "Token revoked."
    model = PersonalToken
    target_name = "token"
    dangerous = True
    service = people.revoke_personal_token


site.register_page("account/", account_page, "my_account")


site.register_page("account/address/<str:key>/", confirm_page, "confirm_address")


site.register_page("account/tokens/", my_tokens, "my_tokens")
