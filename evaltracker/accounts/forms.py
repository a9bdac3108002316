"""The login form, under the field names that the address has always had."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm as StockLoginForm
from django import forms


class LoginForm(StockLoginForm):  # type: ignore[misc]  # untyped library
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
