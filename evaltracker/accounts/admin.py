"""Notification settings: one's own mails and one's own calendar."""

from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar

from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import get_adapter as get_sign_on_adapter
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from evaltracker.accounts import services as people
from evaltracker.errors import Forbidden
from evaltracker.evaluations.choices import MailRhythm, TokenScope
from evaltracker.evaluations.models import (
    AccountEntry,
    Evaluation,
    PersonalToken,
    User,
)
from evaltracker.evaluations.policy import may_add_people
from evaltracker.notices.calendars import dates_of
from evaltracker.notices.mail import link_to
from evaltracker.notices.services.digests import (
    OWN,
    change_preferences,
    renew_feed,
    stop_feed,
)
from evaltracker.pages.acts import Act, Outcome
from evaltracker.pages.base import check_query
from evaltracker.pages.fields import (
    Offer,
    OfferingForm,
    ZoneField,
    form_like,
    form_of,
)
from evaltracker.pages.site import panels_of, site
from evaltracker.toolbox.days import countries, next_morning

# One's own account: who one is here, how one comes in, what happened to the login.
#
# Other modules hang a panel into it, by the page's name "account".

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


site.register_page("account/address/<str:key>/", confirm_page, "confirm_address")


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


# Tokens of people's programs.


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


site.register_page("account/tokens/", my_tokens, "my_tokens")


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


ChangePersonForm = form_like(
    User,
    people.EDITABLE,
    time_zone=own_zone(),
    rights=forms.MultipleChoiceField(
        choices=people.RIGHTS,
        required=False,
        label="May",
        widget=forms.CheckboxSelectMultiple,
        help_text="For procurement leads and auditors.",
    ),
)


class AddPersonForm(ChangePersonForm):  # type: ignore[misc, valid-type]
    username = forms.CharField(
        max_length=150, help_text="The person types it to log in."
    )
    password = forms.CharField(
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text="Leave it empty, and the person gets a mail with a link to set one.",
    )
    field_order = ("username", *people.EDITABLE, "rights", "password")


class PeopleAct(OnPage[Any]):
    homes = (("Users", "admin:evaluations_user_changelist"),)
    model: ClassVar[type[models.Model] | None] = User
    target_name = "person"

    def allowed(self, user: User, target: Any) -> bool:
        return people.may_run_accounts(user)


class AddPerson(PeopleAct):
    title = "Add a person"
    verb = "Add"
    help = "They can log in at once. Their part in an evaluation is given there."
    success = "The person is added."
    model = None
    target_name = ""
    service = people.add_person
    form_class = AddPersonForm

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {"time_zone": user.time_zone}


class ChangePerson(PeopleAct):
    title = "Change"
    verb = "Save"
    success = "Saved."
    form_class = ChangePersonForm
    service = people.change_person

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        held = target.user_permissions.filter(codename__in=people.RIGHTS)
        now = {field: getattr(target, field) for field in people.EDITABLE}
        return {**now, "rights": list(held.values_list("codename", flat=True))}


class InviteAgain(PeopleAct):
    title = "Send the link again"
    verb = "Send it"
    help = (
        "A mail with a link to set the first password; it works once, for three days."
    )
    success = "The mail is on its way."
    service = people.invite

    def allowed(self, user: User, target: Any) -> bool:
        waits = target.is_active and not target.has_usable_password()
        return may_add_people(user) and waits


class SetPassword(PeopleAct):
    title = "Set a new password"
    verb = "Set password"
    help = "Wherever the person is logged in, they are logged out."
    success = "Password changed."
    form_class = form_of(
        password=forms.CharField(
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            strip=False,
            help_text="At least 12 characters; three words that do not belong together "
            "are best. Tell it to the person yourself; they can change it after "
            "logging in.",
        )
    )
    service = people.set_password


class ResetFactors(PeopleAct):
    title = "Remove the second factor"
    verb = "Remove it"
    help = (
        "For a lost phone or key. First check by voice or face who is asking. The "
        "person is logged out, gets a mail and has to add a new one."
    )
    success = "Second factor removed. The next login asks for a new one."
    dangerous = True
    service = people.reset_factors


