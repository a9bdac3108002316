"""The values of a grid's cells: shown as JSON, read by the field of the form."""

import datetime
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from evaltracker.toolbox.measures import written

YES = frozenset({"yes", "true", "1", "x", "✓", "y"})
NO = frozenset({"no", "false", "0", "", "–", "-", "n"})
# Of the beginning of a label that may stand for it.
SHORTEST = 3
# What JSON may hold as a cell; anything else is no value of ours.
PLAIN = (str, int, float, bool, type(None))


def shown_value(value: Any) -> Any:
    """A value as JSON that is equal as long as the cell is the same."""
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return written(value)
    return str(value)


def kind_of(field: forms.Field | None) -> str:
    """How a cell is edited: choice, bool, number, date, text (lines) or line."""
    if isinstance(field, forms.BooleanField):
        return "bool"
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return "choice"
    if isinstance(field, forms.IntegerField | forms.DecimalField):
        return "number"
    if isinstance(field, forms.DateField):
        return "date"
    if field is not None and isinstance(field.widget, forms.Textarea):
        return "text"
    return "line"


def choices_of(field: forms.Field | None) -> list[list[str]]:
    """What is offered, as value and label; the value of nothing is blank."""
    if not isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return []
    pairs: Any = field.choices
    found = []
    for value, label in pairs:
        if isinstance(label, list | tuple):
            found += [[str(inner), str(name)] for inner, name in label]
        else:
            found.append([_key(value), "" if value in ("", None) else str(label)])
    return found


def _key(value: Any) -> str:
    """The value of a choice; a row's key comes wrapped."""
    return "" if value is None else str(getattr(value, "value", value))


def reader_of(field: forms.Field) -> Callable[[Any], Any]:
    """A function that reads what was typed or pasted, as the form would.

    Choices may be given by their label, as they stand in a spreadsheet; they are looked
    up once for all cells. It raises ValidationError with the sentences for the cell.
    """
    if isinstance(field, forms.BooleanField):
        return _read_bool
    if isinstance(field, forms.ModelChoiceField):
        rows: Any = field.queryset
        found: dict[str, Any] = {str(row.pk): row for row in rows}
        labels = [[key, field.label_from_instance(row)] for key, row in found.items()]
        return lambda typed: found.get(_read_choice(field, labels, _text(typed)))
    if isinstance(field, forms.ChoiceField):
        choices = choices_of(field)
        return lambda typed: field.clean(_read_choice(field, choices, _text(typed)))
    return lambda typed: field.clean(_text(typed))


def _text(typed: Any) -> str:
    if not isinstance(typed, PLAIN):
        raise ValidationError("A cell holds text, a number, or yes or no.")
    text = "" if typed is None else str(typed)
    if "\x00" in text:
        raise ValidationError("It contains a character that no text may have.")
    return text


def _read_bool(typed: Any) -> bool:
    said = _text(typed).strip().casefold()
    if said in YES | NO:
        return said in YES
    raise ValidationError(f"Enter yes or no, not “{said[:80]}”.")


def _read_choice(field: forms.Field, choices: list[list[str]], text: str) -> str:
    """The value that a text stands for: itself, or that of the label it is."""
    if text and text in (value for value, _ in choices):
        return text
    wanted = text.strip().casefold()
    if not wanted:
        if field.required:
            raise ValidationError("Choose one.")
        return ""
    same = [
        value
        for value, label in choices
        # “as is” is how a table says as_is.
        if wanted in (label.casefold(), _ref(label), value.replace("_", " "))
    ]
    if not same and len(wanted) >= SHORTEST:
        # “Must” is “Must have”, and “Priya” whoever alone begins so.
        same = [
            value for value, label in choices if label.casefold().startswith(wanted)
        ]
    if len(same) == 1:
        return same[0]
    raise ValidationError(f"There is no “{text.strip()[:80]}” to choose here.")


def _ref(label: str) -> str:
    """What a label such as “R7: Rolls back” begins with, alone."""
    return label.casefold().partition(":")[0]


def is_key(value: Any) -> bool:
    """Whether it can be the id of a row."""
    try:
        uuid.UUID(str(value))
    except ValueError:
        return False
    return isinstance(value, str)
