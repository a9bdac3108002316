"""Forms of acts, made from the fields of a model so that help is said once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.models import fields_for_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db import models


class DateInput(forms.DateInput):
    """A date in the browser's own picker."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateField(forms.DateField):
    """A day."""

    widget = DateInput


class TextField(forms.CharField):
    """Some lines of text."""

    widget = forms.Textarea

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Three lines to begin with."""
        return {**super().widget_attrs(widget), "rows": 3}


class ReasonForm(forms.Form):
    """Asks why; the journal keeps it."""

    reason = TextField(max_length=5000, help_text="The journal keeps it.")


def form_like(
    model: type[models.Model], fields: Sequence[str], **own: forms.Field
) -> type[forms.Form]:
    """A plain form with the fields of a model; `own` replaces or adds some.

    Not a ModelForm: that would write into the row before a service compares.
    """
    made: dict[str, Any] = fields_for_model(
        model, fields=[name for name in fields if name not in own]
    )
    for field in made.values():
        if isinstance(field, forms.DateField):
            field.widget = DateInput()
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs["rows"] = 3
    ordered = {name: own.get(name) or made[name] for name in fields}
    rest = {name: field for name, field in own.items() if name not in ordered}
    return type("ModelLikeForm", (forms.Form,), {**ordered, **rest})