class StopLogin(PeopleAct):
    title = "Stop login"
    verb = "Stop this login"
    help = (
        "Logs the person out at once. They get no more mail. Their signatures, scores "
        "and comments stay."
    )
    success = "The person cannot log in any more."
    dangerous = True
    service = partial(people.set_active, active=False)

    def allowed(self, user: User, target: Any) -> bool:
        return super().allowed(user, target) and target.is_active


class AllowLogin(PeopleAct):
    title = "Allow login again"
    verb = "Allow"
    success = "The person can log in again."
    service = partial(people.set_active, active=True)

    def allowed(self, user: User, target: Any) -> bool:
        stopped = not target.is_active and not target.erased_at
        return super().allowed(user, target) and stopped


class ErasePerson(PeopleAct):
    title = "Erase"
    verb = "Erase for ever"
    help = (
        "Name and address become “Erased person”. The login ends and unsent mail is "
        "dropped. Journals, printed signatures and "
        "frozen documents keep the name. You can't undo this."
    )
    success = "The person is erased."
    dangerous = True
    service = people.erase_person

    def check(self, user: User, target: User) -> None:
        if target.erased_at:
            raise Forbidden("Nobody to erase.")
        super().check(user, target)


@require_safe
def my_notices(request: HttpRequest) -> HttpResponse:
    check_query(request)
    user: Any = request.user
    return site.page(
        request,
        "evaluations/my_notices.html",
        title="Notification settings",
        crumbs=[("Notification settings", "")],
        daily=user.mail_rhythm == MailRhythm.DAILY,
        morning=next_morning(
            timezone.now(), user.time_zone, user.country, user.subdivision
        ),
        dates=dates_of(user),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def my_calendar(request: HttpRequest) -> HttpResponse:
    """Ask (GET); make an address and show it, once, in the answer to a POST."""
    check_query(request)
    user: Any = request.user
    address, sentence, status = "", "", HTTPStatus.OK
    if request.method == "POST":
        # What the page showed, so that a reload does not end the address just copied.
        if request.POST.get("seen", "") != _state(user):
            sentence = "You made a new address a moment ago. Make another one?"
            status = HTTPStatus.CONFLICT
        else:
            secret = renew_feed(by=user)
            address = link_to(reverse("calendar_feed", args=[secret]))
    response = site.page(
        request,
        "evaluations/my_calendar.html",
        title="Address of my calendar",
        crumbs=[
            ("Notification settings", reverse("admin:my_notices")),
            ("Calendar", ""),
        ],
        address=address,
        sentence=sentence,
        seen=_state(user),
        status=status,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _state(user: User) -> str:
    return user.feed_made_at.isoformat() if user.feed_made_at else ""


class PreferencesForm(forms.Form):
    mail_rhythm = forms.ChoiceField(
        label="What blocks nobody else comes",
        choices=MailRhythm.choices,
        widget=forms.RadioSelect,
        help_text="Mails about work that blocks others always come at once.",
    )
    time_zone = own_zone()
    country = forms.ChoiceField(
        required=False,
        choices=lambda: [("", "None: only weekends are off"), *countries()],
        help_text="Its public holidays are days off for you: no daily mail comes then.",
    )
    subdivision = forms.CharField(
        label="State or province",
        required=False,
        max_length=20,
        help_text="Its code, such as BY for Bavaria, where its holidays differ.",
    )


class OnMyself(OnPage[None]):
    homes = (("Notification settings", "admin:my_notices"),)

    def allowed(self, user: User, target: Any) -> bool:
        return user.is_active


class ChangeMyNotices(OnMyself):
    title = "Change notification settings"
    verb = "Save"
    success = "Saved. It also applies to mails that are already due."
    form_class = PreferencesForm
    service = change_preferences

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {name: getattr(user, name) for name in OWN}

    def arguments(self, target: Any, data: Mapping[str, Any]) -> dict[str, Any]:
        return {"values": data}


class StopCalendar(OnMyself):
    title = "End my calendar address"
    verb = "Stop"
    help = "The address stops working, for your own programs too."
    success = "Calendar address ended."
    dangerous = True
    service = stop_feed

    def judged(self, target: None) -> tuple[Any, ...]:
        return ()


site.register_page("my/notices/", my_notices, "my_notices")
site.register_page("my/calendar/", my_calendar, "my_calendar")
