"""The library's forms in our words; login under the field names it has always had."""

from typing import Any

from allauth.account import forms as stock
from allauth.mfa.base import forms as factors
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts

from evaltracker.accounts.one_time_codes import is_used, note_use
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
    """A code of digits, for which a phone shows the keys of digits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attrs = self.fields["code"].widget.attrs
        attrs.pop("placeholder", None)
        attrs["inputmode"] = "numeric"


class OnceOnly(Digits):
    """A code that is refused like a wrong one if it has opened before."""

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
    """Name or mail address, and password."""

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
        """Hand over the name under which the library looks for it."""
        self.cleaned_data["login"] = self.cleaned_data.get("username", "").strip()
        return super().clean()
