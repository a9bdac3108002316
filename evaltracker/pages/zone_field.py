"""One field for a time zone: a box that is typed into, with every zone offered."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from evaltracker.kit.zones import read_zone, zone_names


class ZoneInput(forms.TextInput):
    """A text box; the browser searches the list below it, without a script."""

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: Any = None
    ) -> SafeString:
        """The box and its list."""
        offered = f"{(attrs or {}).get('id', name)}_zones"
        own = {**(attrs or {}), "list": offered, "autocomplete": "off"}
        options = format_html_join(
            "", '<option value="{}">', ((zone,) for zone in zone_names())
        )
        box = super().render(name, value, own, renderer)
        return format_html('{}<datalist id="{}">{}</datalist>', box, offered, options)


class ZoneField(forms.CharField):
    """A time zone by its name, or by its place alone where that says enough."""

    widget = ZoneInput

    def __init__(self, *, help_text: str = "", **kwargs: Any) -> None:
        hint = "Type a city, such as Berlin or New York."
        kwargs.setdefault("label", "Time zone")
        super().__init__(help_text=f"{help_text} {hint}".strip(), **kwargs)

    def clean(self, value: Any) -> str:
        """The zone's name.

        Raises:
            ValidationError: there is no such zone, or more than one.

        """
        typed: str = super().clean(value)
        if not typed:
            return typed
        try:
            return read_zone(typed)
        except ValueError as error:
            raise ValidationError(str(error)) from error
