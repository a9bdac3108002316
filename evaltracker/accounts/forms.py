"""The library's forms in our words; login under the field names it has always had."""

import re
from typing import Any
from urllib.parse import urlsplit

from allauth.account import forms as stock
from allauth.mfa.base import forms as factors
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.openid_connect.views import login
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from requests import RequestException

from evaltracker.accounts.middleware import is_used, note_use
from evaltracker.evaluations.models import User

LABELS = {
    "email": "Mail address",
    "oldpassword": "Current password",
    "password1": "New password",
    "password2": "New password again",
}


class OurWords(forms.Form):
    """Labels as everywhere else, no placeholder that repeats them, help in one line.

    The library writes the rules for passwords as a list, which ends the paragraph that
    it is put into: a reader's ears would be sent to nothing.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in LABELS.keys() & self.fields.keys():
            self.fields[name].label = LABELS[name]
            self.fields[name].widget.attrs.pop("placeholder", None)
        if "password1" in self.fields:
            rules = " ".join(password_validators_help_texts())
            self.fields["password1"].help_text = rules


class ResetPasswordForm(OurWords, stock.ResetPasswordForm):  # type: ignore[misc]
    """Where to send a link."""


class ResetPasswordKeyForm(OurWords, stock.ResetPasswordKeyForm):  # type: ignore[misc]
    """A password by a link."""


class ChangePasswordForm(OurWords, stock.ChangePasswordForm):  # type: ignore[misc]
    pass


class SetPasswordForm(OurWords, stock.SetPasswordForm):  # type: ignore[misc]
    """A first password, of whoever came in by single sign-on."""


class Digits(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attrs = self.fields["code"].widget.attrs
        attrs.pop("placeholder", None)
        attrs["inputmode"] = "numeric"


class OnceOnly(Digits):
    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        """The code, which has not opened before and will not again."""
        if is_used(self.user, self.cleaned_data["code"]):
            self.cleaned_data["code"] = ""
        code: str = super().clean_code()  # type: ignore[misc]  # the library's
        if self.authenticator.type == Authenticator.Type.TOTP:
            note_use(self.authenticator, code)
        return code


class AuthenticateForm(OnceOnly, factors.AuthenticateForm):  # type: ignore[misc]
    """The second factor at a login."""


class ReauthenticateForm(OnceOnly, factors.ReauthenticateForm):  # type: ignore[misc]
    """The second factor before what matters."""


class ActivateAppForm(Digits, totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app."""


class LoginForm(stock.LoginForm):  # type: ignore[misc]  # untyped library
    field_order = ("username", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["login"]
        self.fields["username"] = forms.CharField(
            label="Username or mail address",
            max_length=254,
            widget=forms.TextInput(
                attrs={"autocomplete": "username", "autocapitalize": "none"}
            ),
        )
        self.fields["password"].help_text = ""
        del self.fields["password"].widget.attrs["placeholder"]
        self.order_fields(self.field_order)

    def clean(self) -> Any:
        self.cleaned_data["login"] = self.cleaned_data.get("username", "").strip()
        return super().clean()


class PrefixedCookieStorage(CookieStorage):
    cookie_name = f"{settings.COOKIE_PREFIX}messages"


class MessageStorage(FallbackStorage):
    storage_classes = (PrefixedCookieStorage, SessionStorage)


# Which passwords are refused because somebody would guess them; nobody is asked.
#
# No rule about kinds of letters: what counts is how many guesses a password takes of
# whoever knows the lists of common and breached ones, and the words of this site.

# Decimal digits of the number of guesses that a password has to withstand.
GUESSES = 10
# What is looked at; of more letters the first are enough to tell.
LETTERS = 72
OF_THE_PRODUCT = ("evaltracker", "evaluation", "tracker", "vendor")
# A word of the site that is shorter stands in too many others.
SHORTEST = 4
# Letters that have to be left without the words of the site.
OWN_LETTERS = 6
LEET = str.maketrans("4@831!|05$7+", "aabeiilosstt")


class HardToGuess:
    """Refuses what is in the lists, or little more than words of this site."""

    def validate(self, password: str, user: User | None = None) -> None:
        known = context_words(user)
        if is_made_of(password, known):
            raise ValidationError(
                "This password is mostly a name of this site, your company or "
                "yourself. Choose unrelated words.",
                code="password_of_context",
            )
        # Its lists of words would slow down every start.
        from zxcvbn import zxcvbn  # type: ignore[import-untyped]

        judged = zxcvbn(password[:LETTERS], user_inputs=sorted(known))
        if judged["guesses_log10"] < GUESSES:
            raise ValidationError(
                "This password is easy to guess or appears in lists of stolen ones. "
                "Three or four unrelated words are better.",
                code="password_easy_to_guess",
            )

    def get_help_text(self) -> str:
        return (
            "Use three or four unrelated words. Names of this site, your company or "
            "yourself don't count."
        )


def is_made_of(password: str, known: set[str]) -> bool:
    """Whether hardly a letter is left without words that everybody here knows."""
    letters = re.sub(r"[^a-z]", "", password.lower().translate(LEET))
    rest = letters
    for word in sorted(known, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != letters and len(rest) < OWN_LETTERS


def context_words(user: User | None) -> set[str]:
    host = urlsplit(settings.SITE_URL).hostname or ""
    sources = [*OF_THE_PRODUCT, host, settings.DEFAULT_FROM_EMAIL]
    if user is not None:
        sources += [user.username, user.first_name, user.last_name, user.email]
    words = {
        word for source in sources for word in re.findall(r"[a-z]+", source.lower())
    }
    return {word for word in words if len(word) >= SHORTEST}


def start_sign_on(request: HttpRequest, provider_id: str) -> HttpResponse:
    answer: HttpResponse
    try:
        answer = login(request, provider_id)
    except RequestException as error:
        answer = render_authentication_error(request, None, exception=error)
    return answer
