"""A form's line for a number and its unit."""

from typing import Any

from django import forms

from evaltracker.errors import Invalid
from evaltracker.measures import Reading


class NumberField(forms.CharField):
    """A number and its unit in one line; it gives what is kept of it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=100, **kwargs)

    def clean(self, value: Any) -> dict[str, str]:
        """The number and its unit; {} of a blank line."""
        try:
            found = Reading.from_text(super().clean(value) or "")
        except Invalid as error:
            raise forms.ValidationError(error.sentence) from error
        return found.as_json() if found else {}
